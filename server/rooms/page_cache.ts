/**
 * Encoding messages once for all who read them: a page is a run of a room's
 * log in the frames of one dialect, shared by every member that needs it.
 */

import type { Dialect } from "../../protocol/dialect.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { StoredMessage } from "../store/store.ts";

/** A run of messages, encoded. Immutable, as its messages are. */
export interface Page {
  /** The cursor of who has been sent it. */
  readonly to: number;
  /** One frame for all, or one or more for each where frames hold one only. */
  readonly frames: readonly string[];
  /** What is in it. */
  readonly messages: readonly StoredMessage[];
  /** Who wrote its messages. */
  readonly authors: ReadonlySet<string>;
  /** Whether nobody gets the frames of its own messages: one frame each. */
  readonly othersOnly: boolean;
}

/** Which page of a room. */
export interface PageKey {
  readonly dialect: Dialect;
  /** Whether the reader joined after the messages were stored. */
  readonly replay: boolean;
  /** It begins behind this seq … */
  readonly after: number;
  /** … and ends here or, when it gets full, earlier. */
  readonly upTo: number;
}

/** Characters a message takes beside its text, about. */
const ENVELOPE = 80;

/** Characters after which a page ends: what a member is sent at once, and so
 * the most it can hold beyond the watermark of its connection. */
const PAGE_CHARACTERS = 29 * 1024;

const NONE: readonly StoredMessage[] = [];

/** Pages kept a room: the live one of each dialect, and those of a replay that
 * many joining at once share. */
const KEPT = 12;

/** How many of these messages make a page; at least one. */
function pageLength(messages: readonly StoredMessage[]): number {
  let characters = 0;
  for (const [index, { text }] of messages.entries()) {
    characters += text.length + ENVELOPE;
    if (characters > PAGE_CHARACTERS) return Math.max(index, 1);
  }
  return messages.length;
}

/**
 * Encodes messages up to the size of a page.
 *
 * @param dialect Whose frames.
 * @param messages At least one, in order.
 * @param replay Whether the reader joined after they were stored.
 * @returns The page; it ends early when it is full.
 */
export function encodePage(
  dialect: Dialect,
  messages: readonly StoredMessage[],
  replay: boolean,
): Page {
  const run = messages.slice(0, pageLength(messages));
  const strings = dialect.encodeMessages(run, replay);
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
 * Returns the messages of a page that somebody wrote, in their order. Usually
 * none: this runs for every member.
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
 * @param kept Seqs of its author's messages that it has not sent itself.
 * @returns All of them, but for those that it has sent where a dialect leaves
 * these out.
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
 * Writes an event that many get.
 *
 * @param dialect Whose frames.
 * @param event Anything but a message.
 * @returns One frame; more, or none, where the dialect has it so.
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

/** The pages of one room that were needed last. */
export class PageCache {
  #pages: { key: PageKey; page: Page }[] = [];

  /**
   * Gives a page, encoding it when nobody has needed it yet.
   *
   * @param key Which page.
   * @param load Its messages, should it have to be encoded; undefined when
   * they are not at hand.
   * @returns The page, or undefined when its messages are not at hand.
   */
  get(
    key: PageKey,
    load: () => readonly StoredMessage[] | undefined,
  ): Page | undefined {
    for (const { key: known, page } of this.#pages) {
      if (
        known.after === key.after && known.upTo === key.upTo &&
        known.dialect === key.dialect && known.replay === key.replay
      ) return page;
    }
    const messages = load();
    if (messages === undefined) return undefined;
    const page = encodePage(key.dialect, messages, key.replay);
    this.#pages.unshift({ key, page });
    if (this.#pages.length > KEPT) this.#pages.pop();
    return page;
  }

  /** Forgets all: the log began a new life. */
  clear(): void {
    this.#pages = [];
  }
}
