/**
 * Clients as people write them: the browser's WebSocket, and a foreign library
 * (`ws`), in each of the dialects.
 */

// @ts-types="@types/ws"
import { WebSocket as ForeignWebSocket } from "ws";
import type { ServerEvent } from "../../protocol/events.ts";
import { Inbox } from "./inbox.ts";

/** One connection, whatever it is made with. */
export class Client implements AsyncDisposable {
  readonly inbox = new Inbox();
  /** The subprotocol the server chose. */
  protocol = "";
  readonly #socket: WebSocket | ForeignWebSocket;

  private constructor(socket: WebSocket | ForeignWebSocket) {
    this.#socket = socket;
  }

  /** Connects with the runtime's own WebSocket. */
  static async native(url: string, protocols: string[] = []): Promise<Client> {
    const socket = new WebSocket(url, protocols);
    const client = new Client(socket);
    const { inbox } = client;
    const open = new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onclose = ({ code, reason }) => {
        inbox.end({ code, reason });
        reject(new Error(`Closed with ${code} before it opened`));
      };
    });
    socket.onerror = (event) => event.preventDefault();
    socket.onmessage = ({ data }) => inbox.push(data);
    await open;
    client.protocol = socket.protocol;
    return client;
  }

  /** Connects with `ws`. */
  static async foreign(url: string, protocols: string[] = []): Promise<Client> {
    const socket = new ForeignWebSocket(url, protocols);
    const client = new Client(socket);
    const { inbox } = client;
    socket.on("message", (data: unknown) => inbox.push(String(data)));
    socket.on(
      "close",
      (code: number, reason: unknown) =>
        inbox.end({ code, reason: String(reason) }),
    );
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.on("error", reject);
    });
    client.protocol = socket.protocol;
    return client;
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(frame);
  }

  /** Says goodbye. */
  async close(code?: number): Promise<void> {
    this.#socket.close(code);
    await this.inbox.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(1000);
  }
}

/** A client that speaks `hubbub.v1`. */
export class V1Client implements AsyncDisposable {
  readonly client: Client;
  readonly #events: ServerEvent[] = [];

  private constructor(client: Client) {
    this.client = client;
  }

  static async connect(socketUrl: string): Promise<V1Client> {
    return new V1Client(await Client.native(socketUrl, ["hubbub.v1"]));
  }

  /** Connects, says hello, and joins a room. */
  static async in(
    room: string,
    { url, name }: { url: string; name: string },
  ): Promise<V1Client> {
    const client = await V1Client.connect(url);
    client.send({ type: "hello", name }, { type: "join", room });
    await client.next("joined");
    return client;
  }

  /** Sends lines in one frame. */
  send(...lines: object[]): void {
    this.client.send(lines.map((line) => JSON.stringify(line)).join("\n"));
  }

  /** Takes events up to the next of a type, which it gives. */
  async next<T extends ServerEvent["type"]>(
    type: T,
  ): Promise<Extract<ServerEvent, { type: T }>> {
    while (true) {
      const event = this.#events.shift() ?? await this.#more();
      if (event.type === type) {
        return event as Extract<ServerEvent, { type: T }>;
      }
    }
  }

  /** Takes everything up to the answer of a ping: all that was sent so far. */
  async sofar(): Promise<ServerEvent[]> {
    const id = crypto.randomUUID();
    this.send({ type: "ping", id });
    const events: ServerEvent[] = [];
    while (true) {
      const event = this.#events.shift() ?? await this.#more();
      if (event.type === "pong" && event.id === id) return events;
      events.push(event);
    }
  }

  /** Asks, and takes the answer: of that type, or the error it is told. */
  async ask<T extends ServerEvent["type"]>(
    request: object,
    type: T,
  ): Promise<Extract<ServerEvent, { type: T }>> {
    this.send(request);
    return await this.next(type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
  }

  async #more(): Promise<ServerEvent> {
    const frame = await this.client.inbox.next();
    const [first, ...more] = frame.split("\n").map((line) => JSON.parse(line));
    this.#events.push(...more);
    return first;
  }
}
