/**
 * What the soak needs of a client, whatever dialect it speaks, and the
 * connection under those that are written here: it breaks when told to, and
 * always comes back.
 */

import type { Changes } from "../changes.ts";
import type { Random } from "../random.ts";
import { RawSocket } from "./raw_socket.ts";
import type { DeliveryCheck } from "../checks/delivery_check.ts";

/** What all clients are made of. */
export interface ClientOptions {
  /** Its name in reports, and the one it asks the server for; without dots. */
  readonly id: string;
  readonly room: string;
  /** Where the server is, such as `ws://127.0.0.1:8000`. */
  readonly server: string;
  readonly check: DeliveryCheck;
  /** Told of everything that somebody may wait for. */
  readonly changes: Changes;
  readonly random: Random;
  /** The most that it waits before it comes back, milliseconds. */
  readonly comeBackMs: number;
  /** Told how long a live message was under way, milliseconds. */
  readonly lag: (ms: number) => void;
}

/** One client in one room. */
export interface SoakClient {
  readonly id: string;
  readonly room: string;
  /** Whether it is connected and in its room. */
  readonly here: boolean;
  /** Its name, as the server has told last. */
  readonly name: string | undefined;
  /** Whether it waits for nothing: no ack, no line without a seq. */
  readonly settled: boolean;
  /**
   * Publishes a text, if it can now.
   *
   * @returns Whether it has taken it.
   */
  publish(text: string): boolean;
  /** Hangs up and comes back at once. */
  reconnect(): void;
  /** Leaves for good. Resolves when it has hung up. */
  end(): Promise<void>;
}

/** A client whose connection can be broken in all ways. */
export interface BreakableClient extends SoakClient {
  /** The connection it has now. */
  readonly socket: RawSocket | undefined;
  /** Half of this frame is sent where one is cut. */
  readonly halfFrame: string;
}

/** A frame that nobody must ever see, since only half of it is sent. */
export const HALF = "half a frame ".repeat(20);

/** The close of a connection that something has thrown for (protocol/
 * close_codes.ts). */
const BROKEN = 1011;

/** Who uses a {@linkcode Link}. */
export interface LinkUser {
  readonly url: URL;
  readonly protocol?: string;
  /** A connection is open. */
  opened(socket: RawSocket): void;
  heard(frame: string): void;
  /** It is gone; another one follows. */
  lost(code: number): void;
  /** Something has thrown at the server: told before it is gone. */
  broken?(): void;
}

/** A connection that comes back until it is ended. */
export class Link {
  readonly #user: LinkUser;
  readonly #random: Random;
  readonly #comeBackMs: number;
  #socket: RawSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended: (() => void) | undefined;

  /** @param user Who uses it; told of nothing before this returns. */
  constructor(
    user: LinkUser,
    { random, comeBackMs }: Pick<ClientOptions, "random" | "comeBackMs">,
  ) {
    this.#user = user;
    this.#random = random;
    this.#comeBackMs = comeBackMs;
    this.#timer = setTimeout(() => this.#connect());
  }

  /** The connection, if there is one. */
  get socket(): RawSocket | undefined {
    return this.#socket;
  }

  send(frame: string): void {
    this.#socket?.send(frame);
  }

  /** Hangs up and comes back at once. */
  reconnect(): void {
    if (this.#ended !== undefined) return;
    const old = this.#socket;
    this.#connect();
    old?.drop();
  }

  /** Says goodbye and stays away. */
  end(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = resolve;
    clearTimeout(this.#timer);
    if (this.#socket === undefined) resolve();
    else this.#socket.close(1000);
    return promise;
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const { url, protocol } = this.#user;
    const socket = new RawSocket(url, protocol, {
      opened: () => {
        if (this.#socket === socket) this.#user.opened(socket);
      },
      text: (frame) => {
        if (this.#socket === socket) this.#user.heard(frame);
      },
      closed: (code) => {
        if (this.#socket !== socket) return;
        this.#socket = undefined;
        if (code === BROKEN) this.#user.broken?.();
        this.#user.lost(code);
        if (this.#ended !== undefined) return this.#ended();
        const wait = Math.ceil(this.#random() * this.#comeBackMs);
        this.#timer = setTimeout(() => this.#connect(), wait);
      },
    });
    this.#socket = socket;
  }
}
