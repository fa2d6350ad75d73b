/**
 * The wait for a room of a client that knows one room at a time: its requests
 * mean the room that it asked for, so they wait until it is in there, or was
 * told why not.
 */

import type { ServerEvent } from "../../protocol/events.ts";
import type { Cancel, Clock } from "../runtime/clock.ts";

/** The longest wait, milliseconds: with a store that does not answer, requests
 * are then refused one by one. */
const MOST_MS = 5_000;
/** What ends it. */
const ANSWERS: ReadonlySet<ServerEvent["type"]> = new Set([
  "joined",
  "error",
  "left",
]);

/** The wait of one client. */
export class JoinWait {
  readonly #clock: Pick<Clock, "after">;
  #end: (() => void) | null = null;

  constructor(clock: Pick<Clock, "after">) {
    this.#clock = clock;
  }

  /**
   * Begins to wait.
   *
   * @returns Resolves when the client has its answer, after {@linkcode end}, or
   * after 5 seconds.
   */
  begin(): Promise<void> {
    this.end();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel: Cancel = this.#clock.after(MOST_MS, () => this.end());
    this.#end = () => {
      cancel();
      resolve();
    };
    return promise;
  }

  /** Looks at what the client is told. */
  told({ type }: ServerEvent): void {
    if (this.#end !== null && ANSWERS.has(type)) this.end();
  }

  /** Ends the wait, if there is one. */
  end(): void {
    const end = this.#end;
    this.#end = null;
    end?.();
  }
}
