/**
 * Input and output of the load generator: one JSON line each.
 */

/** How a peer is talked to. */
export type WireName = "plain" | "hubbub" | "bare" | "socketio";

/** Where the server is. */
export interface Target {
  readonly port: number;
  readonly wire: WireName;
  /** Process id, to measure its CPU use. */
  readonly pid: number;
  /** The other nodes of a fleet: members are spread over all. */
  readonly others?: readonly { readonly port: number; readonly pid: number }[];
  /** The process of the engine that they share. */
  readonly engine?: number;
}

/** Rooms full of readers, some of whom publish. */
export interface TrafficSpec extends Target {
  readonly kind: "traffic";
  readonly rooms: number;
  /** Members of each room that read, the publishers too. */
  readonly readers: number;
  /** Members of each room that publish. */
  readonly publishers: number;
  /** Members of each room, on top of the readers, that never read. */
  readonly stalled?: number;
  /** Messages each publisher has on their way at a time; or, instead … */
  readonly inFlight?: number;
  /** … messages a second by all of them together. */
  readonly perSecond?: number;
  /** Bytes of a text; 100 when absent. */
  readonly textBytes?: number;
  /** Connections that are in other rooms and say nothing. */
  readonly idle?: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

/** The room of a join storm. */
export const STORM_ROOM = "bench-0";

/** Clients that join one room at once and request its history. */
export interface JoinSpec extends Target {
  readonly kind: "join";
  readonly clients: number;
  /** Messages of history each; they are published first. */
  readonly history: number;
  /** Whether the history is in the room already. */
  readonly filled?: boolean;
}

/** Connections that say nothing. */
export interface IdleSpec extends Target {
  readonly kind: "idle";
  readonly connections: number;
  /** Members of a room. */
  readonly perRoom: number;
  readonly measureMs: number;
}

/** A room of many silent members, and some that join and leave. */
export interface PresenceSpec extends Target {
  readonly kind: "presence";
  readonly members: number;
  /** Members that join and leave in turn. */
  readonly visits: number;
}

/** Cores used by the processes and the machine during the load. */
export interface Cores {
  /** Of several nodes, all together. */
  readonly server: number;
  /** Of what they share; 0 when there is none. */
  readonly engine: number;
  readonly generator: number;
  /** Everything else on the machine: what disturbed. */
  readonly others: number;
}

/** What came of traffic, while it was measured. */
export interface TrafficResult {
  readonly kind: "traffic";
  /** Messages a second that arrived at readers. */
  readonly deliveries: number;
  /** Messages a second that came back to their publishers, or were acked. */
  readonly confirmed: number;
  /** Messages a frame. */
  readonly perFrame: number;
  readonly p50: number;
  readonly p99: number;
  readonly cores: Cores;
  /** Resident memory of the server at the end, bytes. */
  readonly serverBytes: number;
}

/** What came of many joins. */
export interface JoinResult {
  readonly kind: "join";
  /** Milliseconds from the first connect until the last one has it all. */
  readonly allMs: number;
  /** Milliseconds from its own connect until one has it all. */
  readonly p50: number;
  readonly p99: number;
  readonly deliveries: number;
  readonly cores: Cores;
}

/** What idle connections cost. */
export interface IdleResult {
  readonly kind: "idle";
  /** Resident memory a connection, bytes. */
  readonly bytesEach: number;
  readonly cores: Cores;
}

/** What a coming or a going costs. */
export interface PresenceResult {
  readonly kind: "presence";
  /** Microseconds of the nodes' processors, all together. */
  readonly serverMicros: number;
  readonly engineMicros: number;
  /** Bytes that all members together are sent. */
  readonly bytes: number;
  readonly cores: Cores;
}

export type LoadSpec = TrafficSpec | JoinSpec | IdleSpec | PresenceSpec;
export type LoadResult =
  | TrafficResult
  | JoinResult
  | IdleResult
  | PresenceResult;
