/** The words of all pages in German: friendly, short, with "du". */

import type * as en from "./en.ts";
import type { ErrorWords } from "./errors.ts";
import { formats } from "./formats.ts";

const { counted, duration, number, plural, some } = formats("de");

const newMessages = { one: "neue Nachricht", other: "neue Nachrichten" };
const rows = { one: "Zeile", other: "Zeilen" };
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
  banned: ({ forMs, reason }) => {
    const time = forMs === undefined ? "" : `, noch ${duration(forMs)}`;
    const why = reason === undefined
      ? "Danach kannst du zurückkommen"
      : `Grund: ${reason}`;
    return `Du bist hier gesperrt${time}. ${why}`;
  },
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
  muted: "Stumm",
  leftInOtherTab: (room) => `Du hast ${room} in einem anderen Tab verlassen`,
  roomWasLeft: (room) =>
    `Du hast ${room} verlassen. Tritt dem Raum neu bei, um zurückzukehren`,
  newMessages: (count) => counted(count, newMessages),
  newMessagesNoun: (count) => plural(count, newMessages),
  youWereMentioned: ", du wurdest erwähnt",
  noMessagesYet: "Noch keine Nachrichten",
  messageRemoved: "Nachricht entfernt",
  joinOrCreate: "In einen Raum gehen",

  // Finding rooms and people.
  findRooms: "Räume und Personen finden",
  yourRooms: "Deine Räume",
  otherRooms: "Andere Räume",
  newRoom: "Neuer Raum",
  createRoom: (room) => [{ room }, " anlegen"],
  personIn: (room) => ["in ", { room }],
  loadingRooms: "Räume werden geladen …",
  roomsFailed: "Die Liste der Räume konnte nicht geladen werden.",
  moreRooms: "Mehr Räume",
  nothingFound: (search) => `Nichts gefunden für „${search}“`,

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
  theseWroteLast: "Wer zuletzt geschrieben hat",
  filterPeople: "Personen suchen",
  morePeople: (count) => `und ${number(count)} weitere`,
  nobodyFound: "Niemand hier heißt so",
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
  removedByAuthor: "Eine Nachricht wurde zurückgezogen",
  removedByModerator: "Eine Nachricht wurde von der Moderation entfernt",
  justNow: "gerade eben",

  // One message.
  youMark: "(du)",
  announcementTag: "Ankündigung",
  importedTag: "Importiert",
  guestTag: "Gast",
  importedMark: "(importiert)",
  guestMark: "(Gast)",
  messageWasRemoved: "Diese Nachricht wurde entfernt",
  youRemovedMessage: "Du hast diese Nachricht entfernt",
  messageRemovedByAuthor: "Diese Nachricht wurde zurückgezogen",
  messageRemovedByModerator:
    "Diese Nachricht wurde von der Moderation entfernt",
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
  suggestions: "Vorschläge",
  suggestionCount: (count) =>
    `${
      counted(count, { one: "Vorschlag", other: "Vorschläge" })
    }. Wähle mit den Pfeiltasten und drücke Enter`,
  emoji: "Emoji",
  searchEmoji: "Emoji suchen (englisch)",
  noEmojiFound: "Kein Emoji gefunden. Versuche ein anderes Wort",
  emojiFailed: "Die Emoji konnten nicht geladen werden.",
  emojiGroupsLabel: "Gruppen",
  emojiGroups: {
    recent: "Zuletzt benutzt",
    smileys: "Smileys",
    people: "Menschen",
    nature: "Tiere und Natur",
    food: "Essen und Trinken",
    travel: "Reisen und Orte",
    activities: "Aktivitäten",
    objects: "Gegenstände",
    symbols: "Symbole",
    flags: "Flaggen",
  },
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
  optional: "Optional",
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
  oneMessageEvery: (ms) => `Alle ${duration(ms)}`,
  announcement: "Ankündigung",
  announce: "Ankündigen",
  bans: "Sperren",
  bansFailed: "Die Sperren konnten nicht geladen werden.",
  nobodyBanned: "In diesem Raum ist niemand gesperrt",
  hiddenAddress: "Eine verborgene Adresse",
  bannedUntil: (by, when) => [
    "Gesperrt von ",
    { name: by },
    ` bis ${when}`,
  ],
  kickedUntil: (by, when) => [
    "Hinausgeworfen von ",
    { name: by },
    ` bis ${when}`,
  ],
  wholeServer: "ganzer Server",
  unbanName: (name) => `Sperre von ${name} aufheben`,
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
  notificationsIn: (room) => `Benachrichtigungen in ${room}`,
  byDefault: (level) => `Standard (${level})`,
  countFollows:
    "Die Zahl ungelesener Nachrichten richtet sich nach der eigenen Einstellung des Raums.",
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
    goTo: { keys: "Strg K", does: "Räume und Personen finden" },
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
  formatting: "Formatierung",
  bold: "Fett",
  italics: "Kursiv",
  strikethrough: "Durchgestrichen",
  code: "Code",
  codeOfSeveralLines: "Mehrzeiliger Code",
  quote: "Zitat",
  list: "Liste",
  numberedList: "Nummerierte Liste",
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
  title: "Labor · Hubbub",
  // The pages, and the switch between the clients.
  skip: "Zu Client A springen",
  pages: "Seiten",
  chat: "Chat",
  lessons: "Lektionen",
  lab: "Labor",
  client: "Client",
  idle: "bereit",
  twoBuilds: "Diese Seite wurde beim Laden aktualisiert. Lade sie neu",

  // The lesson, and client code to copy.
  about: (client) => `Über den Endpunkt von ${client}`,
  anyWebSocket: "Irgendein WebSocket",
  anyTeaches: "Jeder Server, der WebSocket spricht, hier oder anderswo.",
  anyTryThis:
    "Gib seine Adresse ein, und die Subprotokolle, die er verlangt. Dann verbinde dich.",
  anySeeThat:
    "Eine Seite, die über https kam, verbindet sich nur mit wss://, oder mit diesem Rechner. Was ein Server ablehnt, siehst du als error und close 1006: Den Grund behält der Browser für sich.",
  tryThis: "Probier das",
  seeThat: "Das siehst du",
  inCode: "Dasselbe als Code",
  language: "Sprache",
  clientFor: (language) => `Client für ${language}`,
  copy: "Kopieren",
  copied: "Kopiert",
  cannotCopy:
    "Der Browser hat das Kopieren blockiert. Markiere den Code und kopiere ihn selbst",

  // Where a client connects, and how it closes.
  endpointOf: (client) => `Endpunkt von ${client}`,
  groups: { "Small servers": "Kleine Server", "Rooms": "Räume" },
  otherAddress: "Andere Adresse",
  address: "Adresse",
  subprotocols: "Subprotokolle",
  none: "keine",
  connect: "Verbinden",
  closeCode: "Close-Code",
  closeCodeHint:
    "1000, oder 3000 bis 4999: Andere lassen Browser eine Seite nicht senden",
  reason: "Grund",
  noneOrBytes: "bis 123 Byte",
  close: "Schließen",
  closeWasCalled: "Es wird schon geschlossen",
  notAnAddress: "Das ist keine Adresse eines WebSockets: Schreib ws://…",
  details: "Details",
  whatDetails: "Subprotokolle, Close-Code, Zustand, Zähler, Flut",
  offers: (protocols) => `Bietet an: ${protocols}`,
  addB: "Zweiter Client",
  removeB: "Entfernen",

  // The state of a connection.
  notConnected: "Noch nicht verbunden",
  connecting: "Verbinde …",
  open: (protocol) => protocol === "" ? "Offen" : `Offen, spricht ${protocol}`,
  closing: "Schließt: wartet auf die andere Seite",
  closed: "Geschlossen",
  neverOpened: "Nie geöffnet",
  notClean: "nicht sauber",
  clean: "sauber",
  quoted: (text) => `„${text}“`,
  codes: {
    1000: "ein normales Ende",
    1001: "der Server endet, oder die Seite wurde verlassen",
    1002: "Protokollfehler",
    1003: "nicht unterstützte Art von Daten",
    1005: "das Close-Frame hatte keinen Code",
    1006: "abgerissen oder nie geöffnet: kein Close-Frame",
    1007: "Text, der kein UTF-8 ist",
    1008: "Verstoß gegen die Regeln der anderen Seite",
    1009: "eine zu große Nachricht",
    1010: "eine Erweiterung fehlt",
    1011: "ein Fehler im Server",
    1012: "der Server startet neu",
    1013: "der Server ist überlastet",
    1015: "der TLS-Handshake ist gescheitert",
  },
  ownCode: "ein Code der Anwendung",
  registeredCode: "ein registrierter Code",
  reservedCode: "ein reservierter Code",
  noConnection: "readyState: noch keine Verbindung",
  stateAfter: (state, time) => `${state} nach ${time}`,
  states: (steps) => `readyState: ${steps.join(", dann ")}`,
  now: "jetzt",
  start: "Start",
  nowAfter: (time) => `jetzt, +${time}`,

  // The gauges.
  notOurs: "unbekannt",
  ago: (time) => `vor ${time}`,
  framesAndBytes: "Frames · Bytes",
  thisPage: "Diese Seite",
  theServer: "Der Server",
  toServer: "Zum Server",
  fromServer: "Vom Server",
  lastHeard: "Zuletzt gehört",
  noFrameYet: "noch keins",
  noPings: "Pings erreichen nie eine Seite",
  pingsExplained:
    "Pings und Pongs sind Frames des Protokolls. Der Browser beantwortet einen Ping selbst und sagt keiner Seite etwas davon, deshalb ist hier keiner zu sehen. Auch beim Server bleiben sie unterhalb des Programms.",
  serverHolds: (opened, seconds) =>
    `Dieser Server hat die Verbindung vor ${opened} geöffnet und hält sie noch. Er sendet nach ${
      number(seconds / 2)
    } stillen Sekunden einen Ping und gibt nach ${
      number(seconds)
    } auf: In den letzten ${
      number(seconds)
    } s hat er also ein Frame oder einen Pong gehört.`,
  serverSawEnd: (closed, code) =>
    `Dieser Server hat vor ${closed} das Ende gesehen, mit Code ${code}.`,
  askedByKey: {
    before:
      "Die Seite fragt diesen Server einmal in der Sekunde, mit dem Schlüssel, den sie als ",
    after: " an die Adresse hängt.",
  },
  noRoundTrip: "Umlaufzeit; hier antwortet niemand",
  roundTrip: "Umlaufzeit",
  medianRoundTrip: (time) => `Umlaufzeit; Median ${time}`,
  roundTripHint:
    "In dieser Seite gemessen, ohne ein anderes Frame unterwegs. Wo auch andere reden, kann das nächste Frame von ihnen sein.",
  sendToNext: "Bis zum nächsten Frame",
  roundTrips: (last) => `Umlaufzeiten, die letzte ${last}`,
  mostBuffered: "Höchster Puffer",
  bufferedUpTo: (size) => `bufferedAmount, bis zu ${size}`,
  flood: "Fluten",
  stop: "Stopp",
  floodSize: "Größe der Flut",
  notToOthers: "Nicht an Server von anderen",
  flooding: "Flutet …",
  floodHint:
    "An diesen Server, der bei zu viel mit 4003 schließt, oder an diesen Rechner",
  floodSent: (sent, frames, size) =>
    `${number(sent)} von ${number(frames)} Frames · ${size} gesendet`,

  // What a client sends.
  kindOfData: "Art der Daten",
  kinds: { text: "Text", hex: "Hex", file: "Datei" },
  sendHello: "Hello senden",
  sendText: (text) => `${text} senden`,
  send: "Senden",
  fileFrom: (client) => `Datei, die ${client} sendet`,
  bytesFrom: (client) => `Bytes, die ${client} sendet`,
  textFrom: (client) => `Text, den ${client} sendet`,
  textOfFrame: "Text eines Frames",
  connectFirst: "Verbinde dich zuerst",
  chooseFileFirst: "Wähle zuerst eine Datei",
  chooseFile: "Wähle „Datei“ über der Nachricht, um eine Datei zu senden",
  notHex: (text) =>
    `„${text}“ ist keine Hex-Ziffer. Schreib 0 bis 9 und a bis f`,
  oddHex: "Ein Byte hat zwei Hex-Ziffern, und eine steht allein",

  // The events.
  filterOf: (client) => `Ereignisse von ${client} filtern`,
  filter: "Filtern",
  whichOf: (client) => `Welche Ereignisse von ${client}`,
  allRows: "Alle",
  sentRows: "→ Gesendet",
  receivedRows: "← Empfangen",
  eventRows: "· Ereignisse",
  directions: {
    sent: "gesendet",
    received: "empfangen",
    event: "Ereignis",
  },
  rows: (shown, all) =>
    shown === all
      ? counted(all, rows)
      : `${number(shown)} von ${counted(all, rows)}`,
  dropped: (count) => `, ${number(count)} ältere weggefallen`,
  export: "Export",
  clear: "Leeren",
  eventsOf: (client) => `Ereignisse von ${client}`,
  time: "Zeit",
  direction: "Richtung",
  size: "Größe",
  data: "Daten",
  nothingYet: "Hier ist noch nichts. Verbinde dich, und sende Hello.",
  binary: "binär",
  theData: "Die Daten",
  moreBytes: (size) => `… und ${size} mehr`,
  // Events that are not called as in the browser's interface.
  events: {
    connecting: "verbindet",
    refused: "abgelehnt",
    flood: "Flut",
    "flood ended": "Flut zu Ende",
  },
  connectingTo: (address, protocols) =>
    protocols === ""
      ? `Zu ${address}`
      : `Zu ${address}, bietet ${protocols} an`,
  pagesAreNotTold:
    "Der Browser sagt einer Seite nicht, was schiefging, damit keine ein Netzwerk ausspähen kann",
  closeCalledWith: (code, reason) =>
    `Mit ${code}${reason === "" ? "" : `, „${reason}“`}`,
  noCode: "keinem Code",
  toConnectElsewhere: "Um eine andere Verbindung zu öffnen",
  thrownAway: "Nicht gesendet: Die Verbindung ist nicht mehr offen",
  floodBegan: (frames, size) =>
    `${number(frames)} Frames zu ${size}, eine Zeile für alle`,
  floodEnded: (progress, ms, peak) =>
    `${progress} in ${number(ms)} ms; bufferedAmount war bis zu ${peak}`,
};

