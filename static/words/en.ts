/**
 * The words of all pages in English. Its types are those of every language: a
 * missing entry does not compile. An entry with values is a function; it
 * chooses plurals by `counted` and lists names by `list`. Sections follow the
 * page from top to bottom.
 */

import { formats } from "./formats.ts";
import type { Sentence } from "./sentences.ts";

const { counted } = formats("en");

const messages = { one: "new message", other: "new messages" };

/** The chat page. */
export const chat = {
  // The first visit, and the form for a token.
  aboutToJoin: (room: string): Sentence => [
    "You are about to join ",
    { room },
    ".",
  ],
  askName: "What should people call you?",
  nameIsOptional: "Leave it empty and the server picks a name.",
  join: "Join",
  accessToken: "Access token",
  checkingToken: "Checking the token…",
  tokenIsKept: "This tab keeps it until you close the tab.",
  continue: "Continue",
  continueAsGuest: "Continue as guest",
  tokenRequired: "This server requires an access token. Paste yours below.",
  tokenInvalid:
    "This token is invalid. Check that you copied all of it, or ask for a new one.",
  tokenExpired:
    "Your token has expired. Paste a new one to continue. What you wrote is kept.",

  // The header.
  rooms: "Rooms",
  roomsWithNews: (count: number) => `Rooms, ${counted(count, messages)}`,
  moderation: "Moderation",
  copyRoomLink: "Copy room link",
  roomLinkCopied: "Room link copied",
  people: "People",
  peopleHere: (count: number) =>
    `People, ${counted(count, { one: "is", other: "are" })} here`,
};

/** The lab page. */
export const lab = {
  lab: "Lab",
};

/** The lessons page, which the server renders. */
export const lessons = {
  lessons: "Lessons",
};
