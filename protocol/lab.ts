/**
 * JSON that the server sends to the lab page: its WebSocket endpoints, and its
 * report of a connection. Types only, shared by server and page.
 */

/** What an endpoint teaches, in the reader's language. */
export interface ExampleWords {
  readonly title: string;
  readonly teaches: string;
  /** The action to try … */
  readonly tryThis: string;
  /** … and its visible result. */
  readonly seeThat: string;
}

/** The exercise of an endpoint. */
export interface Example {
  /** The messages that the sample client sends. */
  readonly says: readonly string[];
  /** The first word of its name, where the server asks for one. */
  readonly givesName?: string;
  /** The message on which the sample client closes the connection. */
  readonly closesOn?: string;
}

/** A WebSocket endpoint of this server, as `GET /lessons.json` lists it. */
export interface Endpoint extends Example, ExampleWords {
  readonly path: string;
  /** Subprotocols that a client has to offer. */
  readonly protocols: readonly string[];
  readonly group: "Small servers" | "Rooms";
  /** The first message to send. */
  readonly hello: string;
  /** Whether the endpoint answers each frame with a frame to its sender. */
  readonly answers: boolean;
}

/** The query parameter of a WebSocket URL that makes the server count its
 * traffic; the value is a key that only the client knows. */
export const LAB_KEY = "lab";

/**
 * The server's report of a connection, as `GET /lab/connections/KEY` returns
 * it, or null. Times are milliseconds ago, since the clocks of two machines
 * differ.
 */
export interface ConnectionReport {
  readonly openedAgo: number;
  /** Since the last data frame; pongs do not count. */
  readonly heardAgo: number | null;
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly framesOut: number;
  readonly bytesOut: number;
  /** Bytes sent that the operating system has not taken yet. */
  readonly buffered: number;
  /** Idle timeout: seconds without any frame, pongs included. */
  readonly idleSeconds: number;
  /** The close; null while it is open. */
  readonly closed: { readonly code: number; readonly ago: number } | null;
}
