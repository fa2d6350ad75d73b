/**
 * How each kind of server is talked to: the address, the first frames, when a
 * member is in its room, and what a message looks like on its way in.
 */

import type { WireName } from "./spec.ts";

/** Digits of the number a message gets where its wire has one. */
export const NUMBER_DIGITS = 10;

/** One way of talking. */
export interface Wire {
  /** The request's path for a room. */
  path(room: string): string;
  readonly protocol?: string;
  /** The first frame from us, if we speak first. */
  greeting?(member: Member): string;
  /** Answers a frame that came before the member was in. */
  answer?(frame: string): string | undefined;
  /** Whether a frame says that the member is in; absent: it is when open. */
  ready?(frame: string): boolean;
  /** A message as it is sent; `number` is the sender's own for it. */
  publish(room: string, text: string, number: number): string;
  /** Bytes up to which messages that are sent at the same time share a frame,
   * a line each; absent: each has its own. */
  readonly mostShared?: number;
  /** What confirms each message to its publisher; absent: its coming back. */
  readonly ack?: string;
  /** What stands before that number, if it is sent. */
  readonly numbered?: string;
}

/** The joining member. */
export interface Member {
  readonly room: string;
  readonly name: string;
  /** Messages of history to ask for. */
  readonly history: number;
}

/** Room of a path, and the frame is the text: Bun, `ws`, naive, Python. */
const plain: Wire = {
  path: (room) => `/${room}`,
  publish: (_, text) => text,
};

/** Hubbub's own protocol, with a `cid` for each message. */
function hubbub(hello: object, mostShared?: number): Wire {
  return {
    path: () => "/ws",
    protocol: "hubbub.v1",
    greeting: ({ room, name, history }) =>
      [
        JSON.stringify({ type: "hello", name, ...hello }),
        JSON.stringify({ type: "join", room, limit: history }),
      ].join("\n"),
    ready: (frame) => frame.includes(`"type":"joined"`),
    publish: (room, text, number) =>
      JSON.stringify({
        type: "publish",
        room,
        text,
        cid: `c-${String(number).padStart(NUMBER_DIGITS, "0")}`,
      }),
    ...(mostShared !== undefined && { mostShared }),
    ack: `"type":"ack"`,
    numbered: `"cid":"c-`,
  };
}

/** Engine.IO 4 and Socket.IO 5 over a WebSocket alone. */
const socketio: Wire = {
  path: (room) => `/socket.io/?EIO=4&transport=websocket&room=${room}`,
  // Engine.IO's open, our connect; a ping, our pong.
  answer: (frame) =>
    frame.startsWith("0") ? "40" : frame === "2" ? "3" : undefined,
  ready: (frame) => frame.startsWith("40"),
  publish: (_, text) => `42${JSON.stringify(["message", text])}`,
};

/** By the name a target has. */
export const WIRES: Readonly<Record<WireName, Wire>> = {
  plain,
  // As the client library does it (client/connection/frames.ts), and as the simplest
  // program does: a frame for each message it sends, a line for each it gets.
  hubbub: hubbub({ batch: true }, 16 * 1024),
  bare: hubbub({}),
  socketio,
};
