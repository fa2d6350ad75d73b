/**
 * Every place where somebody else's text comes in, each with how much of it
 * can come. A field that is added to the protocol is added here: a test
 * compares.
 */

import { READERS, readingCrowd } from "./reading_crowd.ts";
import { format, mentions } from "../../static/chat/model/format.ts";
import { hue, initial } from "../../static/chat/model/person_colors.ts";
import { isEmoji } from "../../static/chat/model/chat_words.ts";
import { fromFrame } from "../../client/connection/frames.ts";
import { messageLine } from "../../protocol/text.ts";
import { namesakes, PEOPLE, ROOMS, rooms } from "./crowds.ts";
import {
  handshake,
  type Header,
  inBytes,
  request,
  saying,
  type Talk,
} from "./wire.ts";

/** What is said to a server, or what is run. */
export type Put = Talk | (() => void | Promise<void>);

/** One place. */
export interface Kind {
  readonly name: string;
  /** How much can come in there, as servers are by default. */
  readonly most: number;
  /** What that is counted in: bytes by default, or bytes of a JSON string. */
  readonly measure?: "json" | "characters";
  /** Puts a text there; what it takes to do that is not measured. */
  readonly put: (text: string) => Put | Promise<Put>;
  /** What often stands before and after it. */
  readonly around?: readonly [before: string, after: string];
  /** Whether it is the length alone that matters. */
  readonly counts?: true;
  /** Whether only visible characters of ASCII can stand there. */
  readonly ascii?: true;
}

/** Bytes of a frame, by default. */
const FRAME = 1024 * 1024 - 1024;
/** Bytes of a head: what Node's HTTP takes, and what Deno's does. */
const HEAD = { ws: 15 * 1024, native: 64 * 1024 } as const;
/** Characters of a message, by default. */
const TEXT = 4096;
/** Characters that a lesson takes. */
const LESSON = 64 * 1024;
const BODY = 1024 * 1024;

const encoder = new TextEncoder();
const JOIN = '{"type":"join","room":"yard","id":2}';

/** The fields of a `hubbub.v1` request that hold a text, with the others that
 * it needs. */
const FIELDS: Readonly<
  Record<string, readonly [fields: readonly string[], rest?: object]>
> = {
  hello: [["name", "token", "auth"]],
  join: [["room", "since.epoch"]],
  leave: [["room"]],
  publish: [["room", "text", "cid"], { room: "yard", text: "Hello" }],
  history: [["room"]],
  who: [["room"]],
  typing: [["room"]],
  rename: [["name"]],
  auth: [["token"]],
  remove: [["room"], { seq: 1 }],
  kick: [["room", "name", "reason"], { room: "yard", name: "Eve" }],
  ban: [["room", "name", "user", "address", "reason"], {
    room: "yard",
    forMs: 1,
  }],
  unban: [["room", "name", "user", "address"], { room: "yard" }],
  lock: [["room"], { locked: false }],
  slow: [["room"], { everyMs: 0 }],
  announce: [["room", "text"], { room: "yard", text: "Tea" }],
  ping: [["id", "type", "unknown"]],
};

/** The requests of `hubbub.v1` whose fields are tried. */
export const REQUEST_TYPES: readonly string[] = Object.keys(FIELDS);

function requestOf(type: string, field: string, text: string, rest: object) {
  const value = field === "since.epoch"
    ? { since: { epoch: text, seq: 1 }, room: "yard" }
    : { [field]: text };
  return JSON.stringify({ type, id: 3, ...rest, ...value });
}

function v1Kinds(token: string): Kind[] {
  const HELLO = JSON.stringify({ type: "hello", auth: token });
  const say = (text: string, before: readonly string[]) =>
    saying("/ws", text, { protocol: "hubbub.v1", before });
  const fields = Object.entries(FIELDS).flatMap(([type, [names, rest = {}]]) =>
    names.map((field): Kind => ({
      name: `v1 ${type} ${field}`,
      most: FRAME,
      measure: "json",
      put: (text) =>
        say(
          requestOf(type, field, text, rest),
          type === "hello" ? [] : [HELLO, JOIN],
        ),
    }))
  );
  return [
    ...fields,
    {
      name: "v1 frame before hello",
      most: FRAME,
      put: (text) => say(text, []),
      around: ['{"type":"ping","x":', "}"],
    },
    {
      name: "v1 frame",
      most: FRAME,
      put: (text) => say(text, [HELLO, JOIN]),
      around: ['{"type":"ping","x":"', '"}'],
    },
    {
      name: "v1 lines of a frame",
      most: FRAME,
      // As many as may be, each long.
      put: (text) => {
        const line = `{"type":"ping","x":${text.slice(0, text.length / 16)}}`;
        return say(Array(16).fill(line).join("\n"), [HELLO, JOIN]);
      },
    },
  ];
}