/** What the pages say without JavaScript, which is also in their HTML. */
export const noScript: typeof en.noScript = {
  chat:
    "Diese Seite braucht JavaScript. Schalte es ein, oder verbinde dich mit irgendeinem WebSocket-Client mit /ws/lobby.",
  lab: "Das Labor braucht JavaScript.",
  readLessons: "Lies die Lektionen ohne",
};

/** The lessons page, which the server renders. */
export const lessons: typeof en.lessons = {
  title: "Lektionen · Hubbub",
  skip: "Zu den Lektionen springen",
  pages: "Seiten",
  chat: "Chat",
  lessons: "Lektionen",
  lab: "Labor",
  intro:
    "Kleine WebSocket-Server, an denen du je eine Sache lernst. Sie laufen hier, neben dem Chat. Starte sie auf dieser Seite, oder verbinde dich, womit du willst: mit der Konsole dieses Browsers, mit ein paar Zeilen Python, im Terminal. Unter jeder Lektion steht der Code von Client und Server, fertig zum Kopieren.",
  smallServers: "Kleine Server",
  limits: (longest, longestShared, places, perAddress, history) =>
    `Jeder hat seine eigene Adresse. Ein Text darf bis zu ${
      number(longest)
    } Zeichen haben, oder ${
      number(longestShared)
    }, wo andere mitlesen. Wer schneller sendet, als ein Chat erlaubt, wird mit Code 4003 geschlossen. Eine Lektion, die an alle sendet, hat Platz für ${
      number(places)
    } Clients, davon ${
      number(perAddress)
    } von einer Adresse; weitere werden mit Code 1013 geschlossen. Die beiden, die sich etwas merken, behalten die neuesten ${
      number(history)
    } Nachrichten, bei langen weniger, bis der Server endet. Binäre Daten nimmt Echo; die anderen schließen mit Code 1003.`,
  chats: "Chats",
  aboutChats:
    "Die Räume dieses Servers, wie ein schlichter Client sie sieht. Was du hier sendest, wird gespeichert, und alle im Raum lesen es.",
  openInLab: "Im Labor öffnen",
  tryThis: "Probier das",
  seeThat: "Das siehst du",
  passes: "Was hin und her geht",
  afterEarlier: ", nachdem jemand gesagt hat: ",
  you: "Du",
  server: "Server",
  closesWith: (code) => `schließt mit ${code}`,
  client: "Client",
  clientsConnectTo: (how, url) =>
    `${how} Clients verbinden sich dann mit ${url}`,
};

