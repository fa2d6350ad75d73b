/**
 * What the load generator is told and what it answers: one JSON line each way.
 */

/** How a peer is talked to. */
export type WireName = "plain" | "hubbub" | "socketio";

/** Where the server is. */
export interface Target {
  readonly port: number;
  readonly wire: WireName;
  /** Its process, to measure what it costs. */
  readonly pid: number;
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
  readonly stalled: number;
  /** Messages each publisher has on their way at a time; or, instead … */
  readonly inFlight?: number | undefined;
  /** … messages a second by all of them together. */
  readonly perSecond?: number | undefined;
  /** Bytes of a text; 100 when absent. */
  readonly textBytes?: number | undefined;
  readonly warmMs: number;
  readonly measureMs: number;
}

/** What came of it, while it was measured. */
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
  /** Share of a core, of the generator and of the server; null: not known. */
  readonly generatorCpu: number;
  readonly serverCpu: number | null;
  /** Resident memory of the server at the end, MB. */
  readonly serverMb: number | null;
}

export type LoadSpec = TrafficSpec;
export type LoadResult = TrafficResult;
