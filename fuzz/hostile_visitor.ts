/** Opens a TCP connection, sends hostile bytes and closes it. */

import { concat } from "./bytes.ts";
import type { RandomInputs } from "./random_inputs.ts";
import { brokenFrame, GOODBYE, HELLO, sayingFrame } from "./frames.ts";
import { brokenHandshake, handshake, httpRequest } from "./requests.ts";

/** What an input was. */
export const KINDS = ["handshake", "frame", "saying", "request"] as const;

/** How many inputs there were of each kind. */
export type Tally = Record<typeof KINDS[number], number>;

/** Frames of one conversation at most. */
const MOST_FRAMES = 20;
/** How long the server may wait for more before the visitor hangs up. */
const PATIENCE_MS = 150;

/** What a visitor knows of the server. */
export interface Visited {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** The operator's token. */
  readonly operator: string;
}

/**
 * Visits the server once.
 *
 * @param visited The server.
 * @param dice Source of random choices.
 * @param tally Where each input is counted.
 * @throws {Error} When it cannot connect.
 */
export async function visit(
  { port, operator }: Visited,
  random: RandomInputs,
  tally: Tally,
): Promise<void> {
  const plan = random.below(10);
  if (plan < 2) {
    tally.handshake++;
    return await send(port, [brokenHandshake(random)]);
  }
  if (plan < 5) {
    tally.request++;
    return await send(port, [httpRequest(random, operator)]);
  }
  const frames = random.oneIn(4) ? [] : [HELLO];
  for (let left = 1 + random.below(MOST_FRAMES); left > 0; left--) {
    // One that is broken ends most conversations: more often they go on.
    if (random.oneIn(8)) {
      tally.frame++;
      frames.push(brokenFrame(random));
    } else {
      tally.saying++;
      frames.push(sayingFrame(random));
    }
  }
  // Some hang up without a word.
  if (!random.oneIn(4)) frames.push(GOODBYE);
  await send(port, [handshake(random), concat(...frames)]);
}

/** Sends parts, each after an answer to the one before, until it is over. */
async function send(port: number, parts: readonly Uint8Array[]): Promise<void> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => close(socket), PATIENCE_MS);
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (const part of parts) {
      for (let done = 0; done < part.length;) {
        done += await socket.write(part.subarray(done));
      }
      if (await socket.read(buffer) === null) return;
    }
    while (await socket.read(buffer) !== null) { /* until it ends */ }
  } catch {
    // The server hung up, or the visitor did.
  } finally {
    clearTimeout(timer);
    close(socket);
  }
}

function close(socket: Deno.Conn): void {
  try {
    socket.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
