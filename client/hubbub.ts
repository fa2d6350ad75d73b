/**
 * The Hubbub client: one import for browsers, Deno, Node 22 and Bun.
 *
 * The client reconnects and rejoins rooms by itself. Across reconnects, it
 * delivers each message once and in order, and each published message is stored
 * once.
 *
 * @example Publish and receive messages
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
 * Opens a connection that reconnects by itself.
 *
 * @param url The server's WebSocket address, such as
 * `wss://chat.example/ws`.
 * @param options Name, storage and limits.
 * @returns The client, in phase `connecting`. It emits the first event after
 * this function returns, so listeners added at once miss no event.
 * @throws {HubbubError} `bad_name` if the name is not valid.
 */
export function connect(url: string, options: ConnectOptions = {}): Client {
  return new HubbubClient(url, options);
}
