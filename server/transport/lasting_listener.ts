/**
 * Listens again on a port when the runtime has stopped to: out of file
 * descriptors, Deno's server ends, and Node's accepts nothing any more without
 * a word. Owns the waits in between, and when to give up.
 */

import type { Listener } from "./socket.ts";

/** One time of listening on a port. */
export interface ListenAttempt extends Listener {
  /** Resolves with the reason when nothing is accepted any more. What was
   * accepted goes on. */
  readonly failed: Promise<unknown>;
}

/** How to go on listening. */
export interface LastingOptions {
  /** Begins to listen on a port; 0 picks a free one. */
  readonly open: (port: number) => Promise<ListenAttempt>;
  /** The port for the first time. */
  readonly port: number;
  /** Told each time that nothing was accepted any more; it listens again. */
  readonly onFailed: (reason: unknown) => void;
  /** Told once that it cannot listen again. */
  readonly onLost: (reason: unknown) => void;
  /** Milliseconds before it listens again for the first time; doubled for each
   * time after that, up to 5 s. */
  readonly firstWaitMs?: number;
}

const FIRST_WAIT_MS = 100;
const MOST_WAIT_MS = 5_000;
/** Attempts in a row that may not even begin: about half a minute. */
const MOST_TRIES = 10;
/** What listened for so long has recovered, milliseconds. */
const RECOVERED_MS = 60_000;

/**
 * Begins to listen, and goes on until it is stopped.
 *
 * @param options How, and who is told.
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
      // Who was told may have stopped it.
      if (!stopping) again(0);
    });
  };

  watch(first);
  return {
    addr: first.addr,
    async stop(patience) {
      stopping = true;
      clearTimeout(timer);
      await Promise.all(attempts.map((attempt) => attempt.stop(patience)));
    },
  };
}