function bareKinds(): Kind[] {
  const text = (name: string, around: readonly [string, string]): Kind => ({
    name: `text ${name}`,
    most: FRAME,
    around,
    put: (text) => saying("/text/yard", text, { before: ["Ada"] }),
  });
  return [
    {
      name: "text first frame",
      most: FRAME,
      put: (text) => saying("/text/yard", text),
    },
    text("message", ["http://a", " x"]),
    ...[
      "nick",
      "join",
      "history",
      "remove",
      "kick",
      "ban Eve",
      "ban",
      "unban",
      "slow",
      "announce",
      "announce *",
    ].map((command) => text(`/${command}`, [`/${command} `, " x"])),
    text("command", ["/", " x"]),
    text("quoted name", ['/kick "', "x"]),
    {
      name: "simple message",
      most: FRAME,
      around: ["http://a", " x"],
      put: (text) => saying("/ws/yard", text),
    },
    ...["hello", "echo", "said", "uppercase", "history", "broadcast"].map((
      lesson,
    ): Kind => ({
      name: `lesson ${lesson}`,
      most: LESSON,
      measure: "characters",
      put: (text) => saying(`/lessons/${lesson}`, text),
    })),
  ];
}

function handshakeKinds(most: number): Kind[] {
  const V1: Header = ["Sec-WebSocket-Protocol", "hubbub.v1"];
  const header = (
    path: string,
    name: string,
    around: readonly [string, string],
  ): Kind => ({
    name: `handshake ${path} ${name}: ${around[0]}…`,
    most,
    ascii: true,
    around,
    put: (text) =>
      handshake(path, [
        ...(name === V1[0] ? [] : [V1]),
        [name, text],
      ]),
  });
  const path = (before: string, after = ""): Kind => ({
    name: `handshake ${before}…${after}`,
    most,
    ascii: true,
    put: (text) => handshake(`${before}${text.replaceAll(" ", "%20")}${after}`),
  });
  return [
    header("/ws", "Connection", ["Upgrade", "x"]),
    header("/lessons/echo", "Connection", ["Upgrade", "x"]),
    header("/ws", "Upgrade", ["websocket", "x"]),
    header("/ws", "Sec-WebSocket-Key", ["dGhl", "=="]),
    header("/ws", "Sec-WebSocket-Version", ["13", "x"]),
    header("/ws", "Sec-WebSocket-Protocol", ["hubbub.v1", "x"]),
    header("/ws", "Sec-WebSocket-Protocol", ["hubbub.auth.", "x"]),
    header("/ws", "Sec-WebSocket-Extensions", ["permessage-deflate", "x"]),
    header("/ws", "Origin", ["http://", "x"]),
    header("/ws", "Authorization", ["Bearer ", "x y"]),
    header("/ws", "Host", ["a", "x"]),
    header("/ws", "Cookie", ["a=", "x"]),
    header("/ws", "X-Forwarded-For", ["::", ", 1.2.3.4"]),
    header("/ws", "X-Forwarded-Host", ["a", "x"]),
    header("/ws", "X-Forwarded-Proto", ["https", "x"]),
    path("/ws/"),
    path("/text/"),
    path("/lessons/"),
    path("/ws?name="),
    path("/text?name=a"),
    path("/ws?history="),
    path("/ws?"),
    path("/ws?lab="),
  ];
}