/** The script of the lessons page. */
export const lessonButtons: typeof en.lessonButtons = {
  copy: "Kopieren",
  copyWhat: (what) => `Kopieren: ${what}`,
  copied: "Kopiert",
  selected: "Markiert. Drück Strg+C",
  run: "Starten",
  runAgain: "Noch einmal",
  close: "Schließen",
  doWhat: (button, lesson) => `${button}: ${lesson}`,
  resultOf: (lesson) => `Ergebnis von ${lesson}`,
  you: "Du",
  server: "Server",
  connected: "Verbunden",
  closes: "Schließt",
  binaryData: "(binäre Daten)",
  couldNotConnect:
    "Keine Verbindung. Prüfe, ob der Server läuft, und versuch es dann noch einmal",
  closedWith: (code, reason) =>
    `Geschlossen mit Code ${code}${reason === "" ? "" : `: ${reason}`}`,
  noFiles:
    "Dateien gehen hier nicht. Um eine zu senden, öffne das Labor und wähle „Datei“",
};

/** The languages of sample code, and how to run it. */
export const snippets: typeof en.snippets = {
  clients: {
    javascript: {
      title: "Browser",
      how:
        "Füg es in die Konsole eines Browsers ein, oder speichere es und starte es mit Bun oder Node 22.",
    },
    python: {
      title: "Python",
      how:
        "Speichere es und starte es mit Python 3, nach pip install websockets.",
    },
    deno: {
      title: "Deno",
      how:
        "Speichere es als client.ts und starte es mit deno run --allow-net client.ts.",
    },
    terminal: {
      title: "Terminal",
      how: "Braucht Node. Um selbst zu tippen, lass alles ab -x weg.",
    },
  },
  servers: {
    typescript: {
      title: "Deno",
      how:
        "Speichere es als server.ts und starte es mit deno run --allow-net server.ts.",
    },
    python: {
      title: "Python",
      how:
        "Speichere es und starte es mit Python 3, nach pip install websockets.",
    },
  },
};

