/**
 * The words of all pages in English. Its types are those of every language: a
 * missing entry does not compile. An entry with values is a function; it
 * chooses plurals by `counted` and lists names by `some`. Sections follow the
 * page from top to bottom.
 */

import type { ErrorWords } from "./errors.ts";
import { formats } from "./formats.ts";
import type { Sentence } from "./sentences.ts";

const { counted, duration, number, plural, some } = formats("en");

const newMessages = { one: "new message", other: "new messages" };
const characters = { one: "character", other: "characters" };
const rows = { one: "row", other: "rows" };
const others = { one: "other", other: "others" };

/** Words for errors, by their code. The server's own texts are English, and
 * more exact. */
export const errors: ErrorWords = {};

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
  otherPerson:
    "This token signs you in as someone else. Continue only if you trust the person who gave it to you. Your unsent messages stay in this browser until you return.",

  // The list of rooms.
  rooms: "Rooms",
  roomsWithNews: (count: number) => `Rooms, ${counted(count, newMessages)}`,
  settingsOf: (name: string) => `${name}, settings`,
  leave: (room: string) => `Leave ${room}`,
  muted: "Muted",
  leftInOtherTab: (room: string) => `You left ${room} in another tab`,
  roomWasLeft: (room: string) => `You left ${room}. To return, join it again`,
  newMessages: (count: number) => counted(count, newMessages),
  newMessagesNoun: (count: number) => plural(count, newMessages),
  youWereMentioned: ", you were mentioned",
  noMessagesYet: "No messages yet",
  messageRemoved: "message removed",
  joinOrCreate: "Join or create a room",

  // Finding rooms and people.
  findRooms: "Find rooms and people",
  yourRooms: "Your rooms",
  otherRooms: "Other rooms",
  newRoom: "New room",
  createRoom: (room: string): Sentence => ["Create ", { room }],
  personIn: (room: string): Sentence => ["in ", { room }],
  loadingRooms: "Loading rooms…",
  roomsFailed: "The list of rooms could not be loaded.",
  moreRooms: "More rooms",
  nothingFound: (search: string) => `Nothing found for “${search}”`,

  // The header.
  moderation: "Moderation",
  copyRoomLink: "Copy room link",
  roomLinkCopied: "Room link copied",
  people: "People",
  peopleHere: (count: number) =>
    `People, ${counted(count, { one: "is", other: "are" })} here`,

  // The list of people.
  countHere: (count: number) => `${number(count)} here`,
  here: "Here",
  theseWroteLast: "The last to write",
  filterPeople: "Find people",
  morePeople: (count: number) => `and ${number(count)} more`,
  nobodyFound: "Nobody here has this name",
  mention: (name: string) => `Mention ${name}`,
  you: "you",
  isTyping: "typing…",
  removeOrBan: (name: string) => `Remove or ban ${name}`,
  tooManyToList: (count: number) =>
    `${counted(count, { one: "person", other: "people" })}, too many to list`,

  // The state of the connection.
  connected: "Connected",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  closing: "Closing…",
  closed: "Closed",
  offline: "Offline",
  noToken: "No token",
  youAreOffline:
    "You are offline. Your messages will be sent when you reconnect",
  reconnectingSentence: "Reconnecting… your messages will be sent",
  serverSilent:
    "The server does not answer. Your messages will be sent when it does",
  serverSays: (text: string) => `The server says: ${text}`,
  continuesElsewhere: "This conversation continues in another tab",
  youCanReturn: "You can return now",
  connectionClosed: (reason: string) => `The connection is closed. ${reason}`,
  noReason: "No reason was given",
  tryNow: "Try now",
  reconnect: "Reconnect",
  joinAgain: "Join again",
  dismiss: "Dismiss",

  // The conversation.
  messagesIn: (room: string) => `Messages in ${room}`,
  loadingOlder: "Loading older messages…",
  olderFailed: "Older messages could not be loaded.",
  tryAgain: "Try again",
  messagesOnceConnected: (room: string): Sentence => [
    "Messages in ",
    { room },
    " appear once you are connected",
  ],
  newestMessages: "Newest messages",
  beginningOf: (room: string): Sentence => [
    "This is the beginning of ",
    { room },
  ],
  noLongerKept: (count: number) =>
    `${
      counted(count, { one: "message is", other: "messages are" })
    } no longer kept`,
  newLine: "New messages",
  joined: (names: readonly string[]): Sentence => [
    ...some(names, others),
    " joined",
  ],
  left: (names: readonly string[]): Sentence => [
    ...some(names, others),
    " left",
  ],
  renamed: (before: string, after: string): Sentence => [
    { name: before },
    " is now ",
    { name: after },
  ],
  typing: (names: readonly string[]): Sentence => [
    ...some(names, others),
    plural(names.length, { one: " is typing…", other: " are typing…" }),
  ],
  // A name with one of these words stands in quotation marks.
  wordsOfSentences: "and are has is joined left now others typing",
  severalTyping: "Several people are typing…",
  removedByAuthor: "A message was removed by its author",
  removedByModerator: "A message was removed by a moderator",
  justNow: "just now",

  // One message.
  youMark: "(you)",
  announcementTag: "Announcement",
  importedTag: "Imported",
  guestTag: "Guest",
  importedMark: "(imported)",
  guestMark: "(guest)",
  messageWasRemoved: "This message was removed",
  youRemovedMessage: "You removed this message",
  messageRemovedByAuthor: "This message was removed by its author",
  messageRemovedByModerator: "This message was removed by a moderator",
  sending: "Sending…",
  notSent: (reason: string) => `Not sent. ${reason}`,
  discard: "Discard",
  copyMessage: "Copy message",
  copyLink: "Copy link",
  moreActions: "More actions",
  removeMessage: "Remove message",
  showLess: "Show less",
  showMore: "Show more",
  linkOpens: (host: string) => `(opens ${host})`,
  senderOfOwn: "You",

  // The field for a message.
  messageTo: (room: string) => `Message to ${room}`,
  cannotWriteNow: (room: string) => `You cannot write in ${room} now`,
  cannotWrite: (room: string) => `You cannot write in ${room}`,
  charactersLeft: (count: number) => `${counted(count, characters)} left`,
  charactersTooLong: (count: number) =>
    `${counted(count, characters)} too long`,
  tooLongToPaste: (most: number) =>
    `This text is too long to paste: a message has at most ${
      counted(most, characters)
    }. Paste a part of it, or a link to it`,
  noFiles: "Files can’t be sent here. Paste text, or a link to the file",
  send: "Send",
  suggestions: "Suggestions",
  suggestionCount: (count: number) =>
    `${
      counted(count, { one: "suggestion", other: "suggestions" })
    }. Choose with the arrow keys, then press Enter`,
  emoji: "Emoji",
  searchEmoji: "Search emoji",
  noEmojiFound: "No emoji found. Try another word",
  emojiFailed: "The emoji could not be loaded.",
  emojiGroupsLabel: "Groups",
  emojiGroups: {
    recent: "Recently used",
    smileys: "Smileys",
    people: "People",
    nature: "Animals and nature",
    food: "Food and drink",
    travel: "Travel and places",
    activities: "Activities",
    objects: "Objects",
    symbols: "Symbols",
    flags: "Flags",
  },
  readOnly: "You can read this room but not write in it",
  roomIsLocked: "This room is locked: only moderators can write here",
  lockedForOthers:
    "This room is locked. You can write because you are a moderator",
  slowModeWait: (time: string) => `Slow mode: you can write again in ${time}`,
  slowModeRule: (everyMs: number) =>
    `Slow mode: one message every ${duration(everyMs)}`,

  // A room without messages.
  noMessages: (room: string) => `No messages in ${room}.`,
  newOnesAppear: (room: string) =>
    `No messages in ${room} yet. New ones appear here.`,
  writeOrInvite: (room: string) =>
    `No messages in ${room} yet. Write one, or invite someone.`,
  shareLink: "Share this link",
  connectProgram: "Or connect from a program",
  copy: "Copy",
  copyWhat: (what: string) => `Copy: ${what}`,

  // Moderation.
  messageBy: (name: string) => `Message by ${name}`,
  removalIsFinal: "Deletes the text for everyone. Can’t be undone.",
  reasonShownTo: (name: string): Sentence => ["Reason, shown to ", { name }],
  optional: "Optional",
  removeFromRoom: "Remove from room",
  forAMinute: "for at least a minute",
  ban: "Ban",
  banDuration: "Ban duration",
  forTime: (ms: number) => `for ${duration(ms)}`,
  banAddress: "Also ban everyone at the same address",
  moderationIn: (room: string) => `Moderation in ${room}`,
  unlockRoom: "Unlock the room",
  lockRoom: "Lock the room",
  onlyModeratorsNow: "Only moderators can write here now.",
  onlyModeratorsThen: "Only moderators will be able to write.",
  slowMode: "Slow mode",
  off: "Off",
  oneMessageEvery: (ms: number) => `One message every ${duration(ms)}`,
  announcement: "Announcement",
  announce: "Announce",
  bans: "Bans",
  bansFailed: "The bans could not be loaded.",
  nobodyBanned: "Nobody is banned from this room",
  hiddenAddress: "A hidden address",
  bannedUntil: (by: string, when: string): Sentence => [
    "Banned by ",
    { name: by },
    ` until ${when}`,
  ],
  kickedUntil: (by: string, when: string): Sentence => [
    "Kicked by ",
    { name: by },
    ` until ${when}`,
  ],
  wholeServer: "whole server",
  unbanName: (name: string) => `Unban ${name}`,
  unban: "Unban",
  removedMessage: "Message removed",
  removedPerson: (name: string) => `${name} was removed from the room`,
  banned: (name: string, ms: number) => `${name} is banned for ${duration(ms)}`,
  unbanned: (name: string) => `${name} is no longer banned`,
  roomLocked: "Room locked",
  roomUnlocked: "Room unlocked",
  slowModeOn: "Slow mode is on",
  slowModeOff: "Slow mode is off",
  announced: "Announcement sent",

  // Settings, and the help for keys and commands.
  settings: "Settings",
  yourName: "Your name",
  change: "Change",
  youAreNow: (name: string) => `You are now ${name}`,
  sound: "Sound",
  notifications: "Notifications",
  notificationsIn: (room: string) => `Notifications in ${room}`,
  byDefault: (level: string) => `Default (${level})`,
  countFollows: "The room’s unread count follows its own setting.",
  mentions: "Mentions",
  allMessages: "All messages",
  notificationsBlocked:
    "This browser blocks notifications from this page. Allow them in the browser’s settings, then choose again.",
  keyboardShortcuts: "Keyboard shortcuts",
  learn: [
    "Learn how WebSockets work in the ",
    { link: "lessons", text: "lessons" },
    ", and try them in the ",
    { link: "lab", text: "lab" },
    ".",
  ] as Sentence,
  close: "Close",
  shortcutsAndCommands: "Keyboard shortcuts and commands",
  keys: {
    send: {
      keys: "Enter",
      does: "Send (with the on-screen keyboard: new line)",
    },
    newLine: { keys: "Shift Enter", does: "New line" },
    select: { keys: "↑ in an empty message", does: "Select a message" },
    scroll: { keys: "Page ↑, Page ↓", does: "Scroll the messages" },
    copy: { keys: "C", does: "Copy the selected message" },
    copyLink: { keys: "L", does: "Copy its link" },
    remove: { keys: "M", does: "Remove it; moderators: more actions" },
    goTo: { keys: "Ctrl K", does: "Find rooms and people" },
    beside: { keys: "Alt ↑, Alt ↓", does: "Previous room, next room" },
    unread: { keys: "Alt Shift ↓", does: "Next room with unread messages" },
    back: {
      keys: "Esc",
      does:
        "Close the dialog or panel; return to writing at the newest message",
    },
    help: { keys: "?", does: "Keyboard shortcuts (Ctrl / while writing)" },
  },
  formatting: "Formatting",
  bold: "Bold",
  italics: "Italics",
  strikethrough: "Strikethrough",
  code: "Code",
  codeOfSeveralLines: "Code of several lines",
  quote: "Quote",
  list: "List",
  numberedList: "Numbered list",
  commandsTitle: "Commands",
  forModerators: "(moderators)",
  commands: {
    help: { usage: "/help", does: "list the commands" },
    who: { usage: "/who", does: "list who is here" },
    nick: { usage: "/nick NAME", does: "change your name" },
    join: { usage: "/join ROOM", does: "move to another room" },
    history: { usage: "/history N", does: "show the last N messages" },
    remove: {
      usage: "/remove SEQ",
      does: "remove your message; without SEQ: list their numbers",
    },
    quit: { usage: "/quit", does: "leave the chat" },
    slash: { usage: "//…", does: "send a line that starts with a slash" },
  },
  moderatorCommands: {
    remove: { usage: "/remove SEQ", does: "remove anyone's message" },
    kick: {
      usage: "/kick NAME [*] [REASON]",
      does: 'remove for a minute; "quote" names with spaces',
    },
    ban: {
      usage: "/ban NAME TIME [*] [REASON]",
      does: "ban a name, and the person who has it now",
    },
    unban: { usage: "/unban NAME [*]", does: "lift a kick or a ban" },
    lock: {
      usage: "/lock and /unlock",
      does: "let only moderators write, or everyone",
    },
    slow: {
      usage: "/slow TIME, /slow off",
      does: "allow one message per person every TIME",
    },
    announce: {
      usage: "/announce [*] TEXT",
      does: "send an announcement",
    },
  },

  // What the page answers to a command or an action.
  done: "Done",
  onlyRoom: "This is your only room. Close the page to leave the chat",
  howToRemove:
    "Point at the message and choose Remove message, or More actions",
  howToReadOlder: "Scroll up to read older messages",
  peopleAreHere: (count: number) => `${number(count)} people are here`,
  hereNow: (names: string, more: number) =>
    `Here now: ${names}${more > 0 ? ` and ${number(more)} more` : ""}`,
  messageCopied: "Message copied",
  messageLinkCopied: "Message link copied",
  copied: "Copied",
  copyItYourself: (text: string) =>
    `The browser blocked copying. Copy it yourself: ${text}`,
  noSuchMessage: (seq: number, room: string) =>
    `Message ${seq} is not in ${room} or is no longer kept`,
  nameTaken: (wanted: string, instead: string) =>
    `“${wanted}” is taken. You are “${instead}” here`,
  nameAvailable: (name: string) => `“${name}” is available`,
  senderInRoom: (sender: string, room: string) => `${sender} in ${room}`,
  newMessagesLastFrom: (count: number, sender: string) =>
    `${counted(count, newMessages)}, the last from ${sender}`,
  twoBuilds: "This page was updated while it was loading. Reload it",
  couldNotStart:
    "This page could not start. Reload it. If that does not help, use a browser of the last two years.",
};

