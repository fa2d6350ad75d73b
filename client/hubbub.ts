/**
 * The Hubbub client: one import for browsers, Deno, Node 22 and Bun.
 *
 * It keeps a connection alive, joins rooms and stays in them, gives every
 * message once and in order, and sends every message once, over any number of
 * lost connections.
 *
 * @example Say something and listen
 * ```ts no-assert
 * import { connect } from "./hubbub.ts";
 *
 * const client = connect("ws://127.0.0.1:8000/ws", { name: "Ada" });
 * const room = client.join("lobby");
 * room.on("message", ({ from, text }) => console.log(`${from}: ${text}`));
 * const sent = await room.publish("Hello everyone!").done;
 * if (sent.phase === "failed") console.error(sent.error.message);
 * await client.close();
 * ```
 */

import type { Client } from "./client_api.ts";
import { HubbubClient } from "./hubbub_client.ts";
import type { ConnectOptions } from "./options.ts";

export type * from "./client_api.ts";
export type * from "./room/room_api.ts";
export { ClientError, type ClientErrorCode } from "./errors.ts";
export type {
  ConnectOptions,
  OutboxStorage,
  SavedOutbox,
  SavedPublish,
  SocketLike,
  Timers,
} from "./options.ts";
export type { Limits, Recovered } from "../protocol/events.ts";
export type { Cursor, Message } from "../protocol/message.ts";
export type { Right } from "../protocol/rights.ts";

/**
 * Opens a connection that heals itself.
 *
 * @param url The server's WebSocket address, such as
 * `wss://chat.example/ws`.
 * @param options Name, storage and limits.
 * @returns The client, which is connecting already. Events come later than
 * this returns, so listeners added at once miss none.
 * @throws {HubbubError} `bad_name` for a name no server takes.
 */
export function connect(url: string, options: ConnectOptions = {}): Client {
  return new HubbubClient(url, options);
}
