/**
 * Lists every WebSocket endpoint for the lab: the lessons and chats of
 * table.ts, and the other dialects of a room.
 */

import type { Endpoint, Example } from "../../protocol/lab.ts";
import { TEXT } from "../../protocol/text.ts";
import { V1 } from "../../protocol/v1.ts";
import { CHATS } from "./chats.ts";
import { LESSONS } from "./table.ts";

const HELLO = "Hello";

function tell(
  { title, teaches, tryThis, seeThat, says, givesName, closesOn }: Example,
): Omit<Endpoint, "path" | "group" | "answers"> {
  return {
    title,
    teaches,
    tryThis,
    seeThat,
    says,
    ...(givesName !== undefined && { givesName }),
    ...(closesOn !== undefined && { closesOn }),
    hello: HELLO,
    protocols: [],
  };
}

const MORE_ROOMS: readonly Endpoint[] = [
  {
    path: "/ws",
    protocols: [V1],
    group: "Rooms",
    title: `A room in ${V1}`,
    teaches:
      "What the chat page speaks: requests with an id and their answers, numbered messages, nothing lost over a lost connection.",
    tryThis:
      "Send the three lines in their order. Close, connect again, and join with since: the seq you have, to get what came in between.",
    seeThat:
      "Hello is answered by welcome, join by joined, publish by an ack once the message is stored. Whoever says no hello is sent away after 10 seconds, with code 4501.",
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
    title: `A room in ${TEXT}`,
    teaches:
      "The subprotocol chooses the language: the address is that of JSON, the lines are for people.",
    tryThis: "Connect, then empty the field Subprotocols and connect again.",
    seeThat:
      "With the subprotocol the server asks for your name in a plain line, and protocol says which one it took. Without it you get JSON.",
    givesName: "Ada",
    says: ["Hello everyone!"],
    hello: HELLO,
    answers: false,
  },
  {
    path: "/text/garden",
    protocols: [],
    group: "Rooms",
    title: "A room in lines of text",
    teaches: "The same for clients that cannot offer a subprotocol.",
    tryThis: "Say a name, then /who, then /help.",
    seeThat: "Commands are answered to you alone; lines go to all others.",
    givesName: "Ada",
    says: ["/who"],
    hello: HELLO,
    answers: false,
  },
];

/** All endpoints in teaching order. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...LESSONS.map((lesson): Endpoint => ({
    ...tell(lesson),
    path: `/lessons/${lesson.name}`,
    group: "Small servers",
    answers: true,
  })),
  ...CHATS.map((chat): Endpoint => ({
    ...tell(chat),
    path: chat.path,
    group: "Rooms",
    // The line chat does not echo a line to its sender.
    answers: chat.givesName === undefined,
  })),
  ...MORE_ROOMS,
];

/** The endpoints when lessons are disabled. */
export const WITHOUT_LESSONS: readonly Endpoint[] = ENDPOINTS.filter((
  { path },
) => !path.startsWith("/lessons/"));