/** The lab page. */
export const lab = {
  title: "Lab · Hubbub",
  // The pages, and the switch between the clients.
  skip: "Skip to client A",
  pages: "Pages",
  chat: "Chat",
  lessons: "Lessons",
  lab: "Lab",
  client: "Client",
  idle: "idle",
  twoBuilds: "This page was updated while it was loading. Reload it",

  // The lesson, and client code to copy.
  about: (client: string) => `About ${client}’s endpoint`,
  anyWebSocket: "Any WebSocket",
  anyTeaches: "Any server that speaks WebSocket, here or elsewhere.",
  anyTryThis:
    "Type its address at Address, and the subprotocols it wants. Then connect.",
  anySeeThat:
    "A page that came by https connects to wss:// only, or to this machine. What a server refuses shows as error and close 1006: browsers keep the reason to themselves.",
  tryThis: "Try this",
  seeThat: "See that",
  inCode: "The same in code",
  language: "Language",
  clientFor: (language: string) => `Client for ${language}`,
  copy: "Copy",
  copied: "Copied",
  cannotCopy:
    "The browser blocked copying. Select the code and copy it yourself",

  // Where a client connects, and how it closes.
  endpointOf: (client: string) => `Endpoint of ${client}`,
  groups: { "Small servers": "Small servers", "Rooms": "Rooms" },
  otherAddress: "Another address",
  address: "Address",
  subprotocols: "Subprotocols",
  none: "none",
  connect: "Connect",
  closeCode: "Close code",
  closeCodeHint: "1000, or 3000 to 4999: browsers let pages send no other",
  reason: "Reason",
  noneOrBytes: "up to 123 bytes",
  close: "Close",
  closeWasCalled: "Close was called",
  notAnAddress: "That is no address of a WebSocket: write ws://…",
  details: "Details",
  whatDetails: "Subprotocols, close code, state, counts, flood",
  offers: (protocols: string) => `Offers ${protocols}`,
  addB: "Add a second client",
  removeB: "Remove",

  // The state of a connection.
  notConnected: "Not connected yet",
  connecting: "Connecting…",
  open: (protocol: string) =>
    protocol === "" ? "Open" : `Open, speaks ${protocol}`,
  closing: "Closing: waits for the other side",
  closed: "Closed",
  neverOpened: "Never opened",
  notClean: "not clean",
  clean: "clean",
  quoted: (text: string) => `“${text}”`,
  codes: {
    1000: "a normal end",
    1001: "the server stops, or the page was left",
    1002: "protocol error",
    1003: "unsupported kind of data",
    1005: "the close frame had no code",
    1006: "lost or never opened: no close frame",
    1007: "text that is not UTF-8",
    1008: "policy violation",
    1009: "message too big",
    1010: "missing extension",
    1011: "internal server error",
    1012: "the server restarts",
    1013: "the server is too busy",
    1015: "TLS handshake failed",
  } as Readonly<Record<number, string>>,
  ownCode: "a code of the application",
  registeredCode: "a registered code",
  reservedCode: "a reserved code",
  noConnection: "readyState: no connection yet",
  stateAfter: (state: string, time: string) => `${state} after ${time}`,
  states: (steps: readonly string[]) => `readyState: ${steps.join(", then ")}`,
  now: "now",
  start: "start",
  nowAfter: (time: string) => `now, +${time}`,

  // The gauges.
  notOurs: "unknown",
  ago: (time: string) => `${time} ago`,
  framesAndBytes: "frames · bytes",
  thisPage: "This page",
  theServer: "The server",
  toServer: "To the server",
  fromServer: "From the server",
  lastHeard: "Last heard",
  noFrameYet: "no frame yet",
  noPings: "Pings never reach a page",
  pingsExplained:
    "Pings and pongs are frames of the protocol. The browser answers a ping by itself and tells no page, so none can be shown here; what a server hears of them stays below its program too.",
  serverHolds: (opened: string, seconds: number) =>
    `This server opened the connection ${opened} ago and still holds it. It pings after ${
      number(seconds / 2)
    } silent seconds and gives up after ${
      number(seconds)
    }: so it has heard a frame or a pong within the last ${number(seconds)} s.`,
  serverSawEnd: (closed: string, code: number) =>
    `This server saw the end ${closed} ago, with code ${code}.`,
  askedByKey: {
    before:
      "The page asks this server once a second, by the key it adds to the address as ",
    after: ".",
  },
  noRoundTrip: "Round trip; no answers here",
  roundTrip: "Round trip",
  medianRoundTrip: (time: string) => `Round trip; median ${time}`,
  roundTripHint:
    "Measured in this page, with no other frame on its way. Where others talk too, the next frame may be theirs.",
  sendToNext: "Send to next frame",
  roundTrips: (last: string) => `Round trips, the last ${last}`,
  mostBuffered: "Most buffered",
  bufferedUpTo: (size: string) => `bufferedAmount, up to ${size}`,
  flood: "Flood",
  stop: "Stop",
  floodSize: "Size of the flood",
  notToOthers: "Not to the servers of others",
  flooding: "Flooding…",
  floodHint: "To this server, which closes with 4003 on too much, or loopback",
  floodSent: (sent: number, frames: number, size: string) =>
    `${number(sent)} of ${number(frames)} frames · ${size} sent`,

  // What a client sends.
  kindOfData: "Kind of data",
  kinds: { text: "Text", hex: "Hex", file: "File" },
  sendHello: "Send Hello",
  sendText: (text: string) => `Send ${text}`,
  send: "Send",
  fileFrom: (client: string) => `File to send from ${client}`,
  bytesFrom: (client: string) => `Bytes to send from ${client}`,
  textFrom: (client: string) => `Text to send from ${client}`,
  textOfFrame: "Text of a frame",
  connectFirst: "Connect first",
  chooseFileFirst: "Choose a file first",
  chooseFile: "Choose File above the message to send a file",
  notHex: (text: string) =>
    `"${text}" is no hex digit. Write 0 to 9 and a to f`,
  oddHex: "A byte is two hex digits, and one has none beside it",

  // The events.
  filterOf: (client: string) => `Filter the events of ${client}`,
  filter: "Filter",
  whichOf: (client: string) => `Which events of ${client}`,
  allRows: "All",
  sentRows: "→ Sent",
  receivedRows: "← Received",
  eventRows: "· Events",
  directions: { sent: "sent", received: "received", event: "event" },
  rows: (shown: number, all: number) =>
    shown === all
      ? counted(all, rows)
      : `${number(shown)} of ${counted(all, rows)}`,
  dropped: (count: number) => `, ${number(count)} older ones dropped`,
  export: "Export",
  clear: "Clear",
  eventsOf: (client: string) => `Events of ${client}`,
  time: "Time",
  direction: "Direction",
  size: "Size",
  data: "Data",
  nothingYet: "Nothing here yet. Connect, and send Hello.",
  binary: "binary",
  theData: "The data",
  moreBytes: (size: string) => `… and ${size} more`,
  // Events that are not called as in the browser's interface.
  events: {
    connecting: "connecting",
    refused: "refused",
    flood: "flood",
    "flood ended": "flood ended",
  } as Readonly<Record<string, string>>,
  connectingTo: (address: string, protocols: string) =>
    protocols === "" ? `To ${address}` : `To ${address}, offers ${protocols}`,
  pagesAreNotTold:
    "Browsers do not tell pages what went wrong, so that no page can scan a network",
  closeCalledWith: (code: string, reason: string) =>
    `With ${code}${reason === "" ? "" : `, “${reason}”`}`,
  noCode: "no code",
  toConnectElsewhere: "To open another connection",
  thrownAway: "Not sent: the connection is no longer open",
  floodBegan: (frames: number, size: string) =>
    `${number(frames)} frames of ${size}, one row for all`,
  floodEnded: (progress: string, ms: number, peak: string) =>
    `${progress} in ${number(ms)} ms; bufferedAmount was up to ${peak}`,
};

