/** Many connections that all ask for history at once, of a store that holds the
 * event loop while it reads, as SQLite does. */

import { CLOSE } from "../../protocol/close_codes.ts";
import { PaperConnection } from "../../tests/helpers/doubles/paper_connection.ts";
import { SILENCE } from "../../tests/helpers/doubles/silence.ts";
import { TurnShare } from "../../server/runtime/turn_share.ts";
import { SingleNode } from "../../server/fleet/single_node.ts";
import { Hub } from "../../server/hub/hub.ts";
import { systemClock } from "../../server/runtime/clock.ts";
import { newId } from "../../server/runtime/ids.ts";
import { ResourceLedger } from "../../server/runtime/resource_ledger.ts";
import { Stats } from "../../server/runtime/stats.ts";
import { MemoryStore } from "../../server/store/memory_store.ts";
import type { Page, Range } from "../../server/store/store.ts";

/** Connections that ask. */
export const READERS = 200;
/** Requests per client at once; the rate limit allows no more. */
const ASKED = 20;
/** How long a read takes, milliseconds: a little more than SQLite does. */
const READ_MS = 0.2;

/** A store whose reads take their time, and take it from everybody. */
class BusyStore extends MemoryStore {
  override read(room: string, range: Range): Promise<Page> {
    const end = performance.now() + READ_MS;
    while (performance.now() < end) { /* reads */ }
    return super.read(room, range);
  }
}

function turn(): Promise<void> {
  return new Promise((done) => systemClock.soon(done));
}

/**
 * Connections that read their input.
 *
 * @param count How many.
 * @returns Has all of them ask, and waits until all were answered.
 */
export async function readingCrowd(
  count: number,
): Promise<() => Promise<void>> {
  const clock = systemClock;
  const store = new BusyStore({
    retention: { messages: 10_000, ms: 0 },
    clock,
  });
  await store.append(Array.from({ length: 50 }, () => ({
    room: "hall",
    from: "Ada",
    author: "a",
    text: "\u0001".repeat(1_000),
  })));
  const ledger = new ResourceLedger();
  const hub = new Hub({
    store,
    fleet: new SingleNode({ random: Math.random, newId }),
    random: Math.random,
    cutOff() {},
    onFatal(error) {
      throw error;
    },
    secret: new Uint8Array(32),
    clock,
    ledger,
    newId,
    log: SILENCE,
    stats: new Stats(),
    limits: { text: 4_096, rate: 0, history: 1_000, idleSeconds: 30 },
    history: 0,
    graceMs: 0,
    maxRooms: 1_000,
    roomRate: 0,
    maxRoomsPerSession: 100,
  });
  await hub.begin();
  const bench = { hub, clock, turn, pass: turn };
  const turns = new TurnShare(clock);
  const crowd: PaperConnection[] = [];
  while (crowd.length < count) {
    crowd.push(await PaperConnection.in(bench, { ledger, turns }));
  }
  const ask = '{"type":"history","room":"hall","limit":10}\n'.repeat(ASKED);
  return async () => {
    for (const paper of crowd) paper.send(ask);
    const left = crowd.map(() => ASKED);
    while (left.some((count) => count > 0)) {
      await turn();
      for (const [index, { socket }] of crowd.entries()) {
        for (const frame of socket.read()) {
          left[index]! -= frame.split('"type":"history"').length - 1;
        }
      }
    }
    for (const { connection } of crowd) connection.end(CLOSE.normal);
    hub.stop();
  };
}
