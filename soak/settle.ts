/**
 * The end of a soak: waits until all clients have caught up, then compares their
 * state with the server's.
 */

import { V1Client } from "./clients/v1.ts";
import { resourcesReturn } from "./checks/open_resources.ts";
import { seeded } from "./random.ts";
import type { World } from "./world.ts";

/** Longest time for all clients to catch up. */
const CATCH_UP_MS = 60_000;
/** Allowed memory growth, in bytes: the process keeps caches. */
const MEMORY_ALLOWED = 64 * 1024 * 1024;
const MEMORY_MS = 10_000;
/** Longest time until resources are closed; server timeouts have to expire. */
const RETURN_MS = 60_000;
/** Most messages replayed to a client without a cursor. */
const MOST_REPLAYED = 1_000;

/** Options of {@linkcode settle}. */
export interface SettleOptions {
  readonly world: World;
  readonly retain: number;
  /** Longest time until disconnected members leave the member list, in ms. */
  readonly ghostMs: number;
  /** Server memory at the start, in bytes, if known. */
  readonly memoryBefore: number | undefined;
}

/**
 * Waits until all clients have caught up, then runs the final checks.
 *
 * @returns Server memory after that, in bytes, if known.
 */
export async function settle(
  { world, retain, ghostMs, memoryBefore }: SettleOptions,
): Promise<number | undefined> {
  const { check, clientSet, changes } = world;
  await world.everybodyBack();
  const auditors = clientSet.rooms.map((room, index) =>
    audit(world, room, index, retain)
  );
  const readers = [...clientSet.all, ...auditors];
  await changes.until(
    () =>
      readers.every(({ id, room, here, settled }) =>
        here && settled && check.complete(id, room)
      ),
    CATCH_UP_MS,
  );
  for (const { id, room, settled } of readers) {
    if (settled) continue;
    check.violated({ room, reader: id, what: "still waits for an ack" });
  }
  check.finish(readers.map(({ id, room }) => ({ reader: id, room })));
  const here = (room: string) =>
    readers.filter((reader) => reader.room === room)
      .map(({ name, id }) => name ?? id);
  for (const auditor of auditors) {
    await lookForGhosts(world, auditor, {
      ghostMs,
      wanted: here(auditor.room),
    });
  }
  const memory = await memoryBack(world, memoryBefore);
  await world.endClients();
  for (const auditor of auditors) {
    const wanted = [auditor.name ?? auditor.id];
    await lookForGhosts(world, auditor, { ghostMs, wanted });
  }
  await Promise.all(auditors.map((auditor) => auditor.end()));
  for (const [port, before] of world.openBefore) {
    const left = await resourcesReturn(port, { before, ms: RETURN_MS });
    if (left === "") continue;
    check.violated({ what: `open when all had gone, at ${port}: ${left}` });
  }
  return memory;
}

/** Reads a room from the oldest retained message. */
function audit(
  world: World,
  room: string,
  index: number,
  retain: number,
): V1Client {
  return new V1Client({
    id: `auditor-${index}`,
    room,
    server: world.servers.url,
    check: world.check,
    changes: world.changes,
    random: seeded(index),
    comeBackMs: 100,
    lag: () => {},
    limit: MOST_REPLAYED,
    life: () => world.servers.life,
    fromStart: retain === Infinity,
  });
}

/** Compares a room's member list with the expected one, allowing for delay. */
async function lookForGhosts(
  world: World,
  auditor: V1Client,
  { ghostMs, wanted }: { ghostMs: number; wanted: readonly string[] },
): Promise<void> {
  const deadline = Date.now() + ghostMs;
  const wantedList = wanted.toSorted().join();
  let names = await auditor.who();
  while (names.toSorted().join() !== wantedList && Date.now() < deadline) {
    await new Promise((done) => setTimeout(done, 200));
    names = await auditor.who();
  }
  world.check.present(auditor.room, names, wanted);
}

/** Waits until memory is close to its value at the start. */
async function memoryBack(
  world: World,
  before: number | undefined,
): Promise<number | undefined> {
  if (before === undefined) return world.memory;
  // V8 collects garbage late, so ask for it.
  await world.servers.collectGarbage();
  await world.changes.until(
    () => (world.memory ?? 0) <= before + MEMORY_ALLOWED,
    MEMORY_MS,
  );
  const after = world.memory ?? 0;
  world.check.memory(before, after, MEMORY_ALLOWED);
  return after;
}