/** What the pages say without JavaScript, which is also in their HTML. */
export const noScript = {
  chat:
    "This page needs JavaScript. Turn it on, or connect with any WebSocket client to /ws/lobby.",
  lab: "The lab needs JavaScript.",
  readLessons: "Read the lessons without it",
};

/** The lessons page, which the server renders. */
export const lessons = {
  title: "Lessons · Hubbub",
  skip: "Skip to the lessons",
  pages: "Pages",
  chat: "Chat",
  lessons: "Lessons",
  lab: "Lab",
  intro:
    "Small WebSocket servers, each with one thing to learn. They run here, beside the chat. Run each one on this page, or connect with anything you like: the console of this browser, a few lines of Python, a terminal. The code of a client and of a server stands below each lesson, ready to copy.",
  smallServers: "Small servers",
  limits: (
    longest: number,
    longestShared: number,
    places: number,
    perAddress: number,
    history: number,
  ) =>
    `Each has an address of its own. They take text of up to ${
      number(longest)
    } characters, or ${
      number(longestShared)
    } where others read it. A client that sends faster than a chat allows is closed with code 4003. A lesson that broadcasts has places for ${
      number(places)
    } members, ${
      number(perAddress)
    } from one address; others are closed with code 1013. The two that remember keep the newest ${
      number(history)
    } messages, fewer where these are long, until the server stops. Echo takes binary data; the others close with code 1003.`,
  chats: "Chats",
  aboutChats:
    "The rooms of this server, as a bare client sees them. What you send here is kept, and everyone in the room can read it.",
  openInLab: "Open in the lab",
  tryThis: "Try this",
  seeThat: "See that",
  passes: "What passes",
  afterEarlier: ", after someone has said ",
  you: "You",
  server: "Server",
  closesWith: (code: number) => `closes with ${code}`,
  client: "Client",
  clientsConnectTo: (how: string, url: string) =>
    `${how} Clients then connect to ${url}`,
};

