/**
 * Lists every WebSocket endpoint for the lab: the lessons and chats of
 * table.ts, and the other dialects of a room.
 */

import type { Endpoint, Example, ExampleWords } from "../../protocol/lab.ts";
import { TEXT } from "../../protocol/text.ts";
import { V1 } from "../../protocol/v1.ts";
import { CATALOGUES } from "../../static/words/all_languages.ts";
import type { Language } from "../../static/words/languages.ts";
import { CHATS } from "./chats.ts";
import { LESSONS } from "./table.ts";

const HELLO = "Hello";

/** An endpoint without the words about it. */
type Unexplained = Omit<Endpoint, keyof ExampleWords>;

function tell(
  { says, givesName, closesOn }: Example,
): Omit<Unexplained, "path" | "group" | "answers"> {
  return {
    says,
    ...(givesName !== undefined && { givesName }),
    ...(closesOn !== undefined && { closesOn }),
    hello: HELLO,
    protocols: [],
  };
}

const MORE_ROOMS: readonly Unexplained[] = [
  {
    path: "/ws",
    protocols: [V1],
    group: "Rooms",
    says: [
      '{"type":"hello","id":1}',
      '{"type":"join","room":"garden","id":2}',
      '{"type":"publish","room":"garden","text":"Hello everyone!","id":3}',
    ],
    hello: '{"type":"hello","id":1}',
    answers: true,
  },
  {
    path: "/ws/garden",
    protocols: [TEXT],
    group: "Rooms",
    givesName: "Ada",
    says: ["Hello everyone!"],
    hello: HELLO,
    answers: false,
  },
  {
    path: "/text/garden",
    protocols: [],
    group: "Rooms",
    givesName: "Ada",
    says: ["/who"],
    hello: HELLO,
    answers: false,
  },
];

/** All endpoints in teaching order. */
const ALL: readonly Unexplained[] = [
  ...LESSONS.map((lesson): Unexplained => ({
    ...tell(lesson),
    path: `/lessons/${lesson.name}`,
    group: "Small servers",
    answers: true,
  })),
  ...CHATS.map((chat): Unexplained => ({
    ...tell(chat),
    path: chat.path,
    group: "Rooms",
    // The line chat does not echo a line to its sender.
    answers: chat.givesName === undefined,
  })),
  ...MORE_ROOMS,
];

/**
 * Returns the words about an endpoint.
 *
 * @param path Its path, without the base.
 * @param language The reader's language.
 */
export function exampleWords(path: string, language: Language): ExampleWords {
  const examples: Readonly<Record<string, ExampleWords>> =
    CATALOGUES[language].examples;
  const words = examples[path];
  if (words === undefined) throw new Error(`No words about ${path}`);
  return words;
}

/**
 * Returns all endpoints in teaching order.
 *
 * @param language The reader's language.
 * @param hasLessons Whether the lessons are enabled.
 */
export function endpointsIn(
  language: Language,
  hasLessons = true,
): readonly Endpoint[] {
  return ALL.filter(({ path }) => hasLessons || !path.startsWith("/lessons/"))
    .map((endpoint) => ({
      ...exampleWords(endpoint.path, language),
      ...endpoint,
    }));
}
