/**
 * Schedules work for the next turn of the event loop. While immediates follow
 * each other, Deno's scheduler polls sockets only once in 61 turns
 * (`event_interval` of tokio), so work in turns of 5 ms would keep every client
 * waiting for 300 ms.
 */

import { setImmediate } from "node:timers";

/** Milliseconds of consecutive turns after which sockets are polled. */
const POLL_MS = 20;

/** Whether immediates keep sockets waiting: not on Deno 2.5, where they are
 * timers. */
const STARVES = !Deno.version.deno.startsWith("2.5.");

/** Turns that follow each other without a pause. */
interface Chain {
  readonly since: number;
  calls: number;
}

let chain: Chain | undefined;
/** Work that waits until sockets were polled. */
let waiting: (() => void)[] | undefined;

/**
 * Runs a function after the events of this turn of the event loop were handled.
 * Batches the most events without a delay: `setTimeout(0)` adds 1-2 ms,
 * `queueMicrotask` runs after a single frame.
 *
 * @param act May throw; the error is an uncaught one.
 */
export function soon(act: () => void): void {
  setImmediate(act);
}

/**
 * Runs a function as {@linkcode soon} does, for work that may take many turns,
 * in the order of the calls. The runtime polls its sockets only when it waits
 * for a timer with nothing to do, so a pause of 1 ms follows 20 ms of consecutive
 * turns. Not for fan-out: messages would arrive faster than members get them.
 *
 * @param act May throw; the error is an uncaught one.
 */
export function soonWithPauses(act: () => void): void {
  if (!STARVES) return void setImmediate(act);
  if (waiting !== undefined) return void waiting.push(act);
  chain ??= begin();
  chain.calls++;
  if (performance.now() - chain.since < POLL_MS) return void setImmediate(act);
  chain = undefined;
  waiting = [act];
  // Begins the pause after this turn's work, which would outlast the timer.
  setImmediate(() => setTimeout(resume, 0));
}

/** Resolves in the next turn; see {@linkcode soonWithPauses}. */
export function nextTurn(): Promise<void> {
  return new Promise(soonWithPauses);
}

/** Resolves when no work of {@linkcode soonWithPauses} is left. */
export async function workDone(): Promise<void> {
  while (chain !== undefined || waiting !== undefined) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Begins a chain. It is over when a turn has passed without a call. */
function begin(): Chain {
  const begun: Chain = { since: performance.now(), calls: 0 };
  let seen = 0;
  const check = () => {
    if (chain !== begun) return;
    if (begun.calls === seen) return void (chain = undefined);
    seen = begun.calls;
    setImmediate(check);
  };
  setImmediate(check);
  return begun;
}

function resume(): void {
  const acts = waiting ?? [];
  waiting = undefined;
  for (const act of acts) soonWithPauses(act);
}