/** The script of the lessons page. */
export const lessonButtons = {
  copy: "Copy",
  copyWhat: (what: string) => `Copy: ${what}`,
  copied: "Copied",
  selected: "Selected. Press Ctrl+C",
  run: "Run",
  runAgain: "Run again",
  close: "Close",
  doWhat: (button: string, lesson: string) => `${button}: ${lesson}`,
  resultOf: (lesson: string) => `Result of ${lesson}`,
  you: "You",
  server: "Server",
  connected: "Connected",
  closes: "Closes",
  binaryData: "(binary data)",
  couldNotConnect:
    "Could not connect. Check that the server runs, then try again",
  closedWith: (code: number, reason: string) =>
    `Closed with code ${code}${reason === "" ? "" : `: ${reason}`}`,
  noFiles:
    "Files can’t be used here. To send a file, open the lab and choose File",
};

/** The languages of sample code, and how to run it. */
export const snippets = {
  clients: {
    javascript: {
      title: "Browser",
      how:
        "Paste it into the console of a browser, or save it and run it with Bun or Node 22.",
    },
    python: {
      title: "Python",
      how: "Save it and run it with Python 3, after pip install websockets.",
    },
    deno: {
      title: "Deno",
      how:
        "Save it as client.ts and run it with deno run --allow-net client.ts.",
    },
    terminal: {
      title: "Terminal",
      how:
        "Needs Node. To type the messages yourself, leave out all from -x on.",
    },
  },
  servers: {
    typescript: {
      title: "Deno",
      how:
        "Save it as server.ts and run it with deno run --allow-net server.ts.",
    },
    python: {
      title: "Python",
      how: "Save it and run it with Python 3, after pip install websockets.",
    },
  },
};

