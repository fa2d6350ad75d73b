/** What is known of emoji. */

import type { words } from "../../words/chat_catalogue.ts";

/** An emoji and the names that find it. */
export interface Emoji {
  readonly emoji: string;
  /** Short names such as `tada`; the first is the usual one. */
  readonly names: readonly string[];
  readonly tags: readonly string[];
  readonly description: string;
}

/** Emoji of one kind. */
export interface EmojiGroup {
  readonly name: keyof typeof words.emojiGroups;
  readonly emoji: readonly Emoji[];
}

/** Emoji used last that are kept. */
const MOST_RECENT = 24;

/**
 * Returns the emoji used last, after one was used.
 *
 * @param before Those used last before, the newest first.
 * @param emoji The one that was used.
 */
export function withRecent(
  before: readonly string[],
  emoji: string,
): readonly string[] {
  return [emoji, ...before.filter((other) => other !== emoji)]
    .slice(0, MOST_RECENT);
}