function httpKinds(most: number, token: string): Kind[] {
  const ROOM = "/api/rooms/yard";
  const AUTH: Header = ["Authorization", `Bearer ${token}`];
  const TYPE: Header = ["Content-Type", "application/json"];
  const path = (before: string, after = "", method = "GET"): Kind => ({
    name: `${method} ${before}…${after}`,
    most,
    ascii: true,
    put: (text) =>
      request(`${method} ${before}${text.replaceAll(" ", "%20")}${after}`, [
        AUTH,
      ]),
  });
  const header = (
    line: string,
    name: string,
    around: readonly [string, string],
  ): Kind => ({
    name: `${line} ${name}`,
    most,
    ascii: true,
    around,
    put: (text) =>
      request(
        line,
        [[name, text], ["Content-Type", "text/plain"]],
        line.startsWith("GET") ? undefined : "Hello",
      ),
  });
  const json = (line: string, field: string, rest: object): Kind => ({
    name: `${line} ${field}`,
    most: BODY,
    measure: "json",
    put: (text) =>
      request(line, [AUTH, TYPE], JSON.stringify({ ...rest, [field]: text })),
  });
  const body = (
    line: string,
    type: string,
    around?: readonly [string, string],
  ): Kind => ({
    name: `${line} ${type}`,
    most: BODY,
    ...(around && { around }),
    put: (text) => request(line, [AUTH, ["Content-Type", type]], text),
  });
  const message = { text: "Hello" };
  return [
    path("/"),
    path("/assets/"),
    path("/lab/connections/"),
    path("/api/"),
    path("/api/rooms/", "/messages"),
    path("/api/rooms/", "/export"),
    path(`${ROOM}/messages/`, "", "DELETE"),
    ...["after", "before", "limit", "name", ""].map((name) =>
      path(`${ROOM}/messages?${name}=`)
    ),
    path("/api/audit?limit="),
    path(`${ROOM}/bans?name=`, "", "DELETE"),
    path(`${ROOM}/bans?address=`, "", "DELETE"),
    path(`${ROOM}/messages?name=`, "", "POST"),
    header("GET /", "If-None-Match", ['W/"', '"x']),
    header("GET /", "Accept-Encoding", ["gzip", "x"]),
    header("GET /", "Accept", ["text/html", "x"]),
    header("GET /", "Range", ["bytes=0", "x"]),
    header(`GET ${ROOM}/events`, "Last-Event-ID", ["x:", ":1x"]),
    header(`GET ${ROOM}/messages`, "Authorization", ["Bearer ", "x y"]),
    header("POST /api/tickets", "Authorization", ["Bearer ", ".x"]),
    {
      ...path(`${ROOM}/events?ticket=`),
      around: ["eyJhbGciOiJkaXIifQ..", ".x"],
      put: (text) =>
        request(`GET ${ROOM}/events?ticket=${text.replaceAll(" ", "%20")}`),
    },
    header(`POST ${ROOM}/messages`, "Origin", ["http://", "x"]),
    header(`POST ${ROOM}/messages`, "Idempotency-Key", ['"', 'x"y']),
    header(`POST ${ROOM}/messages`, "Expect", ["100-continue", "x"]),
    {
      ...header(`POST ${ROOM}/messages`, "Content-Type", [
        "text/plain; charset=",
        "x",
      ]),
      put: (text) =>
        request(`POST ${ROOM}/messages`, [["Content-Type", text]], "Hello"),
    },
    body(`POST ${ROOM}/messages`, "text/plain", ["http://a", " x"]),
    body(`POST ${ROOM}/messages`, "application/json", [
      '{"text":"a","x":',
      "}",
    ]),
    body(`POST ${ROOM}/import`, "application/x-ndjson", [
      '{"from":"Ada","text":"',
      '"}\n',
    ]),
    body(`POST ${ROOM}/bans`, "application/json", ['{"name":', "}"]),
    ...["text", "from"].map((field) =>
      json(`POST ${ROOM}/messages`, field, message)
    ),
    ...["name", "reason"].map((field) =>
      json(`POST ${ROOM}/kick`, field, { name: "Eve" })
    ),
    ...["name", "user", "address", "reason"].map((field) =>
      json(`POST ${ROOM}/bans`, field, { forMs: 1 })
    ),
    json(`POST ${ROOM}/announcements`, "text", {}),
    ...["from", "text", "cid"].map((field) =>
      json(`POST ${ROOM}/import`, field, { from: "Ada", text: "Hello" })
    ).map((kind): Kind => ({
      ...kind,
      put: (text) => {
        const field = kind.name.split(" ").at(-1)!;
        const line = JSON.stringify({
          from: "Ada",
          text: "Hello",
          [field]: text,
        });
        return request(
          `POST ${ROOM}/import`,
          [AUTH, ["Content-Type", "application/x-ndjson"]],
          `${line}\n`,
        );
      },
    })),
    {
      name: "POST messages in chunks of a byte",
      most: 128 * 1024,
      put: (text) => inBytes(`POST ${ROOM}/messages`, "text/plain", text),
    },
  ];
}

/** Names that all differ, such as `aab`, until they fill a length. */
function distinct({ length }: string, around = 0): string[] {
  const count = Math.max(1, Math.floor(length / (3 + around)));
  return Array.from(
    { length: count },
    (_, n) =>
      [n / 676, n / 26, n].map((digit) =>
        String.fromCharCode(97 + Math.floor(digit) % 26)
      ).join(""),
  );
}

/** Many parts of a head that are all different: each is short, and it is their
 * number that counts. */
