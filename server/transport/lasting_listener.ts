/**
 * Reopens a listener that stopped: without free file descriptors, Deno's server
 * ends and Node's stops accepting silently. Controls the delays and the maximum
 * number of attempts.
 */

import type { Listener } from "./socket.ts";

/** One open listener. */
export interface ListenAttempt extends Listener {
  /** Resolves with the reason when it stops accepting. Open connections
   * continue. */
  readonly failed: Promise<unknown>;
}

/** Options of a lasting listener. */
export interface LastingOptions {
  /** Opens a listener on a port; 0 picks a free one. */
  readonly open: (port: number) => Promise<ListenAttempt>;
  /** The port of the first attempt. */
  readonly port: number;
  /** Called each time the listener stopped accepting; it is reopened. */
  readonly onFailed: (reason: unknown) => void;
  /** Called once when reopening failed for good. */
  readonly onLost: (reason: unknown) => void;
  /** Delay before the first reopening, in milliseconds; doubles per attempt up
   * to 5 s. */
  readonly firstWaitMs?: number;
}

const FIRST_WAIT_MS = 100;
const MOST_WAIT_MS = 5_000;
/** Maximum failed attempts in a row: about half a minute. */
const MOST_TRIES = 10;
/** Uptime after which a listener counts as recovered, in milliseconds. */
const RECOVERED_MS = 60_000;

/**
 * Listens until stopped.
 *
 * @param options How to listen, and callbacks.
 * @returns The listener.
 * @throws {Error} What `open` throws the first time.
 */
export async function keepListening(
  options: LastingOptions,
): Promise<Listener> {
  const { open, onFailed, onLost, firstWaitMs = FIRST_WAIT_MS } = options;
  const first = await open(options.port);
  const attempts = [first];
  const port = first.addr.transport === "tcp" ? first.addr.port : options.port;
  let stopping = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const again = (tries: number): void => {
    const waitMs = Math.min(
      firstWaitMs * 2 ** (failures + tries),
      MOST_WAIT_MS,
    );
    timer = setTimeout(async () => {
      try {
        const attempt = await open(port);
        attempts.push(attempt);
        if (stopping) return void attempt.stop(Promise.resolve());
        watch(attempt);
      } catch (error) {
        if (stopping) return;
        if (tries + 1 >= MOST_TRIES) onLost(error);
        else again(tries + 1);
      }
    }, waitMs);
  };

  const watch = (attempt: ListenAttempt): void => {
    const began = performance.now();
    attempt.failed.then((reason) => {
      if (stopping) return;
      failures = performance.now() - began > RECOVERED_MS ? 0 : failures + 1;
      onFailed(reason);
      // The callback may have stopped it.
      if (!stopping) again(0);
    });
  };

  watch(first);
  return {
    addr: first.addr,
    async stop(deadline) {
      stopping = true;
      clearTimeout(timer);
      await Promise.all(attempts.map((attempt) => attempt.stop(deadline)));
    },
  };
}
