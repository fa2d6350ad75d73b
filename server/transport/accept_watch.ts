/**
 * Watches whether a Node server still accepts connections. Out of file
 * descriptors it stops for good, without an event: only a connection tells. So
 * it makes one to itself when none has come for a while.
 */

import type { AddressInfo } from "node:net";

/** How long nothing may have come before it asks, milliseconds. */
const SILENCE_MS = 5_000;
/** How long the server may take to accept, and how long it waits before it asks
 * again: one that was busy is not deaf. */
const PATIENCE_MS = 2_000;
/** Times in a row that nothing was accepted. */
const MOST_UNHEARD = 2;

/** The watch over one server. */
export class AcceptWatch {
  /** Resolves when the server accepts nothing any more. */
  readonly failed: Promise<unknown>;
  readonly #fail: (reason: unknown) => void;
  readonly #address: { hostname: string; port: number };
  #accepted = false;
  #suspected = false;
  #asking = false;
  #unheard = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  readonly #silenceMs: number;
  readonly #patienceMs: number;

  /**
   * @param address Where the server listens.
   * @param times Other times than usual, milliseconds.
   */
  constructor(
    { address, port }: Pick<AddressInfo, "address" | "port">,
    { silenceMs = SILENCE_MS, patienceMs = PATIENCE_MS } = {},
  ) {
    this.#silenceMs = silenceMs;
    this.#patienceMs = patienceMs;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.failed = promise;
    this.#fail = resolve;
    this.#address = { hostname: reachable(address), port };
    this.#wait(silenceMs);
  }

  /** To be called for each connection that was accepted. */
  accepted(): void {
    this.#accepted = true;
    this.#unheard = 0;
  }

  /** To be called when the server may have stopped to accept: it is asked
   * soon. */
  suspect(): void {
    if (this.#suspected) return;
    this.#suspected = true;
    if (this.#asking) return;
    clearTimeout(this.#timer);
    this.#wait(this.#patienceMs);
  }

  /** Nothing happens any more. */
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
      } else if (++this.#unheard >= MOST_UNHEARD && !this.#stopped) {
        this.#fail(reason);
      } else {
        this.#wait(this.#patienceMs);
      }
    }, ms);
  }

  /** @returns Why it was not accepted, if it was not, as far as one can know. */
  async #ask(): Promise<unknown> {
    let connection: Deno.TcpConn;
    try {
      connection = await Deno.connect(this.#address);
    } catch (error) {
      // What may not be asked is believed to be well.
      return error instanceof Deno.errors.NotCapable ? undefined : error;
    }
    try {
      const until = performance.now() + this.#patienceMs;
      while (!this.#accepted && !this.#stopped && performance.now() < until) {
        await new Promise((next) =>
          this.#timer = setTimeout(next, this.#patienceMs / 40)
        );
      }
      return new Error("The port accepts no connections");
    } finally {
      connection.close();
    }
  }
}

/** An address of this machine where one means all of them. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}
