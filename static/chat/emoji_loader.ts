/** Loads the table of emoji: one file more, for those who look for one. */

import type { EmojiGroup } from "./model/emoji.ts";

let loaded: Promise<readonly EmojiGroup[]> | undefined;

/**
 * Returns all emoji by group.
 *
 * @throws {Error} As a rejection, if the file cannot be loaded. The next call
 * tries again.
 */
export function loadEmoji(): Promise<readonly EmojiGroup[]> {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

let attempts = 0;

async function load(): Promise<readonly EmojiGroup[]> {
  // A bundle beside this one. Browsers remember that a module failed.
  const url = new URL("emoji_data.js", import.meta.url);
  if (attempts++ > 0) url.search = `attempt=${attempts}`;
  const { groups } = await import(url.href);
  return groups;
}
