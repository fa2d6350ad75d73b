/**
 * What a wire format has to do to be spoken in Hubbub's rooms. A dialect only
 * translates: frames to requests, events to frames. It decides nothing, so
 * that no dialect can behave differently from another in the same room.
 */

import type { ServerEvent } from "./events.ts";
import type { ClientRequest } from "./requests.ts";
import type { Message } from "./message.ts";

/** What decoding may depend on. */
export interface DecodeState {
  /** Whether the connection has said hello, that is, has a name. */
  readonly named: boolean;
}

/** One request, or what was wrong with it. */
export type Decoded =
  | { readonly ok: true; readonly request: ClientRequest }
  | {
    readonly ok: false;
    readonly error: Error;
    readonly id?: string | number | undefined;
  };

/** A wire format. Stateless: one object serves all connections. */
export interface Dialect {
  readonly name: "text" | "simple" | "hubbub.v1" | "sse";
  /** What joins encoded events to one frame; null: a frame holds one only. */
  readonly separator: string | null;
  /** How a connection gets its name: it says hello, it is asked, or it is
   * given one at once. */
  readonly naming: "hello" | "asked" | "given";
  /** Whether a session outlives its connection for a grace period. */
  readonly resumable: boolean;
  /** Whether a sender is shown its own messages. */
  readonly echoes: boolean;
  /** Whether clients are told of what only programs care for (typing). */
  readonly wantsTyping: boolean;
  /**
   * Reads one frame, a request at a time: one that is not asked for is not
   * read. Never throws: what makes no sense comes out as an error in its place,
   * so that the lines around it still count.
   */
  decode(frame: string, state: DecodeState): Iterable<Decoded>;
  /** The form of it that a client gets that asked for `batch`, if any. */
  readonly batched?: Dialect;
  /**
   * Writes a run of messages.
   *
   * @param messages At least one, their seqs without a hole.
   * @param replay Whether they were there before the reader joined.
   * @returns One string each, in order, where {@linkcode separator} is null;
   * else as many as it takes.
   */
  encodeMessages(
    messages: readonly Message[],
    replay: boolean,
  ): readonly string[];
  /**
   * Writes one event that is no message. Several strings are several frames, or lines of one
   * where {@linkcode separator} allows; none: this dialect has no words for it.
   */
  encode(event: ServerEvent): readonly string[];
}
