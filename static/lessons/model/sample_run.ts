/**
 * What the client of a lesson does on the page: its answer to each event of its
 * connection, and the lines to show. Pure.
 */

import {
  ENTERED,
  NAME_QUESTION,
  SERVER,
  type SnippetTask,
} from "../../../protocol/snippets.ts";

import { words } from "../../words/lessons_catalogue.ts";

/** The task of a lesson's client. */
export type SampleTask = Pick<
  SnippetTask,
  "url" | "says" | "givesName" | "closesOn"
>;

/** An event of the connection. */
export type SampleEvent =
  | { readonly kind: "opened" }
  | { readonly kind: "received"; readonly data: unknown }
  | {
    readonly kind: "closed";
    readonly code: number;
    readonly reason: string;
    /** Whether it was open before. */
    readonly wasOpen: boolean;
  };

/** A line of the result. */
export interface SampleLine {
  /** Who did it; the page's own lines are of neither side. */
  readonly by: "client" | "server" | "page";
  /** Whether it is a message rather than words of the page. */
  readonly isMessage: boolean;
  readonly text: string;
}

/** What follows from an event. */
export interface SampleReaction {
  readonly lines: readonly SampleLine[];
  readonly sends: readonly string[];
  readonly closes: boolean;
}

/** The most characters of a message that a line shows. */
const MOST_SHOWN = 500;

/**
 * Returns what the client does, as the code that the page shows does it.
 *
 * @param task Its task.
 * @param event What happened.
 * @param number Follows the name that it gives, so that two do not share one.
 */
export function react(
  task: SampleTask,
  event: SampleEvent,
  number: number,
): SampleReaction {
  switch (event.kind) {
    case "opened": {
      const sends = task.givesName === undefined ? task.says : [];
      return {
        lines: [page(words.connected), ...sends.map(sent)],
        sends,
        closes: false,
      };
    }
    case "received":
      return received(task, event.data, number);
    case "closed":
      return { lines: [ended(event)], sends: [], closes: false };
  }
}

function received(
  { says, closesOn, givesName }: SampleTask,
  data: unknown,
  number: number,
): SampleReaction {
  const text = typeof data === "string" ? data : words.binaryData;
  const line: SampleLine = {
    by: "server",
    isMessage: typeof data === "string",
    text: shown(text),
  };
  if (data === closesOn) {
    return {
      lines: [line, { by: "client", isMessage: false, text: words.closes }],
      sends: [],
      closes: true,
    };
  }
  const sends = givesName === undefined || !text.startsWith(SERVER)
    ? []
    : text.endsWith(NAME_QUESTION)
    ? [`${givesName} ${number}`]
    : text.startsWith(ENTERED)
    ? says
    : [];
  return { lines: [line, ...sends.map(sent)], sends, closes: false };
}

function ended(
  { code, reason, wasOpen }: Extract<SampleEvent, { kind: "closed" }>,
): SampleLine {
  if (!wasOpen) return page(words.couldNotConnect);
  return page(words.closedWith(code, reason));
}

function sent(text: string): SampleLine {
  return { by: "client", isMessage: true, text: shown(text) };
}

function page(text: string): SampleLine {
  return { by: "page", isMessage: false, text };
}

function shown(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
