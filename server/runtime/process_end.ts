/**
 * Ends the process with an exit code: cleanly on a signal, at once on a second
 * one, and at once after an error that leaves the state unknown. The exit
 * function is passed in.
 */

import { type Clock, type Monotonic, msBetween } from "./clock.ts";
import type { Logger } from "./logger.ts";

/** Signals within this time count as one, in milliseconds: Ctrl+C in a terminal
 * reaches both `deno task` and the server, and the task forwards it. */
const ECHO_MS = 500;

/** What a {@linkcode ProcessEnd} needs. */
export interface ProcessEndOptions {
  readonly clock: Pick<Clock, "monotonic">;
  readonly log: Logger;
  /** Stops the server; rejects when that was cut short. */
  readonly stop: () => Promise<void>;
  /** Ends the process; the first call counts. */
  readonly exit: (code: 0 | 1) => void;
}

/** The end of one process. */
export class ProcessEnd {
  readonly #options: ProcessEndOptions;
  /** When the stop began. */
  #since: Monotonic | undefined;
  #code: 0 | 1 = 0;

  constructor(options: ProcessEndOptions) {
    this.#options = options;
  }

  /**
   * Stops the server and ends with 0, or with 1 when the stop was cut short. A
   * second signal ends at once, with 1.
   *
   * @param signal Its name, for the log.
   */
  signal(signal: string): void {
    const { clock, log, exit } = this.#options;
    if (this.#since === undefined) {
      log.info("stopping", { signal });
      return this.stop(0);
    }
    if (msBetween(this.#since, clock.monotonic()) < ECHO_MS) return;
    log.warn("stopped at once by a second signal", { signal });
    exit(1);
  }

  /**
   * Stops the server in good order, and ends.
   *
   * @param code What to end with if that succeeds; 1 if not.
   */
  stop(code: 0 | 1): void {
    const { clock, log, stop, exit } = this.#options;
    if (this.#since !== undefined) return;
    this.#since = clock.monotonic();
    this.#code = code;
    // Exits even if a peer that does not read keeps its socket open.
    stop().then(
      () => log.info("stopped"),
      (error) => {
        this.#code = 1;
        log.error("stop failed", { error });
      },
    ).finally(() => exit(this.#code));
  }

  /**
   * Exits with 1 at once: the state in memory may be wrong, and acked messages
   * are stored. A supervisor restarts the process. During a shutdown, the
   * shutdown continues and exits with 1.
   *
   * @param message What happened, for the log.
   * @param error The thrown value.
   */
  fatal(message: string, error: unknown): void {
    const { log, exit } = this.#options;
    log.error(message, { error });
    this.#code = 1;
    if (this.#since === undefined) exit(1);
  }
}

/** Frames of a stack that are the runtime's own, of one WebSocket. */
const SOCKET_FRAME = /^\s*at .*\(?ext:deno_websocket\//;

/**
 * Tells whether an error was thrown by the runtime itself while it read one
 * WebSocket, and concerns nothing else: for example a text in fragments that
 * grows longer than a string can be. The runtime then reads that socket no
 * more, and drops it after the idle timeout.
 *
 * @param error What was thrown.
 */
export function isSocketFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const frames = (error.stack ?? "").split("\n").filter((line) =>
    /^\s*at /.test(line)
  );
  return frames.length > 0 && frames.every((frame) => SOCKET_FRAME.test(frame));
}
