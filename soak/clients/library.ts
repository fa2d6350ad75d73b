/** A client that uses the client library, over a socket that can be broken. */

import { type Client, connect } from "../../client/hubbub.ts";
import { V1 } from "../../protocol/v1.ts";
import type { RawSocket } from "./raw_socket.ts";
import { tokenOf } from "../texts.ts";
import { type BreakableClient, type ClientOptions, HALF } from "./client.ts";
import { LibraryReader } from "./library_reader.ts";
import { rawWebSocketClass } from "./raw_web_socket.ts";
import { ScriptPublisher } from "./script_publisher.ts";

/** Below the library's own limit, so that it never has to refuse. */
const MOST_PENDING = 100;

/** One client with the library. */
export class LibraryClient implements BreakableClient {
  readonly id: string;
  readonly room: string;
  readonly halfFrame: string;
  readonly protocol = V1;
  readonly #client: Client;
  readonly #reader: LibraryReader;
  readonly #scriptPublisher: ScriptPublisher;
  #socket: RawSocket | undefined;

  constructor(options: ClientOptions & { readonly limit: number }) {
    const { id, room, server, random, comeBackMs, limit } = options;
    this.id = id;
    this.room = room;
    this.halfFrame = JSON.stringify({ type: "publish", room, text: HALF });
    this.#scriptPublisher = new ScriptPublisher(options);
    this.#client = connect(new URL("/ws", server).href, {
      name: id,
      WebSocket: rawWebSocketClass((socket) => this.#socket = socket),
      random,
      backoffBaseMs: comeBackMs,
      backoffCapMs: comeBackMs,
      silenceMs: 2_000,
      answerMs: 5_000,
    });
    const tell = this.#scriptPublisher.heard.bind(this.#scriptPublisher);
    this.#reader = new LibraryReader(this.#client, { room, limit, tell });
  }

  get socket(): RawSocket | undefined {
    return this.#socket;
  }

  get here(): boolean {
    return this.#scriptPublisher.name !== undefined;
  }

  get name(): string | undefined {
    return this.#scriptPublisher.name;
  }

  get settled(): boolean {
    return this.#scriptPublisher.pending === 0;
  }

  publish(text: string): boolean {
    if (this.#scriptPublisher.pending >= MOST_PENDING) return false;
    this.#scriptPublisher.publishes(tokenOf(text));
    this.#reader.publish(text);
    return true;
  }

  reconnect(): void {
    this.#scriptPublisher.away();
    this.#socket?.drop();
    // It finds out by the close event, and then waits for its own random time.
  }

  async end(): Promise<void> {
    await this.#client.close();
  }
}
