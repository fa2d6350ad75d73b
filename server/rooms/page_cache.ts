/**
 * Encodes messages once for all readers. A page is a run of a room's log in the
 * frames of one dialect; every member at the same cursor shares it.
 */

import type { Dialect } from "../../protocol/dialect.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import { jsonBytes } from "../runtime/json_size.ts";
import type { StoredMessage } from "../store/store.ts";
import { markAuthors } from "./author_marks.ts";
import { bytesOfMessage, bytesOfStrings, RoomMemory } from "./room_memory.ts";

/** A run of messages, encoded. Immutable, as its messages are. */
export interface Page {
  /** The cursor of a reader that has got it. */
  readonly to: number;
  /** One frame for all messages; in dialects without batches one or more
   * each. */
  readonly frames: readonly string[];
  /** Its messages. */
  readonly messages: readonly StoredMessage[];
  /** The keys of their authors. */
  readonly authors: ReadonlySet<string>;
  /** Whether authors do not get the frames of their own messages. */
  readonly othersOnly: boolean;
}

/** Identifies a page of a room. */
export interface PageKey {
  readonly dialect: Dialect;
  /** Whether the reader joined after the messages were stored. */
  readonly replay: boolean;
  /** The page begins after this seq … */
  readonly after: number;
  /** … and ends at this seq, or earlier when it is full. */
  readonly upTo: number;
}

/** Bytes of a message beside its text, about. */
const ENVELOPE = 80;

/** Bytes of JSON after which a page ends. A member gets a page at once, so it
 * can exceed the watermark of its connection by this much. */
const PAGE_BYTES = 29 * 1024;

const NONE: readonly StoredMessage[] = [];

/** Pages cached for each room: the live one of each dialect, and those of a
 * replay that concurrent joins share. */
const KEPT = 12;

/** Returns how many of these messages fill a page; at least one. */
function pageLength(messages: readonly StoredMessage[]): number {
  let bytes = 0;
  for (const [index, { text }] of messages.entries()) {
    bytes += jsonBytes(text) + ENVELOPE;
    if (bytes > PAGE_BYTES) return Math.max(index, 1);
  }
  return messages.length;
}

/**
 * Encodes messages up to the size of a page.
 *
 * @param dialect The dialect of the frames.
 * @param messages At least one, in order.
 * @param replay Whether the reader joined after they were stored.
 * @param marksGuests As of {@linkcode markAuthors}.
 * @returns The page; it ends early when it is full.
 */
export function encodePage(
  dialect: Dialect,
  messages: readonly StoredMessage[],
  replay: boolean,
  marksGuests = false,
): Page {
  const run = messages.slice(0, pageLength(messages));
  const strings = dialect.encodeMessages(
    markAuthors(run, marksGuests),
    replay,
  );
  const to = run.at(-1)?.seq ?? 0;
  const authors = new Set(run.map(({ author }) => author));
  if (dialect.separator !== null) {
    const frames = [strings.join(dialect.separator)];
    return { to, frames, messages: run, authors, othersOnly: false };
  }
  const othersOnly = !dialect.echoes && !replay;
  return { to, frames: strings, messages: run, authors, othersOnly };
}

/**
 * Returns the messages of a page by one author, in order. Usually none, and it
 * runs for every member.
 *
 * @param page Any page.
 * @param author The key of an author.
 */
export function ownIn(
  { messages, authors }: Page,
  author: string,
): readonly StoredMessage[] {
  if (!authors.has(author)) return NONE;
  return messages.filter((message) => message.author === author);
}

/**
 * Returns the frames of a page that a reader gets.
 *
 * @param page Any page.
 * @param author The key of the reader's author.
 * @param kept Seqs of its author's messages that another connection sent.
 * @returns All of them; in a dialect without echoes, without the frames of the
 * messages that this connection sent.
 */
export function framesFor(
  page: Page,
  author: string,
  kept: readonly number[],
): readonly string[] {
  const { frames, messages, authors, othersOnly } = page;
  if (!othersOnly || !authors.has(author)) return frames;
  return frames.filter((_, index) => {
    const message = messages[index];
    return message?.author !== author || kept.includes(message.seq);
  });
}

/**
 * Encodes an event for several readers.
 *
 * @param dialect The dialect of the frames.
 * @param event Any event but a message.
 * @returns One frame; in some dialects several or none.
 */
export function framesOf(
  dialect: Dialect,
  event: ServerEvent,
): readonly string[] {
  const strings = dialect.encode(event);
  return dialect.separator === null || strings.length < 2
    ? strings
    : [strings.join(dialect.separator)];
}

/** The bytes that a page keeps in memory, about. Its messages count too: they
 * are often those of the log, but need not be. */
function bytesOf({ frames, messages }: Page): number {
  return messages.reduce(
    (sum, message) => sum + bytesOfMessage(message),
    bytesOfStrings(frames),
  );
}

/** The pages of one room that were used last. */
export class PageCache {
  readonly #memory: RoomMemory;
  readonly #marksGuests: boolean;
  #pages: { key: PageKey; page: Page; bytes: number }[] = [];

  /**
   * @param memory What all rooms share.
   * @param marksGuests As of {@linkcode markAuthors}.
   */
  constructor(memory: RoomMemory = new RoomMemory(), marksGuests = false) {
    this.#memory = memory;
    this.#marksGuests = marksGuests;
  }

  /**
   * Returns a page, and encodes it on first use.
   *
   * @param key The page.
   * @param load Returns its messages, if it has to be encoded; undefined when
   * they are not in memory.
   * @returns The page; undefined when its messages are not in memory.
   */
  get(
    key: PageKey,
    load: () => readonly StoredMessage[] | undefined,
  ): Page | undefined {
    for (const { key: known, page } of this.#pages) {
      if (
        known.after === key.after && known.upTo === key.upTo &&
        known.dialect === key.dialect && known.replay === key.replay
      ) {
        this.#memory.touch(this);
        return page;
      }
    }
    const messages = load();
    if (messages === undefined) return undefined;
    const page = encodePage(
      key.dialect,
      messages,
      key.replay,
      this.#marksGuests,
    );
    this.#pages.unshift({ key, page, bytes: bytesOf(page) });
    if (this.#pages.length > KEPT) this.#pages.pop();
    const bytes = this.#pages.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#memory.resize(this, bytes);
    return page;
  }

  /** Drops all pages: other rooms need the memory. */
  drop(): void {
    this.#pages = [];
  }

  /** Drops all pages, and frees the memory: the log has a new epoch, a text was
   * removed, or the room closes. */
  clear(): void {
    this.drop();
    this.#memory.resize(this, 0);
  }
}