function distinctKinds(most: number): Kind[] {
  const V1: Header = ["Sec-WebSocket-Protocol", "hubbub.v1"];
  const kind = (name: string, put: (text: string) => Talk): Kind => ({
    name: `distinct ${name}`,
    most,
    counts: true,
    put,
  });
  const fields = (text: string): Header[] =>
    distinct(text, ": \r\n".length).map((name) => [name, ""]);
  const list = (line: string, name: string, separator = ",") =>
    kind(
      `elements of ${name}`,
      (text) => request(line, [[name, distinct(text, 1).join(separator)]]),
    );
  return [
    ...["GET /", "GET /healthz", "GET /api/rooms", "GET /lessons"].map((line) =>
      kind(`fields of ${line}`, (text) => request(line, fields(text)))
    ),
    kind(
      "fields of POST messages",
      (text) => request("POST /api/rooms/yard/messages", fields(text), "Hello"),
    ),
    kind(
      "fields of a handshake",
      (text) => handshake("/ws", [V1, ...fields(text)]),
    ),
    kind(
      "fields of a lesson's handshake",
      (text) => handshake("/lessons/echo", fields(text)),
    ),
    kind(
      "parameters of a query",
      (text) => request(`GET /api/rooms?${distinct(text, 1).join("&")}`),
    ),
    kind(
      "parameters of a handshake",
      (text) => handshake(`/ws?${distinct(text, 1).join("&")}`, [V1]),
    ),
    kind("trailers", (text) => ({
      head: encoder.encode(
        "POST /api/rooms/yard/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
          "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" +
          fields(text).map(([name]) => `${name}: \r\n`).join("") + "\r\n",
      ),
    })),
    list("GET /", "Cookie", ";"),
    list("GET /", "Accept-Encoding"),
    list("GET /", "Accept"),
    list("GET /", "Connection"),
    list("GET /", "If-None-Match"),
    list("GET /", "X-Forwarded-For"),
    kind(
      "elements of Sec-WebSocket-Protocol",
      (text) => handshake("/ws", [[V1[0], distinct(text, 1).join(",")]]),
    ),
    kind("elements of Sec-WebSocket-Extensions", (text) =>
      handshake("/ws", [
        V1,
        ["Sec-WebSocket-Extensions", distinct(text, 1).join(",")],
      ])),
  ];
}

/** What a page and a terminal do with what they are sent. */
function readerKinds(): Kind[] {
  const message = (text: string, from = "Ada") => ({
    seq: 1,
    from,
    text,
    at: 0,
  });
  const reader = (
    name: string,
    run: (text: string) => unknown,
    around?: readonly [string, string],
  ): Kind => ({
    name: `reader ${name}`,
    most: TEXT,
    measure: "characters",
    ...(around && { around }),
    put: (text) => () => void run(text),
  });
  return [
    reader("message", (text) => format(text, "Ada")),
    reader("link", (text) => format(text, "Ada"), ["http://a", ""]),
    reader("link in a sentence", (text) => format(text, "Ada"), [
      "(see http://a",
      " x",
    ]),
    reader("code", (text) => format(text, "Ada"), ["`", "x"]),
    reader("fence", (text) => format(text, "Ada"), ["```\n", "x"]),
    reader("mention", (text) => mentions(text, "Ada"), ["Ada", "x"]),
    reader("emoji", isEmoji),
    reader("name", (text) => [hue(text), initial(text)]),
    reader("own name", (text) => format("Hello", text)),
    reader("line of a terminal", (text) => messageLine(message(text))),
    reader("frame", fromFrame),
  ];
}

/** Where the length of a text is how many there are. */
function crowdKinds(): Kind[] {
  return [
    {
      name: "people who want one name",
      most: PEOPLE,
      counts: true,
      put: ({ length }) => namesakes(length),
    },
    {
      name: "the list of rooms",
      most: ROOMS,
      counts: true,
      put: ({ length }) => rooms(length),
    },
    {
      name: "connections that ask for history at once",
      most: READERS,
      counts: true,
      put: ({ length }) => readingCrowd(length),
    },
  ];
}

/**
 * All of them.
 *
 * @param transport Which the server has: one takes longer heads.
 * @param token One that may do everything there.
 */
export function kindsOf(
  transport: "native" | "ws",
  token: string,
): readonly Kind[] {
  return [
    ...v1Kinds(token),
    ...bareKinds(),
    ...handshakeKinds(HEAD[transport]),
    ...httpKinds(HEAD[transport], token),
    ...distinctKinds(HEAD[transport]),
    ...readerKinds(),
    ...crowdKinds(),
  ];
}
