/**
 * What the lab page asks this server for, as JSON: its WebSockets, and what it
 * knows of a connection. Shapes alone; both sides import them.
 */

/** Something to connect to, with what is worth trying there. */
export interface Example {
  readonly title: string;
  readonly teaches: string;
  /** What to try … */
  readonly tryThis: string;
  /** … and what is seen then. */
  readonly seeThat: string;
  /** What the client shown beside it sends. */
  readonly says: readonly string[];
  /** The first word of the name it gives where it is asked for one. */
  readonly givesName?: string;
  /** The message on which that client closes the connection. */
  readonly closesOn?: string;
}

/** A WebSocket of this server, as `GET /lessons.json` lists them. */
export interface Endpoint extends Example {
  readonly path: string;
  /** Subprotocols that a client has to offer there. */
  readonly protocols: readonly string[];
  readonly group: "Small servers" | "Rooms";
  /** What says hello there. */
  readonly hello: string;
  /** Whether each frame sent is answered by a frame to its sender. */
  readonly answers: boolean;
}

/** The query parameter of a WebSocket's address that asks the server to keep
 * count; its value is a key that only the client knows. */
export const LAB_KEY = "lab";

/**
 * What the server knows of a connection, as `GET /lab/connections/KEY` tells
 * it, or null. Times are milliseconds ago: the clocks of two machines differ.
 */
export interface ConnectionReport {
  readonly openedAgo: number;
  /** Since the last data frame; pongs do not reach the server's program. */
  readonly heardAgo: number | null;
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly framesOut: number;
  readonly bytesOut: number;
  /** Bytes sent that the operating system has not taken yet. */
  readonly buffered: number;
  /** Seconds without a frame, pongs too, after which it is given up. */
  readonly idleSeconds: number;
  /** How it ended; null while it is open. */
  readonly closed: { readonly code: number; readonly ago: number } | null;
}
