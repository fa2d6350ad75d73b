/**
 * The interface of a wire format. A dialect only translates frames to requests
 * and events to frames. It makes no decisions, so that all dialects behave the
 * same in a room.
 */

import type { ServerEvent } from "./events.ts";
import type { ClientRequest } from "./requests.ts";
import type { Message } from "./message.ts";

/** State that decoding may depend on. */
export interface DecodeState {
  /** Whether the connection has a name. */
  readonly named: boolean;
}

/** One request, or an error. */
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
  /** Separates events in a frame; null: a frame holds a single event. */
  readonly separator: string | null;
  /** How a connection gets its name: from `hello`, on request of the server, or
   * at once. */
  readonly naming: "hello" | "asked" | "given";
  /** Whether a session outlives its connection for a grace period. */
  readonly resumable: boolean;
  /** Whether a sender gets its own messages. */
  readonly echoes: boolean;
  /** Whether clients get `typing` events. */
  readonly wantsTyping: boolean;
  /**
   * Decodes a frame lazily, one request at a time. Never throws: an invalid
   * line yields an error in its place, and the other lines still count.
   */
  decode(frame: string, state: DecodeState): Iterable<Decoded>;
  /** The variant for clients that ask for `batch`, if any. */
  readonly batched?: Dialect;
  /**
   * Encodes a run of messages.
   *
   * @param messages At least one, with consecutive seqs.
   * @param replay Whether they were stored before the reader joined.
   * @returns One string for each, in order, if {@linkcode separator} is null;
   * otherwise any number.
   */
  encodeMessages(
    messages: readonly Message[],
    replay: boolean,
  ): readonly string[];
  /**
   * Encodes an event that is no message.
   *
   * @returns One or more frames, or lines of one frame if {@linkcode separator}
   * allows; empty when the dialect does not send this event.
   */
  encode(event: ServerEvent): readonly string[];
}
