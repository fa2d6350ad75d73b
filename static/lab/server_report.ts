/** What the server knows of a connection, asked for again and again. */

import { BASE } from "../base_path.ts";
import type { ConnectionReport } from "../../protocol/lab.ts";

/** How often the server is asked, in milliseconds. */
const ASK_MS = 1_000;

/** Asks about one connection. */
export class ServerReport {
  /** The newest answer; null while the server knows nothing. */
  report: ConnectionReport | null = null;
  readonly #key: string;
  readonly #changed: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #asking: Promise<void> | undefined;
  #ended = false;

  /** @param key The connection's key, part of the address it was opened at. */
  constructor(key: string, changed: () => void) {
    this.#key = key;
    this.#changed = changed;
  }

  /** Asks now and from now on. */
  start(): void {
    this.#timer ??= setInterval(() => this.#ask(), ASK_MS);
    this.#ask();
  }

  /**
   * Asks until the server has seen the end as well, which the page may see
   * first, or knows nothing.
   */
  ended(): void {
    this.#ended = true;
    this.start();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One question at a time, so that an old answer never follows a new one. */
  #ask(): void {
    this.#asking ??= this.#answer().finally(() => this.#asking = undefined);
  }

  async #answer(): Promise<void> {
    try {
      const response = await fetch(`${BASE}lab/connections/${this.#key}`);
      this.report = await response.json();
    } catch {
      // The server is away; the connection's own events tell that.
      this.report = null;
    }
    if (this.#ended && this.report?.closed !== null) this.stop();
    this.#changed();
  }
}
