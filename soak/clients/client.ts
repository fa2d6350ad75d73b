/**
 * What the soak needs of a client, whatever dialect it speaks, and the
 * connection under those that are written here: it breaks when told to, and
 * always comes back.
 */

import type { Changes } from "../changes.ts";
import type { Random } from "../random.ts";
import { RawSocket } from "./raw_socket.ts";
import type { DeliveryCheck } from "../checks/delivery_check.ts";

/** Options of every client. */
export interface ClientOptions {
  /** Its name in reports, and the one it asks the server for; without dots. */
  readonly id: string;
  readonly room: string;
  /** Where the server is, such as `ws://127.0.0.1:8000`. */
  readonly server: string;
  readonly check: DeliveryCheck;
  /** Notified of every change of state. */
  readonly changes: Changes;
  readonly random: Random;
  /** Longest reconnect delay, in milliseconds. */
  readonly comeBackMs: number;
  /** Receives the latency of each live message, in milliseconds. */
  readonly lag: (ms: number) => void;
}

/** One client in one room. */
export interface SoakClient {
  readonly id: string;
  readonly room: string;
  /** Whether it is connected and in its room. */
  readonly here: boolean;
  /** The name that the server assigned last. */
  readonly name: string | undefined;
  /** Whether no ack and no line's seq is pending. */
  readonly settled: boolean;
  /**
   * Publishes a text, if it can now.
   *
   * @returns Whether it has taken it.
   */
  publish(text: string): boolean;
  /** Reconnects immediately. */
  reconnect(): void;
  /** Disconnects permanently. Resolves when the connection is closed. */
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

/** Receives the events of a {@linkcode Link}. */
export interface LinkUser {
  readonly url: URL;
  readonly protocol?: string;
  /** A connection is open. */
  opened(socket: RawSocket): void;
  heard(frame: string): void;
  /** The connection is lost; the link reconnects. */
  lost(code: number): void;
  /** The server closed the connection after an error; called before `lost`. */
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

  /** @param user Receives events, never before the constructor returns. */
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

  /** Reconnects immediately. */
  reconnect(): void {
    if (this.#ended !== undefined) return;
    const old = this.#socket;
    this.#connect();
    old?.drop();
  }

  /** Closes the connection and does not reconnect. */
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
