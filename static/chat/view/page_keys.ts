/** What the keyboard does on the page: one table for doing and for showing. */

import { words } from "../../words/chat_catalogue.ts";

/** What a key asks for, anywhere on the page. */
export type KeyAction =
  | "show keys"
  | "find room"
  | "room above"
  | "room below"
  | "next unread"
  | "write"
  /** A character for the message one writes. */
  | "type";

/** Keys and what they do, as the help shows them. */
export const KEYS: readonly { readonly keys: string; readonly does: string }[] =
  Object.values(words.keys);

/** What of a key event counts. */
export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * Tells what a key asks for.
 *
 * @param event The key.
 * @param writing Whether it goes into a field for text.
 */
export function keyAction(event: Key, writing: boolean): KeyAction | undefined {
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey) {
    if (event.key.toLowerCase() === "k") return "find room";
    return event.key === "/" ? "show keys" : undefined;
  }
  if (event.altKey && !command) {
    if (event.key === "ArrowUp") return "room above";
    if (event.key !== "ArrowDown") return undefined;
    return event.shiftKey ? "next unread" : "room below";
  }
  if (event.key === "Escape") return "write";
  if (writing) return undefined;
  if (event.key === "?") return "show keys";
  // A space scrolls, or presses what has the focus.
  const types = event.key !== " " && [...event.key].length === 1;
  return types && !command && !event.altKey ? "type" : undefined;
}
