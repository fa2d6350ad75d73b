/**
 * Clients that have joined their rooms: connecting many of them, greeting as
 * their wire wants it, and waiting until it is quiet.
 */

import { Client, frameOf, FrameReader } from "./client.ts";
import type { Target } from "./spec.ts";
import { type Member, type Wire, WIRES } from "./wire.ts";

/** How many handshakes are under way at a time. */
const AT_ONCE = 100;
/** Silence after which joining counts as complete. */
const QUIET_MS = 150;
const MOST_WAIT_MS = 20_000;

/** A client that is in its room; its chunks are whole frames from here on. */
export interface Joined {
  readonly client: Client;
  readonly member: Member;
}

/**
 * Connects one client and lets it join.
 *
 * @param target Where.
 * @param member Who.
 * @param options `onFrame` is told of every frame until someone else reads the
 * chunks; of several nodes, `place` tells which one.
 */
export async function join(
  { port: first, others = [], wire: name }: Target,
  member: Member,
  { onFrame = () => {}, place = 0 }: {
    onFrame?: (frame: string) => void;
    place?: number;
  } = {},
): Promise<Joined> {
  const ports = [first, ...others.map(({ port }) => port)];
  const port = ports[place % ports.length] ?? first;
  const wire: Wire = WIRES[name];
  const { room } = member;
  const client = new Client({
    port,
    path: wire.path(room),
    protocol: wire.protocol,
  });
  const reader = new FrameReader();
  const ready = Promise.withResolvers<void>();
  client.onChunk = (chunk) =>
    reader.feed(chunk, (frame) => {
      const answer = wire.answer?.(frame);
      if (answer !== undefined) client.send(frameOf(answer));
      if (wire.ready?.(frame)) ready.resolve();
      onFrame(frame);
    });
  client.onClose = () => ready.reject(new Error("Closed while joining"));
  if (wire.greeting !== undefined) client.send(frameOf(wire.greeting(member)));
  await client.opened;
  if (wire.ready === undefined) ready.resolve();
  await ready.promise;
  client.onClose = () => {};
  return { client, member };
}

/** Joins many members and waits for all presence events. */
export async function joinAll(
  target: Target,
  members: readonly Member[],
): Promise<Joined[]> {
  let lastFrame = performance.now();
  const joined: Joined[] = [];
  for (let from = 0; from < members.length; from += AT_ONCE) {
    const some = members.slice(from, from + AT_ONCE).map((member, index) =>
      join(target, member, {
        onFrame: () => lastFrame = performance.now(),
        place: from + index,
      })
    );
    joined.push(...await Promise.all(some));
  }
  const until = performance.now() + MOST_WAIT_MS;
  while (
    performance.now() - lastFrame < QUIET_MS && performance.now() < until
  ) {
    await sleep(QUIET_MS / 3);
  }
  return joined;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