/** What each WebSocket of this server teaches, by its path. */
export const examples: typeof en.examples = {
  "/lessons/hello": {
    title: "Hallo",
    teaches:
      "Die kleinste Unterhaltung, die es gibt: verbinden, senden, empfangen.",
    tryThis: "Sende irgendetwas, einmal oder mehrmals.",
    seeThat:
      "Jede Nachricht bekommt dieselbe Antwort, über eine einzige Verbindung, die offen bleibt. Nichts kommt an, bevor du etwas gesendet hast.",
  },
  "/lessons/echo": {
    title: "Echo",
    teaches:
      "Jede Nachricht kommt zurück, und bei einer bestimmten schließt der Server die Verbindung.",
    tryThis:
      "Sende ein paar Nachrichten, dann CLOSE_CONNECTION. Sende auch binäre Daten, wenn dein Client das kann.",
    seeThat:
      "Die Antworten kommen in der Reihenfolge, in der du gefragt hast. Das close-Ereignis hat den Code 1000, ein normales Ende. Binäre Daten kommen unverändert zurück.",
  },
  "/lessons/greeter": {
    title: "Begrüßung",
    teaches: "Der Server darf zuerst sprechen, was HTTP allein nicht kann.",
    tryThis: "Verbinde dich und warte, dann sende etwas.",
    seeThat:
      "Die Begrüßung ist da, bevor du etwas gesendet hast. Ein Client, der nur Antworten auf eigene Nachrichten liest, verpasst sie.",
  },
  "/lessons/said": {
    title: "Was du gesagt hast",
    teaches:
      "Eine Nachricht ist Text, und nichts darin ist für den Server besonders.",
    tryThis:
      "Sende Anführungszeichen, ein Emoji, einen Zeilenumbruch, ein Stück HTML.",
    seeThat:
      "Alles kommt zwischen Anführungszeichen zurück, unverändert. Text sicher anzuzeigen, ist Sache der Seite, die ihn anzeigt.",
  },
  "/lessons/uppercase": {
    title: "Großbuchstaben",
    teaches: "Der Server macht etwas mit deiner Nachricht, bevor er antwortet.",
    tryThis: "Sende ein paar Wörter, dann straße und ñandú.",
    seeThat:
      "Sie kommen in Großbuchstaben zurück. Die Antwort muss nicht so lang sein wie die Frage: Aus ß wird SS.",
  },
  "/lessons/history": {
    title: "Verlauf",
    teaches:
      "Der Server merkt sich, was gesagt wurde, egal von wem, und sagt es allen, die später kommen.",
    tryThis:
      "Sende ein paar Nachrichten, schließ die Verbindung, und verbinde dich wieder.",
    seeThat:
      "Nach der Begrüßung kommen bis zu 100 frühere Nachrichten, deine und die der anderen. Antworten auf neue Nachrichten bekommt nur, wer sie gesendet hat.",
  },
  "/lessons/broadcast": {
    title: "Ein Raum für alle",
    teaches:
      "Eine Nachricht erreicht alle: die, die da sind, und die, die noch kommen.",
    tryThis: "Verbinde dich zweimal nebeneinander, und sende von beiden.",
    seeThat:
      "Beide bekommen beide Nachrichten, in derselben Reihenfolge. Wer später dazukommt, bekommt zuerst bis zu 100 frühere.",
  },
  "/lessons/says": {
    title: "Wer sagt was",
    teaches: "An alle, aber ohne Gedächtnis: Man muss dabei gewesen sein.",
    tryThis:
      "Verbinde dich zweimal und sende von beiden, dann verbinde dich ein drittes Mal.",
    seeThat:
      "Beide bekommen jede Nachricht, auch die eigene. Die dritte Verbindung erfährt nichts von dem, was vorher gesagt wurde.",
  },
  "/lessons/farewell": {
    title: "Abschied",
    teaches:
      "Zum Schließen gehören zwei: Der Server bittet darum, und der Client tut es.",
    tryThis:
      "Sende irgendetwas, und lass deinen Client schließen, wenn er CLOSE_CONNECTION liest. Dann lass diese Zeile weg.",
    seeThat:
      "Dein Client geht von open über closing zu closed, mit Code 1000. Schließt er nicht, hat er 10 Sekunden Zeit; dann schließt der Server.",
  },
  "/text/lesson": {
    title: "Ein Chat mit Namen",
    teaches:
      "Zeilen für Menschen, in einem Raum für diese Lektion: Deine erste Zeile ist dein Name, die anderen sind Nachrichten.",
    tryThis:
      "Verbinde dich zweimal, als zwei Personen, und unterhalte dich. Dann schließ eine der Verbindungen.",
    seeThat:
      "Die anderen sehen [Ada 17]: Hello everyone!, und du siehst deine eigenen Zeilen nicht noch einmal. Geht jemand, steht da [Server]: Ada 17 has left the chat. Ist ein Name vergeben, fragt der Server noch einmal.",
  },
  "/ws/lesson": {
    title: "Ein Chat mit zugeteilten Namen",
    teaches:
      "Derselbe Raum für Programme: Du bekommst einen Namen, und jede Nachricht ist ein JSON-Objekt mit sender und message.",
    tryThis:
      "Verbinde dich zweimal, sende von beiden, und schließ eine der Verbindungen.",
    seeThat:
      "Beide bekommen jede Nachricht, auch die eigene. Geht jemand, bekommen die anderen Client disconnected in dessen Namen.",
  },
  "/ws": {
    title: "Ein Raum in hubbub.v1",
    teaches:
      "Was die Chatseite spricht: Anfragen mit einer id und ihre Antworten, nummerierte Nachrichten, und nichts geht verloren, wenn die Verbindung abreißt.",
    tryThis:
      "Sende die drei Zeilen der Reihe nach. Schließ, verbinde dich wieder, und tritt bei mit since: der seq, die du hast. So bekommst du, was dazwischen kam.",
    seeThat:
      "Auf hello kommt welcome, auf join kommt joined, auf publish ein ack, sobald die Nachricht gespeichert ist. Ohne hello wird die Verbindung nach 10 Sekunden geschlossen, mit Code 4501.",
  },
  "/ws/garden": {
    title: "Ein Raum in hubbub.text",
    teaches:
      "Das Subprotokoll wählt die Sprache: Die Adresse ist die für JSON, die Zeilen sind für Menschen.",
    tryThis:
      "Verbinde dich, dann leere das Feld Subprotokolle und verbinde dich noch einmal.",
    seeThat:
      "Mit dem Subprotokoll fragt der Server in einer schlichten Zeile nach deinem Namen, und protocol sagt, welches er genommen hat. Ohne bekommst du JSON.",
  },
  "/text/garden": {
    title: "Ein Raum in Textzeilen",
    teaches: "Dasselbe für Clients, die kein Subprotokoll anbieten können.",
    tryThis: "Sag einen Namen, dann /who, dann /help.",
    seeThat:
      "Antworten auf Befehle bekommst nur du; Zeilen gehen an alle anderen.",
  },
};