/** What each WebSocket of this server teaches, by its path. */
export const examples = {
  "/lessons/hello": {
    title: "Hello",
    teaches: "The smallest conversation there is: connect, send, receive.",
    tryThis: "Send anything at all, once or several times.",
    seeThat:
      "Every message is answered with the same words, over one connection that stays open. Nothing arrives before you have sent something.",
  },
  "/lessons/echo": {
    title: "Echo",
    teaches:
      "Each message comes back, and one certain message makes the server close the connection.",
    tryThis:
      "Send a few messages, then CLOSE_CONNECTION. Send binary data as well, if your client can.",
    seeThat:
      "Answers come in the order in which you asked. The close event has code 1000, which stands for a normal end. Binary data comes back as it was.",
  },
  "/lessons/greeter": {
    title: "Greeter",
    teaches: "The server may speak first, which plain HTTP cannot do.",
    tryThis: "Connect and wait, then send something.",
    seeThat:
      "The greeting is there before you have sent anything; a client that only sees answers to its own messages misses it.",
  },
  "/lessons/said": {
    title: "What you said",
    teaches: "A message is text, and nothing in it is special to the server.",
    tryThis: "Send quotes, an emoji, a line break, a bit of HTML.",
    seeThat:
      "All of it comes back between quotes, unchanged. The page that shows a text must make it safe.",
  },
  "/lessons/uppercase": {
    title: "Upper case",
    teaches: "The server does something with your message before it answers.",
    tryThis: "Send some words, then straße and ñandú.",
    seeThat:
      "They come back in capitals. The answer need not be as long as the question: ß becomes SS.",
  },
  "/lessons/history": {
    title: "History",
    teaches:
      "The server remembers what was said, and sends it to clients that connect later.",
    tryThis: "Send a few messages, close the connection, and connect again.",
    seeThat:
      "After the welcome come up to 100 past messages, yours and those of others. Answers to new messages go to their sender alone.",
  },
  "/lessons/broadcast": {
    title: "Broadcast room",
    teaches:
      "One message reaches everyone, those here now and those who come later.",
    tryThis: "Connect twice, side by side, and send from each.",
    seeThat:
      "Both receive both messages, in the same order. A third that connects later gets up to 100 past ones first.",
  },
  "/lessons/says": {
    title: "Who says what",
    teaches:
      "A broadcast without history: you receive only what is sent while you are connected.",
    tryThis: "Connect twice and send from each, then connect a third time.",
    seeThat:
      "Both receive every message, the sender too. The third receives nothing of what was said before it came.",
  },
  "/lessons/farewell": {
    title: "Farewell",
    teaches: "The server asks the client to close, and the client does it.",
    tryThis:
      "Send anything, and let your client close when it reads CLOSE_CONNECTION. Then leave that line out.",
    seeThat:
      "Your client goes from open through closing to closed with code 1000. One that does not close is given 10 seconds; then the server does.",
  },
  "/text/lesson": {
    title: "A chat with names",
    teaches:
      "Lines for people, in a room for this lesson: the first line you send is your name, the others are messages.",
    tryThis: "Connect twice, as two people, and talk. Then close one of them.",
    seeThat:
      "Others see [Ada 17]: Hello everyone!, and you do not see your own lines again. When someone leaves, it reads [Server]: Ada 17 has left the chat. A name that is taken is asked for again.",
  },
  "/ws/lesson": {
    title: "A chat with given names",
    teaches:
      "The same room for programs: you are given a name, and every message is a JSON object with sender and message.",
    tryThis: "Connect twice, send from each, and close one of them.",
    seeThat:
      "Both receive every message, the sender too. When someone leaves, the others get Client disconnected in their name.",
  },
  "/ws": {
    title: "A room in hubbub.v1",
    teaches:
      "What the chat page speaks: requests with an id and their answers, numbered messages, nothing lost over a lost connection.",
    tryThis:
      "Send the three lines in their order. Close, connect again, and join with since: the seq you have, to get what came in between.",
    seeThat:
      "Hello is answered by welcome, join by joined, publish by an ack once the message is stored. A client that sends no hello is closed after 10 seconds, with code 4501.",
  },
  "/ws/garden": {
    title: "A room in hubbub.text",
    teaches:
      "The subprotocol chooses the language: the address is that of JSON, the lines are for people.",
    tryThis: "Connect, then empty the field Subprotocols and connect again.",
    seeThat:
      "With the subprotocol the server asks for your name in a plain line, and protocol says which one it took. Without it you get JSON.",
  },
  "/text/garden": {
    title: "A room in lines of text",
    teaches: "The same for clients that cannot offer a subprotocol.",
    tryThis: "Say a name, then /who, then /help.",
    seeThat: "Commands are answered to you alone; lines go to all others.",
  },
};
