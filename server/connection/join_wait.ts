/**
 * Delays the requests of a single-room client until its join succeeds or fails:
 * they refer to the room that it is joining.
 */

import type { ServerEvent } from "../../protocol/events.ts";
import type { Cancel, Clock } from "../runtime/clock.ts";

/** Maximum wait in milliseconds. With an unresponsive store, requests then fail
 * one by one. */
const MOST_MS = 5_000;
/** Events that end the wait. */
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
   * Starts to wait.
   *
   * @returns Resolves when the client got its reply, after {@linkcode end}, or
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

  /** Ends the wait if an event answers the join. */
  told({ type }: ServerEvent): void {
    if (this.#end !== null && ANSWERS.has(type)) this.end();
  }

  /** Ends the wait, if any. */
  end(): void {
    const end = this.#end;
    this.#end = null;
    end?.();
  }
}
