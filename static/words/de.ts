/** The words of all pages in German: friendly, short, with "du". */

import type * as en from "./en.ts";
import { formats } from "./formats.ts";

const { counted } = formats("de");

const messages = { one: "neue Nachricht", other: "neue Nachrichten" };

/** The chat page. */
export const chat: typeof en.chat = {
  // The first visit, and the form for a token.
  aboutToJoin: (room) => ["Gleich bist du in ", { room }, "."],
  askName: "Wie sollen dich die anderen nennen?",
  nameIsOptional: "Lass das Feld leer, dann wählt der Server einen Namen.",
  join: "Beitreten",
  accessToken: "Zugangstoken",
  checkingToken: "Das Token wird geprüft …",
  tokenIsKept: "Dieser Tab merkt es sich, bis du ihn schließt.",
  continue: "Weiter",
  continueAsGuest: "Als Gast weiter",
  tokenRequired:
    "Für diesen Server brauchst du ein Zugangstoken. Füge deines unten ein.",
  tokenInvalid:
    "Dieses Token ist ungültig. Prüfe, ob du es ganz kopiert hast, oder bitte um ein neues.",
  tokenExpired:
    "Dein Token ist abgelaufen. Füge ein neues ein. Was du geschrieben hast, bleibt erhalten.",

  // The header.
  rooms: "Räume",
  roomsWithNews: (count) => `Räume, ${counted(count, messages)}`,
  moderation: "Moderation",
  copyRoomLink: "Link zum Raum kopieren",
  roomLinkCopied: "Link zum Raum kopiert",
  people: "Personen",
  peopleHere: (count) =>
    `Personen, ${counted(count, { one: "ist", other: "sind" })} hier`,
};

/** The lab page. */
export const lab: typeof en.lab = {
  lab: "Labor",
};

/** The lessons page, which the server renders. */
export const lessons: typeof en.lessons = {
  lessons: "Lektionen",
};
