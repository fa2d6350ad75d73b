/**
 * The end of a soak: everybody gets the time to get everything, then all is
 * compared with what the server has and says.
 */

import { V1Client } from "./clients/v1.ts";
import { resourcesReturn } from "./checks/open_resources.ts";
import { seeded } from "./random.ts";
import type { World } from "./world.ts";

/** How long it may take until everybody has got everything. */
const CATCH_UP_MS = 60_000;
/** What may stay more than before: the process keeps what it may need again. */
const MEMORY_ALLOWED = 64 * 1024 * 1024;
const MEMORY_MS = 10_000;
/** How long the end of what was open may take: deadlines have to pass. */
const RETURN_MS = 60_000;
/** Most messages that are replayed to who has no cursor. */
const MOST_REPLAYED = 1_000;

/** What {@linkcode settle} goes by. */
export interface SettleOptions {
  readonly world: World;
  readonly retain: number;
  /** After so long at most nobody is listed who is not here. */
  readonly ghostMs: number;
  /** What the server held at first, in bytes, if that is known. */
  readonly memoryBefore: number | undefined;
}

/**
 * Waits until all is quiet, and checks everything that can be checked then.
 *
 * @param options Of what.
 * @returns What the server held when all was quiet, in bytes, if that is known.
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

/** Reads a whole room from the start, as far as it is kept. */
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

/** Compares who is in a room with who should be; not listed at once is fine. */
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

/** Waits for the memory to come back. */
async function memoryBack(
  world: World,
  before: number | undefined,
): Promise<number | undefined> {
  if (before === undefined) return world.memory;
  // Garbage is not needed, and the engine is in no hurry with it.
  await world.servers.collectGarbage();
  await world.changes.until(
    () => (world.memory ?? 0) <= before + MEMORY_ALLOWED,
    MEMORY_MS,
  );
  const after = world.memory ?? 0;
  world.check.memory(before, after, MEMORY_ALLOWED);
  return after;
}
