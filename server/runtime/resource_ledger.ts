/**
 * Counts open resources, and bytes held for clients, by kind. Each part reports
 * when it opens and ends something. Without clients, a server's counts return
 * to their initial values; any difference is a leak.
 *
 * server.ts passes it to the parts; `/metrics` shows it. Pure.
 */

/** What can be open. */
export const OPEN_KINDS = [
  /** TCP connections, with and without a request; over `ws` alone. */
  "connection",
  /** WebSockets that the server has not closed. */
  "socket",
  /** WebSockets beyond a limit, until their connection has ended; they are
   * among those that close. */
  "socket_refused",
  /** WebSockets that the server closed and whose connection has not ended. */
  "socket_closing",
  /** HTTP requests without a whole answer. */
  "request",
  /** Bodies of requests that are being read. */
  "body",
  /** Answers read from the store as fast as their reader takes them. */
  "export",
  /** Bodies stored as they come. */
  "import",
  /** Streams of server-sent events. */
  "event_stream",
  /** Timers that have yet to run, where a part counts its own. */
  "timer",
] as const;

/** A kind of what can be open. */
export type OpenKind = typeof OPEN_KINDS[number];

/** What bytes are held for. */
export const HELD_KINDS = [
  /** Bodies that are not whole yet. */
  "body",
  /** Answers over HTTP that were not taken yet. */
  "answer",
  /** Pages of exports that were not taken yet. */
  "export",
  /** Events of streams that were not taken yet. */
  "event_stream",
  /** Replies on WebSockets that were not taken yet. */
  "reply",
  /** Frames of WebSockets that wait for their turn. */
  "frame",
  /** The newest messages of open rooms, and the frames made of them. */
  "room",
] as const;

/** Kinds of what goes out to clients. */
const UNREAD = ["answer", "export", "event_stream", "reply"] as const;

/** A kind of what bytes are held for. */
export type HeldKind = typeof HELD_KINDS[number];

/** Ends what was opened or held. Harmless when called again. */
export type Release = () => void;

/** All counts at one moment. */
export interface LedgerSnapshot {
  readonly open: Readonly<Record<OpenKind, number>>;
  /** In bytes. */
  readonly held: Readonly<Record<HeldKind, number>>;
}

function zeros<Kind extends string>(
  kinds: readonly Kind[],
): Record<Kind, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<
    Kind,
    number
  >;
}

/** Adds to a count; gives what takes it back once. */
function add<Kind extends string>(
  counts: Record<Kind, number>,
  kind: Kind,
  amount: number,
): Release {
  counts[kind] += amount;
  let held = true;
  return () => {
    if (held) counts[kind] -= amount;
    held = false;
  };
}

/** The ledger of one server. */
export class ResourceLedger {
  readonly #open = zeros(OPEN_KINDS);
  readonly #held = zeros(HELD_KINDS);

  /**
   * Counts one that opens.
   *
   * @param kind What.
   * @returns Counts its end; idempotent.
   */
  open(kind: OpenKind): Release {
    return add(this.#open, kind, 1);
  }

  /**
   * Counts bytes that are kept in memory for a client.
   *
   * @param kind What for.
   * @param bytes How many, 0 or more.
   * @returns Counts their end; idempotent.
   */
  hold(kind: HeldKind, bytes: number): Release {
    return add(this.#held, kind, bytes);
  }

  /**
   * Records all bytes of a kind that one part keeps alone.
   *
   * @param kind What for.
   * @param bytes How many there are now.
   */
  set(kind: "room", bytes: number): void {
    this.#held[kind] = bytes;
  }

  /** How many of a kind are open. */
  count(kind: OpenKind): number {
    return this.#open[kind];
  }

  /** How many bytes are held for a kind. */
  bytes(kind: HeldKind): number {
    return this.#held[kind];
  }

  /** How many bytes clients have not taken yet, or are about to be given. */
  get unread(): number {
    return UNREAD.reduce((sum, kind) => sum + this.#held[kind], 0);
  }

  /** Copies all counts. */
  snapshot(): LedgerSnapshot {
    return { open: { ...this.#open }, held: { ...this.#held } };
  }
}
