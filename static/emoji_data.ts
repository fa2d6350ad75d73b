/** All emoji by group. A bundle of its own, which the chat page loads when
 * somebody looks for an emoji. */

import { gemoji } from "gemoji";
import type { EmojiGroup } from "./chat/model/emoji.ts";

/** The groups of Unicode by their words in the catalogue. */
const NAMES: Readonly<Record<string, EmojiGroup["name"]>> = {
  "Smileys & Emotion": "smileys",
  "People & Body": "people",
  "Animals & Nature": "nature",
  "Food & Drink": "food",
  "Travel & Places": "travel",
  "Activities": "activities",
  "Objects": "objects",
  "Symbols": "symbols",
  "Flags": "flags",
};

/** All groups, in the order of Unicode. */
export const groups: readonly EmojiGroup[] = Array.from(
  Map.groupBy(gemoji, ({ category }) => category),
  ([category, emoji]) => ({ name: NAMES[category] ?? "symbols", emoji }),
);
