/**
 * A world for the client without network and without waiting: a clock that is
 * moved by hand and sockets whose other end is the test.
 */

import { assertEquals, assertExists } from "@std/assert";
import {
  type Client,
  connect,
  type ConnectOptions,
  type SocketLike,
} from "../../client/hubbub.ts";
import { CLOSE } from "../../protocol/close_codes.ts";
import type {
  JoinedEvent,
  MessageEvent,
  ServerEvent,
  WelcomeEvent,
} from "../../protocol/events.ts";
import type { ClientRequest } from "../../protocol/requests.ts";

/** Timers that run when the test says so. */
export class FakeClock {
  /** Milliseconds since the monotonic clock began. */
  #now = 1_000;
  /** What the date is ahead of it. */
  #ahead = 999_000;
  #next = 1;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  readonly now = (): number => this.#now + this.#ahead;
  readonly monotonic = (): number => this.#now;

  /** Sets the date forth, or back: no time passes. */
  setForth(ms: number): void {
    this.#ahead += ms;
  }

  readonly timers = {
    set: (callback: () => void, ms: number): number => {
      this.#timers.set(this.#next, { at: this.#now + ms, callback });
      return this.#next++;
    },
    clear: (timer: unknown): void => {
      this.#timers.delete(timer as number);
    },
  };

  /** How many timers run. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass, running what is due in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (true) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, callback }] = due;
      this.#timers.delete(id);
      this.#now = at;
      callback();
    }
    this.#now = end;
  }
}

type Listener = (event: unknown) => void;

/** A socket whose other end is the test. */
export class FakeSocket implements SocketLike {
  readonly url: string;
  readonly protocols: readonly string[];
  readyState = 0;
  /** How it was closed from here. */
  closedWith:
    | { code?: number | undefined; reason?: string | undefined }
    | undefined;
  #requests: ClientRequest[] = [];
  frames: string[] = [];
  readonly #listeners = new Map<string, Listener[]>();

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...this.#listeners.get(type) ?? [], listener]);
  }

  send(data: string): void {
    assertEquals(this.readyState, 1, "sent on a socket that is not open");
    this.frames.push(data);
    this.#requests.push(...data.split("\n").map((line) => JSON.parse(line)));
  }

  close(code?: number, reason?: string): void {
    this.closedWith ??= { code, reason };
    if (this.readyState < 2) this.readyState = 2;
  }

  /** What was sent since the last call. */
  take(): ClientRequest[] {
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  /** What was sent of one type since the last `take()`. */
  sent<T extends ClientRequest["type"]>(
    type: T,
  ): Extract<ClientRequest, { type: T }>[] {
    return this.#requests.filter((request) => request.type === type) as Extract<
      ClientRequest,
      { type: T }
    >[];
  }

  /** The connection is made. */
  open(): void {
    this.readyState = 1;
    this.#tell("open", {});
  }

  /** The server says this, in one frame. */
  say(...events: object[]): void {
    const data = events.map((event) => JSON.stringify(event)).join("\n");
    this.#tell("message", { data });
  }

  /** The server says this, whatever it is. */
  sayRaw(data: string): void {
    this.#tell("message", { data });
  }

  /** The connection is closed by the server, or lost. */
  lose(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.#tell("close", { code, reason });
  }

  #tell(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

/** One client, its clock and its sockets. */
export class World {
  readonly clock = new FakeClock();
  readonly sockets: FakeSocket[] = [];
  readonly client: Client;
  /** What the next random number is. */
  random = 0.5;

  constructor(options: ConnectOptions = {}) {
    const { sockets } = this;
    this.client = connect("ws://hubbub.test/ws", {
      WebSocket: class extends FakeSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols);
          sockets.push(this);
        }
      },
      random: () => this.random,
      now: this.clock.now,
      monotonic: this.clock.monotonic,
      timers: this.clock.timers,
      ...options,
    });
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    assertExists(socket);
    return socket;
  }

  /** Opens the newest socket and welcomes. */
  welcome(more: Partial<WelcomeEvent> = {}): FakeSocket {
    this.socket.open();
    this.socket.say(welcome(more));
    return this.socket;
  }

  /** The connection is lost and the client comes back. */
  comeBack(code = 1006): FakeSocket {
    this.socket.lose(code);
    this.clock.advance(20_000);
    this.socket.open();
    return this.socket;
  }

  /** Ends the client as the server would answer a goodbye. */
  close(): void {
    void this.client.close();
    this.socket.lose(CLOSE.normal.code);
  }
}

/** A welcome with everything in it. */
export function welcome(more: Partial<WelcomeEvent> = {}): WelcomeEvent {
  return {
    type: "welcome",
    session: "s1",
    name: "Ada",
    token: "secret",
    resumed: false,
    limits: { text: 4096, rate: 10, history: 1000, idleSeconds: 30 },
    ...more,
  };
}

/** A `joined` of an empty lobby, unless said otherwise. */
export function joined(more: Partial<JoinedEvent> = {}): JoinedEvent {
  return {
    type: "joined",
    room: "lobby",
    epoch: "e1",
    head: 0,
    after: 0,
    recovered: "full",
    missed: 0,
    count: 1,
    members: ["Ada"],
    rights: ["read", "write"],
    ...more,
  };
}

/** A message of the lobby. */
export function message(
  seq: number,
  more: Partial<MessageEvent> = {},
): MessageEvent & ServerEvent {
  return {
    type: "message",
    room: "lobby",
    seq,
    from: "Bob",
    text: `message ${seq}`,
    at: seq,
    ...more,
  };
}

/** Messages of the lobby from one seq to another. */
export function messages(from: number, to: number): MessageEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
}

/** Lets what was scheduled for the end of this turn happen. */
export async function turn(): Promise<void> {
  await null;
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
