/**
 * One connection as the page sees it: the states it went through, what passed,
 * how long answers took, how it ended. Pure: what happened in, the next state
 * out; client.ts does what makes it happen.
 */

/** The names of `readyState`, 0 to 3. */
export const READY_STATES = [
  "CONNECTING",
  "OPEN",
  "CLOSING",
  "CLOSED",
] as const;

/** A name of `readyState`. */
export type ReadyState = typeof READY_STATES[number];

/** A state it came into. */
export interface Step {
  readonly state: ReadyState;
  /** In milliseconds. */
  readonly at: number;
}

/** Frames and bytes in one direction. */
export interface Count {
  readonly frames: number;
  readonly bytes: number;
}

/** All that is known of a connection. */
export interface Connection {
  /** The states it went through; empty before the first connection. */
  readonly path: readonly Step[];
  readonly protocol: string;
  readonly extensions: string;
  readonly sent: Count;
  readonly received: Count;
  /** When the last frame came. */
  readonly heardAt: number | undefined;
  readonly buffered: number;
  /** The most that `buffered` was. */
  readonly peak: number;
  /** What `buffered` was lately. */
  readonly bufferedLately: readonly number[];
  /** When the frame was sent whose answer is awaited. */
  readonly askedAt: number | undefined;
  /** How long the newest answers took, in milliseconds. */
  readonly roundTrips: readonly number[];
  readonly ending:
    | {
      readonly code: number;
      readonly reason: string;
      readonly clean: boolean;
    }
    | undefined;
}

/** What happens to it. */
export type Happening =
  | { readonly kind: "connecting"; readonly at: number }
  | {
    readonly kind: "opened";
    readonly at: number;
    readonly protocol: string;
    readonly extensions: string;
  }
  | {
    readonly kind: "sent";
    readonly at: number;
    readonly size: number;
    /** Whether an answer is to be measured. */
    readonly asks: boolean;
  }
  | { readonly kind: "received"; readonly at: number; readonly size: number }
  | {
    readonly kind: "looked";
    readonly at: number;
    readonly readyState: number;
    readonly buffered: number;
  }
  | {
    readonly kind: "closed";
    readonly at: number;
    readonly code: number;
    readonly reason: string;
    readonly clean: boolean;
  };

/** How many measurements a plot shows. */
export const PLOTTED = 60;

const NOTHING: Count = { frames: 0, bytes: 0 };

/** Before anything happened. */
export const UNCONNECTED: Connection = {
  path: [],
  protocol: "",
  extensions: "",
  sent: NOTHING,
  received: NOTHING,
  heardAt: undefined,
  buffered: 0,
  peak: 0,
  bufferedLately: [],
  askedAt: undefined,
  roundTrips: [],
  ending: undefined,
};

/** The state it is in now; undefined before the first connection. */
export function stateOf({ path }: Connection): ReadyState | undefined {
  return path.at(-1)?.state;
}

/** The next state, after something happened. */
export function next(connection: Connection, happening: Happening): Connection {
  const { at } = happening;
  switch (happening.kind) {
    case "connecting":
      return { ...UNCONNECTED, path: [{ state: "CONNECTING", at }] };
    case "opened": {
      const { protocol, extensions } = happening;
      return { ...enter(connection, "OPEN", at), protocol, extensions };
    }
    case "sent":
      return {
        ...connection,
        sent: plus(connection.sent, happening.size),
        askedAt: connection.askedAt ?? (happening.asks ? at : undefined),
      };
    case "received": {
      const { askedAt, roundTrips, received } = connection;
      return {
        ...connection,
        received: plus(received, happening.size),
        heardAt: at,
        askedAt: undefined,
        roundTrips: askedAt === undefined
          ? roundTrips
          : keep(roundTrips, at - askedAt),
      };
    }
    case "looked": {
      const { buffered, readyState } = happening;
      const { bufferedLately, peak } = connection;
      // A flat line at nothing tells nothing.
      const plotted = buffered > 0 || (bufferedLately.at(-1) ?? 0) > 0;
      return {
        ...enter(connection, READY_STATES[readyState] ?? "CLOSED", at),
        buffered,
        peak: Math.max(peak, buffered),
        bufferedLately: plotted
          ? keep(bufferedLately, buffered)
          : bufferedLately,
      };
    }
    case "closed": {
      const { code, reason, clean } = happening;
      return {
        ...enter(connection, "CLOSED", at),
        askedAt: undefined,
        ending: { code, reason, clean },
      };
    }
  }
}

function enter(
  connection: Connection,
  state: ReadyState,
  at: number,
): Connection {
  if (stateOf(connection) === state) return connection;
  return { ...connection, path: [...connection.path, { state, at }] };
}

function plus({ frames, bytes }: Count, size: number): Count {
  return { frames: frames + 1, bytes: bytes + size };
}

function keep(values: readonly number[], value: number): readonly number[] {
  return [...values, value].slice(-PLOTTED);
}

/** The value in the middle; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
