/**
 * Checks whether a Node server still accepts connections. Without free file
 * descriptors it stops accepting, without an event. So the watch connects to
 * the server when no connection has arrived for a while.
 */

import type { AddressInfo } from "node:net";

/** Time without connections before a check, in milliseconds. */
const SILENCE_MS = 5_000;
/** Time limit of a check, and the interval between checks, in milliseconds. A
 * busy server may answer late. */
const CHECK_TIMEOUT_MS = 2_000;
/** Failed checks in a row before the server counts as failed. */
const MOST_FAILED = 2;

/** The watch of one server. */
export class AcceptWatch {
  /** Resolves when the server has stopped accepting connections. */
  readonly failed: Promise<unknown>;
  readonly #fail: (reason: unknown) => void;
  readonly #address: { hostname: string; port: number };
  #accepted = false;
  #suspected = false;
  #asking = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  readonly #silenceMs: number;
  readonly #timeoutMs: number;

  /**
   * @param address The listening address.
   * @param times Times other than the defaults, in milliseconds.
   */
  constructor(
    { address, port }: Pick<AddressInfo, "address" | "port">,
    { silenceMs = SILENCE_MS, timeoutMs = CHECK_TIMEOUT_MS } = {},
  ) {
    this.#silenceMs = silenceMs;
    this.#timeoutMs = timeoutMs;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.failed = promise;
    this.#fail = resolve;
    this.#address = { hostname: reachable(address), port };
    this.#wait(silenceMs);
  }

  /** Records an accepted connection. */
  accepted(): void {
    this.#accepted = true;
    this.#failures = 0;
  }

  /** Schedules a check soon: the server may have stopped accepting. */
  suspect(): void {
    if (this.#suspected) return;
    this.#suspected = true;
    if (this.#asking) return;
    clearTimeout(this.#timer);
    this.#wait(this.#timeoutMs);
  }

  /** Stops all checks. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(async () => {
      const isKnown = this.#accepted && !this.#suspected;
      this.#accepted = this.#suspected = false;
      if (isKnown) return this.#wait(this.#silenceMs);
      this.#asking = true;
      const reason = await this.#ask();
      this.#asking = false;
      if (reason === undefined || this.#accepted) {
        this.#wait(this.#silenceMs);
      } else if (++this.#failures >= MOST_FAILED && !this.#stopped) {
        this.#fail(reason);
      } else {
        this.#wait(this.#timeoutMs);
      }
    }, ms);
  }

  /** @returns Why the connection failed, or undefined. */
  async #ask(): Promise<unknown> {
    let connection: Deno.TcpConn;
    try {
      connection = await Deno.connect(this.#address);
    } catch (error) {
      // Without permission to connect, assume that the server works.
      return error instanceof Deno.errors.NotCapable ? undefined : error;
    }
    try {
      const until = performance.now() + this.#timeoutMs;
      while (!this.#accepted && !this.#stopped && performance.now() < until) {
        await new Promise((next) =>
          this.#timer = setTimeout(next, this.#timeoutMs / 40)
        );
      }
      return new Error("The port accepts no connections");
    } finally {
      connection.close();
    }
  }
}

/** Returns a reachable address for a wildcard address. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}
