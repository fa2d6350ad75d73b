/** The words of all pages in German: friendly, short, with "du". */

import type * as en from "./en.ts";
import type { ErrorWords } from "./errors.ts";
import { formats } from "./formats.ts";

const { counted, duration, number, plural, some } = formats("de");

const newMessages = { one: "neue Nachricht", other: "neue Nachrichten" };
const others = { one: "weitere Person", other: "weitere" };

/** Words for errors, by their code. */
export const errors: ErrorWords = {
  bad_json: () =>
    "Der Server hat die Anfrage nicht verstanden. Lade die Seite neu",
  bad_encoding: () =>
    "Der Server hat die Anfrage nicht verstanden. Lade die Seite neu",
  unknown_type: () =>
    "Das kann dieser Server nicht. Lade die Seite neu, falls er gerade aktualisiert wurde",
  bad_field: () =>
    "Eine Angabe ist ungültig. Prüfe sie und versuch es noch einmal",
  hello_first: () => "Die Anmeldung fehlt noch. Lade die Seite neu",
  already_hello: () => "Du bist schon angemeldet. Lade die Seite neu",
  bad_name: () =>
    "Dieser Name geht nicht. Nimm 1 bis 32 sichtbare Zeichen, in jedem Wort nur ein Alphabet, und nicht „Server“",
  name_taken: () => "Dieser Name ist vergeben. Such dir einen anderen aus",
  bad_room: () =>
    "So kann kein Raum heißen. Nimm 1 bis 64 Buchstaben, Ziffern, Punkte, Binde- oder Unterstriche, am Anfang einen Buchstaben oder eine Ziffer",
  auth_required: () => "Dafür brauchst du ein Zugangstoken. Bitte um eines",
  auth_invalid: () => "Das Token ist ungültig. Bitte um ein neues",
  auth_expired: () => "Das Token ist abgelaufen. Bitte um ein neues",
  forbidden: () =>
    "Das darfst du hier nicht. Bitte um ein Token, das es erlaubt",
  not_joined: () => "Du bist nicht in diesem Raum. Tritt ihm zuerst bei",
  not_found: () => "Nicht gefunden. Prüfe den Namen oder die Nummer",
  banned: ({ forMs, reason }) =>
    `Du bist hier gerade gesperrt${
      reason === undefined ? "" : `: ${reason}`
    }. ${
      forMs === undefined
        ? "Warte, bis die Sperre endet, oder frag die Moderation"
        : `Du kannst zurückkommen: noch ${duration(forMs)}`
    }`,
  locked: () =>
    "Dieser Raum ist abgeschlossen: Nur die Moderation kann schreiben. Warte, bis er wieder offen ist",
  slow_mode: ({ forMs }) =>
    `Hier gilt der langsame Modus. Warte ${
      forMs === undefined ? "kurz" : `noch ${duration(forMs)}`
    } und sende dann noch einmal`,
  rules_full: () =>
    "Es gibt zu viele Sperren, abgeschlossene Räume und langsame Modi. Heb zuerst einige auf",
  empty: () => "Die Nachricht ist leer. Schreib etwas und sende sie dann",
  cid_reused: () =>
    "Eine andere Nachricht von dir hat dieselbe Kennung. Sende sie noch einmal",
  too_long: () => "Die Nachricht ist zu lang. Sende sie in Teilen",
  unknown_command: () =>
    "Diesen Befehl gibt es nicht, oder es fehlt etwas dahinter. /help zeigt alle; mit // beginnt eine Nachricht mit Schrägstrich",
  rate_limited: ({ forMs }) =>
    `Das war zu schnell. Warte ${
      forMs === undefined ? "kurz" : `noch ${duration(forMs)}`
    } und versuch es dann noch einmal`,
  too_many_rooms: () => "Du bist in zu vielen Räumen. Verlass zuerst einen",
  rooms_full: () =>
    "Es sind zu viele Räume offen. Tritt einem davon bei, oder versuch es später",
  no_more_rooms: () =>
    "Der Server kann keine weiteren Räume speichern. Schreib in einen vorhandenen",
  too_many_connections: () =>
    "Es gibt zu viele Verbindungen. Versuch es später noch einmal",
  store_unavailable: () =>
    "Der Server kann gerade nichts speichern. Versuch es gleich noch einmal",
  not_stored: () =>
    "Die Nachricht wurde nicht gespeichert. Schreib in einen anderen Raum, oder versuch es später",
  stopping: () => "Der Server fährt herunter. Versuch es gleich noch einmal",
  internal: () =>
    "Auf dem Server ist ein Fehler aufgetreten. Versuch es gleich noch einmal",
  outbox_full: () =>
    "Es warten schon zu viele Nachrichten. Sende diese, wenn die anderen weg sind",
  disconnected: () =>
    "Keine Verbindung. Versuch es noch einmal, wenn sie wieder da ist",
  somebody_else: () =>
    "Dieses Token gehört jemand anderem. Melde dich neu damit an",
  closed: () => "Das wurde vor dem Senden geschlossen. Versuch es noch einmal",
};

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
  otherPerson:
    "Mit diesem Token bist du jemand anderes. Mach nur weiter, wenn du der Person vertraust, von der du es hast. Was noch nicht gesendet ist, bleibt in diesem Browser, bis du zurückkommst.",

  // The list of rooms.
  rooms: "Räume",
  roomsWithNews: (count) => `Räume, ${counted(count, newMessages)}`,
  settingsOf: (name) => `${name}: Einstellungen`,
  leave: (room) => `${room} verlassen`,
  newMessages: (count) => counted(count, newMessages),
  newMessagesNoun: (count) => plural(count, newMessages),
  youWereMentioned: ", du wurdest erwähnt",
  noMessagesYet: "Noch keine Nachrichten",
  messageRemoved: "Nachricht entfernt",
  joinOrCreate: "Raum öffnen oder anlegen",

  // The header.
  moderation: "Moderation",
  copyRoomLink: "Link zum Raum kopieren",
  roomLinkCopied: "Link zum Raum kopiert",
  people: "Personen",
  peopleHere: (count) =>
    `Personen, ${counted(count, { one: "ist", other: "sind" })} hier`,

  // The list of people.
  countHere: (count) => `${number(count)} hier`,
  here: "Hier",
  mention: (name) => `${name} erwähnen`,
  you: "du",
  isTyping: "schreibt …",
  removeOrBan: (name) => `${name} entfernen oder sperren`,
  tooManyToList: (count) =>
    `${
      counted(count, { one: "Person", other: "Personen" })
    }, zu viele für eine Liste`,

  // The state of the connection.
  connected: "Verbunden",
  connecting: "Verbinde …",
  reconnecting: "Verbinde neu …",
  closing: "Schließe …",
  closed: "Getrennt",
  offline: "Offline",
  noToken: "Kein Token",
  youAreOffline:
    "Du bist offline. Deine Nachrichten werden gesendet, sobald du wieder verbunden bist",
  reconnectingSentence:
    "Die Verbindung wird neu aufgebaut … deine Nachrichten werden gesendet",
  serverSilent:
    "Der Server antwortet nicht. Deine Nachrichten werden gesendet, sobald er es tut",
  serverSays: (text) => `Der Server meldet: ${text}`,
  continuesElsewhere: "Diese Unterhaltung geht in einem anderen Tab weiter",
  youCanReturn: "Du kannst jetzt zurückkommen",
  connectionClosed: (reason) => `Die Verbindung ist beendet. ${reason}`,
  noReason: "Ein Grund wurde nicht genannt",
  tryNow: "Jetzt versuchen",
  reconnect: "Neu verbinden",
  joinAgain: "Wieder beitreten",
  dismiss: "Ausblenden",

  // The conversation.
  messagesIn: (room) => `Nachrichten in ${room}`,
  loadingOlder: "Ältere Nachrichten werden geladen …",
  olderFailed: "Ältere Nachrichten konnten nicht geladen werden.",
  tryAgain: "Noch einmal",
  messagesOnceConnected: (room) => [
    "Die Nachrichten in ",
    { room },
    " erscheinen, sobald du verbunden bist",
  ],
  newestMessages: "Neueste Nachrichten",
  beginningOf: (room) => ["Hier beginnt ", { room }],
  noLongerKept: (count) =>
    `${
      counted(count, { one: "Nachricht ist", other: "Nachrichten sind" })
    } nicht mehr gespeichert`,
  newLine: "Neue Nachrichten",
  joined: (names) => [
    ...some(names, others),
    plural(names.length, { one: " ist da", other: " sind da" }),
  ],
  left: (names) => [
    ...some(names, others),
    plural(names.length, { one: " ist gegangen", other: " sind gegangen" }),
  ],
  renamed: (before, after) => [
    { name: before },
    " heißt jetzt ",
    { name: after },
  ],
  typing: (names) => [
    ...some(names, others),
    plural(names.length, { one: " schreibt …", other: " schreiben …" }),
  ],
  // A name with one of these words stands in quotation marks.
  wordsOfSentences:
    "da gegangen heißt ist jetzt schreiben schreibt sind und weitere",
  severalTyping: "Mehrere Personen schreiben …",
  removedByAuthor: "Jemand hat die eigene Nachricht entfernt",
  removedByModerator: "Die Moderation hat eine Nachricht entfernt",
  justNow: "gerade eben",

  // One message.
  youMark: "(du)",
  announcementTag: "Ankündigung",
  importedTag: "Importiert",
  guestTag: "Gast",
  importedMark: "(importiert)",
  guestMark: "(Gast)",
  messageWasRemoved: "Diese Nachricht wurde entfernt",
  sending: "Wird gesendet …",
  notSent: (reason) => `Nicht gesendet. ${reason}`,
  discard: "Verwerfen",
  copyMessage: "Nachricht kopieren",
  copyLink: "Link kopieren",
  moreActions: "Mehr",
  removeMessage: "Nachricht entfernen",
  showLess: "Weniger anzeigen",
  showMore: "Mehr anzeigen",
  linkOpens: (host) => `(öffnet ${host})`,
  senderOfOwn: "Du",

  // The field for a message.
  messageTo: (room) => `Nachricht an ${room}`,
  cannotWriteNow: (room) => `Du kannst gerade nicht in ${room} schreiben`,
  cannotWrite: (room) => `Du kannst in ${room} nicht schreiben`,
  charactersLeft: (count) => `noch ${number(count)} Zeichen`,
  charactersTooLong: (count) => `${number(count)} Zeichen zu lang`,
  tooLongToPaste: (most) =>
    `Dieser Text ist zu lang: Eine Nachricht hat höchstens ${
      number(most)
    } Zeichen. Füge einen Teil davon ein, oder einen Link dazu`,
  noFiles:
    "Dateien kannst du hier nicht senden. Füge Text ein, oder einen Link zur Datei",
  send: "Senden",
  readOnly: "Diesen Raum kannst du lesen, aber nicht darin schreiben",
  roomIsLocked:
    "Dieser Raum ist abgeschlossen: Hier kann nur die Moderation schreiben",
  lockedForOthers:
    "Dieser Raum ist abgeschlossen. Du gehörst zur Moderation und kannst schreiben",
  slowModeWait: (time) =>
    `Langsamer Modus: noch ${time}, dann kannst du wieder schreiben`,
  slowModeRule: (everyMs) =>
    `Langsamer Modus: eine Nachricht alle ${duration(everyMs)}`,

  // A room without messages.
  noMessages: (room) => `Keine Nachrichten in ${room}.`,
  newOnesAppear: (room) =>
    `Noch keine Nachrichten in ${room}. Neue erscheinen hier.`,
  writeOrInvite: (room) =>
    `Noch keine Nachrichten in ${room}. Schreib die erste, oder lade jemanden ein.`,
  shareLink: "Teile diesen Link",
  connectProgram: "Oder verbinde ein Programm",
  copy: "Kopieren",
  copyWhat: (what) => `Kopieren: ${what}`,

  // Moderation.
  messageBy: (name) => `Nachricht von ${name}`,
  removalIsFinal:
    "Löscht den Text für alle. Das lässt sich nicht rückgängig machen.",
  reasonShownTo: (name) => ["Grund, sichtbar für ", { name }],
  optional: "Freiwillig",
  removeFromRoom: "Aus dem Raum entfernen",
  forAMinute: "für mindestens eine Minute",
  ban: "Sperren",
  banDuration: "Dauer der Sperre",
  forTime: (ms) => `für ${duration(ms)}`,
  banAddress: "Auch alle mit derselben Adresse sperren",
  moderationIn: (room) => `Moderation in ${room}`,
  unlockRoom: "Raum aufschließen",
  lockRoom: "Raum abschließen",
  onlyModeratorsNow: "Zurzeit kann hier nur die Moderation schreiben.",
  onlyModeratorsThen: "Danach kann hier nur die Moderation schreiben.",
  slowMode: "Langsamer Modus",
  off: "Aus",
  oneMessageEvery: (ms) => `Eine Nachricht alle ${duration(ms)}`,
  announcement: "Ankündigung",
  announce: "Ankündigen",
  nameToUnban: "Wer wieder herein darf",
  unban: "Sperre aufheben",
  removedMessage: "Nachricht entfernt",
  removedPerson: (name) => `${name} wurde aus dem Raum entfernt`,
  banned: (name, ms) => `${name} ist für ${duration(ms)} gesperrt`,
  unbanned: (name) => `${name} ist nicht mehr gesperrt`,
  roomLocked: "Raum abgeschlossen",
  roomUnlocked: "Raum aufgeschlossen",
  slowModeOn: "Der langsame Modus ist an",
  slowModeOff: "Der langsame Modus ist aus",
  announced: "Ankündigung gesendet",

  // Settings, and the help for keys and commands.
  settings: "Einstellungen",
  yourName: "Dein Name",
  change: "Ändern",
  youAreNow: (name) => `Du heißt jetzt ${name}`,
  sound: "Ton",
  notifications: "Benachrichtigungen",
  mentions: "Erwähnungen",
  allMessages: "Alle Nachrichten",
  notificationsBlocked:
    "Dieser Browser blockiert Benachrichtigungen dieser Seite. Erlaube sie in den Einstellungen des Browsers, und wähle dann noch einmal.",
  keyboardShortcuts: "Tastenkürzel",
  learn: [
    "In den ",
    { link: "lessons", text: "Lektionen" },
    " lernst du, wie WebSockets funktionieren; im ",
    { link: "lab", text: "Labor" },
    " probierst du sie aus.",
  ],
  close: "Schließen",
  shortcutsAndCommands: "Tastenkürzel und Befehle",
  keys: {
    send: {
      keys: "Enter",
      does: "Senden (mit der Bildschirmtastatur: neue Zeile)",
    },
    newLine: { keys: "Umschalt Enter", does: "Neue Zeile" },
    select: {
      keys: "↑ in einer leeren Nachricht",
      does: "Eine Nachricht auswählen",
    },
    scroll: { keys: "Bild ↑, Bild ↓", does: "Durch die Nachrichten blättern" },
    copy: { keys: "C", does: "Die ausgewählte Nachricht kopieren" },
    copyLink: { keys: "L", does: "Den Link zu ihr kopieren" },
    remove: { keys: "M", does: "Sie entfernen; Moderation: mehr" },
    goTo: { keys: "Strg K", does: "Zu einem Raum springen" },
    beside: {
      keys: "Alt ↑, Alt ↓",
      does: "Voriger Raum, nächster Raum",
    },
    unread: {
      keys: "Alt Umschalt ↓",
      does: "Nächster Raum mit ungelesenen Nachrichten",
    },
    back: {
      keys: "Esc",
      does:
        "Dialog oder Leiste schließen; zurück zum Schreiben, bei der neuesten Nachricht",
    },
    help: { keys: "?", does: "Tastenkürzel (beim Schreiben: Strg /)" },
  },
  commandsTitle: "Befehle",
  forModerators: "(Moderation)",
  commands: {
    help: { usage: "/help", does: "die Befehle auflisten" },
    who: { usage: "/who", does: "zeigen, wer hier ist" },
    nick: { usage: "/nick NAME", does: "deinen Namen ändern" },
    join: { usage: "/join RAUM", does: "in einen anderen Raum gehen" },
    history: {
      usage: "/history N",
      does: "die letzten N Nachrichten zeigen",
    },
    remove: {
      usage: "/remove NR",
      does: "deine Nachricht entfernen; ohne NR: ihre Nummern zeigen",
    },
    quit: { usage: "/quit", does: "den Chat verlassen" },
    slash: {
      usage: "//…",
      does: "eine Zeile senden, die mit einem Schrägstrich beginnt",
    },
  },
  moderatorCommands: {
    remove: { usage: "/remove NR", does: "irgendeine Nachricht entfernen" },
    kick: {
      usage: "/kick NAME [*] [GRUND]",
      does: 'für eine Minute entfernen; Namen mit Leerzeichen in "…"',
    },
    ban: {
      usage: "/ban NAME DAUER [*] [GRUND]",
      does: "einen Namen sperren, und die Person, die ihn gerade hat",
    },
    unban: {
      usage: "/unban NAME [*]",
      does: "ein Entfernen oder eine Sperre aufheben",
    },
    lock: {
      usage: "/lock und /unlock",
      does: "nur die Moderation schreiben lassen, oder alle",
    },
    slow: {
      usage: "/slow DAUER, /slow off",
      does: "eine Nachricht je Person und DAUER erlauben",
    },
    announce: {
      usage: "/announce [*] TEXT",
      does: "eine Ankündigung senden",
    },
  },

  // What the page answers to a command or an action.
  done: "Erledigt",
  onlyRoom:
    "Das ist dein einziger Raum. Schließ die Seite, um den Chat zu verlassen",
  howToRemove:
    "Zeig auf die Nachricht und wähle „Nachricht entfernen“ oder „Mehr“",
  howToReadOlder: "Scrolle nach oben, um ältere Nachrichten zu lesen",
  peopleAreHere: (count) =>
    `${counted(count, { one: "Person ist", other: "Personen sind" })} hier`,
  hereNow: (names, more) =>
    `Gerade hier: ${names}${more > 0 ? ` und ${number(more)} weitere` : ""}`,
  messageCopied: "Nachricht kopiert",
  messageLinkCopied: "Link zur Nachricht kopiert",
  copied: "Kopiert",
  copyItYourself: (text) =>
    `Der Browser hat das Kopieren blockiert. Kopiere es selbst: ${text}`,
  noSuchMessage: (seq, room) =>
    `Die Nachricht ${seq} gibt es in ${room} nicht, oder nicht mehr`,
  nameTaken: (wanted, instead) =>
    `„${wanted}“ ist vergeben. Hier heißt du „${instead}“`,
  nameAvailable: (name) => `„${name}“ ist frei`,
  senderInRoom: (sender, room) => `${sender} in ${room}`,
  newMessagesLastFrom: (count, sender) =>
    `${counted(count, newMessages)}, die letzte von ${sender}`,
  twoBuilds: "Diese Seite wurde beim Laden aktualisiert. Lade sie neu",
  couldNotStart:
    "Diese Seite konnte nicht starten. Lade sie neu. Hilft das nicht, nimm einen Browser der letzten zwei Jahre.",
};

/** The lab page. */
export const lab: typeof en.lab = {
  twoBuilds: "Diese Seite wurde beim Laden aktualisiert. Lade sie neu",
  chooseFile: "Wähle „Datei“ über der Nachricht, um eine Datei zu senden",
  lab: "Labor",
};

/** The lessons page, which the server renders. */
export const lessons: typeof en.lessons = {
  lessons: "Lektionen",
};
