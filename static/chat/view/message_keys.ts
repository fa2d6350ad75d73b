/** Going through the messages by keyboard, and what keys do on one. */

import { composes } from "../../keys.ts";
import type { LineRow, Row } from "../model/timeline_rows.ts";
import { type LineActions, moderable } from "./message_row.tsx";

/** Selects the newest message in view. */
export function selectLastLine(): void {
  const lines = document.querySelectorAll<HTMLElement>(".line");
  select(lines[lines.length - 1]);
}

/** Puts the focus on a message, so that letters act on it. One that was merely
 * clicked has the focus too; there, letters are text. */
function select(line: HTMLElement | undefined): void {
  if (line === undefined) return;
  line.focus();
  line.dataset.selected = "";
  line.addEventListener("blur", () => delete line.dataset.selected, {
    once: true,
  });
}

/** Scrolls the conversation by nearly what is in view, up or down. */
export function scrollPage(direction: -1 | 1): void {
  const scroller = document.querySelector(".scroller");
  scroller?.scrollBy({ top: direction * 0.9 * scroller.clientHeight });
}

/**
 * A key was pressed in the timeline.
 *
 * @param event The key.
 * @param rows What is on show.
 * @param actions What can be done with a message.
 * @param moderates Whether one keeps order here.
 */
export function lineKey(
  event: KeyboardEvent,
  rows: readonly Row[],
  actions: LineActions,
  moderates: boolean,
): void {
  const line = event.target;
  if (!(line instanceof HTMLElement) || !line.matches(".line")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (composes(event)) return;
  const isSelected = line.dataset.selected !== undefined;
  if (!isSelected && !event.key.startsWith("Arrow")) return;
  const row = rows.find((row): row is LineRow =>
    row.kind === "line" && row.key === line.dataset.key
  );
  if (row === undefined) return;
  switch (event.key) {
    case "ArrowUp":
      select(beside(line, "previousElementSibling"));
      break;
    case "ArrowDown": {
      const next = beside(line, "nextElementSibling");
      if (next !== undefined) select(next);
      else document.querySelector<HTMLElement>(".composer textarea")?.focus();
      break;
    }
    case "c":
      if (!row.removed) actions.copy(row);
      break;
    case "m":
      if (moderable(row, moderates)) actions.moderate(row);
      break;
    case "l":
      actions.copyLink(row);
      break;
    default:
      return;
  }
  event.preventDefault();
}

/** The message before or after one. */
function beside(
  line: HTMLElement,
  direction: "previousElementSibling" | "nextElementSibling",
): HTMLElement | undefined {
  let other = line[direction];
  while (other !== null && !other.matches(".line")) other = other[direction];
  return other instanceof HTMLElement ? other : undefined;
}
