/**
 * A program of its own with one client, to be stopped and continued by signal:
 * a peer that is there and does nothing. Its orders come as JSON lines on
 * standard input, what it sees goes out as JSON lines on standard output.
 */

import { connect, type SocketLike } from "../../client/hubbub.ts";
import { LibraryReader } from "./library_reader.ts";
import { lines } from "./lines.ts";

/** Arguments of the child. */
export interface ChildSettings {
  readonly id: string;
  readonly room: string;
  /** The server's WebSocket address. */
  readonly url: string;
  readonly limit: number;
  readonly comeBackMs: number;
}

/** Commands from the parent. */
export type Order =
  | { readonly do: "publish"; readonly text: string }
  | { readonly do: "reconnect" };

/** A close code after which clients reconnect (protocol/close_codes.ts). */
const COME_BACK = 4002;

if (import.meta.main) {
  const settings = JSON.parse(Deno.args[0] ?? "{}") as ChildSettings;
  const { id, room, url, limit, comeBackMs } = settings;
  let socket: SocketLike | undefined;
  const client = connect(url, {
    name: id,
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        socket = this;
      }
    },
    backoffBaseMs: comeBackMs,
    backoffCapMs: comeBackMs,
    silenceMs: 2_000,
    answerMs: 5_000,
  });
  const encoder = new TextEncoder();
  const reader = new LibraryReader(client, {
    room,
    limit,
    tell: (told) =>
      void Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(told)}\n`)),
  });
  for await (const line of lines(Deno.stdin.readable)) {
    const order = JSON.parse(line) as Order;
    if (order.do === "publish") reader.publish(order.text);
    else socket?.close(COME_BACK, "Asked to come back");
  }
  // The parent closed the pipe or exited.
  await client.close();
}
