/**
 * What the lessons' tests share: a server with nothing but the lessons, a
 * client that waits for what happens, and a socket made of paper.
 */

import { setImmediate } from "node:timers";
import { Lessons } from "../../server/lessons/classroom.ts";
import {
  type Cancel,
  type Monotonic,
  monotonicAt,
} from "../../server/runtime/clock.ts";
import { turnsDone } from "../helpers/turns.ts";
import { ResourceLedger } from "../../server/runtime/resource_ledger.ts";
import { openTransport } from "../../server/transport/open_transport.ts";
import type { Listener, Socket } from "../../server/transport/socket.ts";
import { TRANSPORT } from "../helpers/transport.ts";

/** Time that passes only when a test says so. */
export class FakeTime {
  #now = 0;
  #due: { at: number; act: () => void }[] = [];

  monotonic(): Monotonic {
    return monotonicAt(this.#now);
  }

  /** The turns of the event loop are the machine's own. */
  soon(act: () => void): void {
    setImmediate(act);
  }

  get waiting(): number {
    return this.#due.length;
  }

  after(ms: number, act: () => void): Cancel {
    const timer = { at: this.#now + ms, act };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((other) => other !== timer);
    };
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of this.#due.filter(({ at }) => at <= this.#now)) {
      this.#due = this.#due.filter((other) => other !== timer);
      timer.act();
    }
  }
}

/** A server of lessons on a free port. */
export class LessonServer implements AsyncDisposable {
  readonly time = new FakeTime();
  readonly errors: unknown[] = [];
  readonly lessons = new Lessons({
    clock: this.time,
    onError: (error) => this.errors.push(error),
  });
  #listener: Listener | undefined;

  private constructor() {}

  static async start(): Promise<LessonServer> {
    const server = new LessonServer();
    const transport = await openTransport(TRANSPORT, {
      idleSeconds: 0,
      maxFrame: 2 ** 20,
      ledger: new ResourceLedger(),
      slowMs: 30_000,
      onError: (error) => server.errors.push(error),
    });
    server.#listener = await transport.listen({
      hostname: "127.0.0.1",
      port: 0,
      handler(request) {
        const name = new URL(request.url).pathname.slice("/lessons/".length);
        const accept = server.lessons.accept(name);
        return accept === undefined
          ? new Response(null, { status: 404 })
          : transport.upgrade(request, accept);
      },
      onError: Response.error,
      onFault: Response.error,
    });
    return server;
  }

  get #port(): number {
    const addr = this.#listener?.addr;
    return addr?.transport === "tcp" ? addr.port : 0;
  }

  url(name: string): string {
    return `ws://127.0.0.1:${this.#port}/lessons/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lessons.closeAll(1001, "Going away");
    await this.#listener?.stop(new Promise(() => {}));
    await turnsDone();
  }
}

/** A native client. */
export class Client implements AsyncDisposable {
  readonly closed: Promise<CloseEvent>;
  readonly #socket: WebSocket;
  readonly #opened: Promise<unknown>;
  readonly #frames: (string | ArrayBuffer)[] = [];
  #ended: CloseEvent | undefined;
  #wake = () => {};

  private constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#opened = new Promise((resolve) => this.#socket.onopen = resolve);
    this.closed = new Promise((resolve) =>
      this.#socket.onclose = (event) => {
        this.#ended = event;
        this.#wake();
        resolve(event);
      }
    );
    this.#socket.onmessage = ({ data }) => {
      this.#frames.push(data);
      this.#wake();
    };
  }

  static async connect(url: string): Promise<Client> {
    const client = new Client(url);
    await client.#opened;
    return client;
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(frame);
  }

  /** The next frames, in the order in which they came. */
  async next(count = 1): Promise<(string | ArrayBuffer)[]> {
    while (this.#frames.length < count) {
      if (this.#ended !== undefined) {
        throw new Error(`Closed with ${this.#ended.code} before it came`);
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#frames.splice(0, count);
  }

  /** What came and was not asked for. */
  get rest(): readonly (string | ArrayBuffer)[] {
    return this.#frames;
  }

  close(): Promise<CloseEvent> {
    this.#socket.close(1000);
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A socket that writes down what is done to it. */
export class FakeSocket implements Socket {
  open = true;
  buffered = 0;
  readonly sent: (string | Uint8Array)[] = [];
  readonly closes: number[] = [];
  /** Whether anybody takes what is sent. */
  reading = true;

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    if (!this.open) return;
    this.sent.push(frame);
    if (this.reading) return;
    this.buffered += typeof frame === "string"
      ? new TextEncoder().encode(frame).length
      : frame.length;
  }

  close(code: number, _reason: string): void {
    this.open = false;
    this.closes.push(code);
  }
}
