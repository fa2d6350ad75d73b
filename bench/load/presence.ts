/**
 * A room full of members who say nothing, and some who come and go: what each
 * coming and going costs the servers.
 */

import { frameOf } from "./client.ts";
import { join, joinAll, sleep } from "./members.ts";
import { Meter } from "./meter.ts";
import type { PresenceResult, PresenceSpec } from "./spec.ts";
import { Tally } from "./tally.ts";

/** An empty close frame (RFC 6455, 5.5.1): its sender leaves permanently. */
const CLOSE_FRAME = 0x88;
/** Until those have heard of it that are told later, and of the joining. */
const SETTLE_MS = 1_500;

/** Fills the room, then lets members join and leave in turn. */
export async function presence(spec: PresenceSpec): Promise<PresenceResult> {
  const { members, visits } = spec;
  const room = "bench-0";
  const everyone = await joinAll(
    spec,
    Array.from(
      { length: members },
      (_, index) => ({ room, name: `m${index}`, history: 0 }),
    ),
  );
  let bytes = 0;
  for (const { client } of everyone) {
    const tally = new Tally();
    let pings = 0;
    client.onChunk = (chunk) => {
      bytes += chunk.length;
      tally.feed(chunk);
      for (; pings < tally.pings; pings++) client.pong();
    };
  }
  await sleep(SETTLE_MS);
  bytes = 0;
  const meter = new Meter(spec);
  for (let visit = 0; visit < visits; visit++) {
    const { client } = await join(
      spec,
      { room, name: `v${visit}`, history: 0 },
      { place: visit },
    );
    const gone = Promise.withResolvers<void>();
    client.onClose = gone.resolve;
    client.send(frameOf("", CLOSE_FRAME));
    await gone.promise;
  }
  await sleep(SETTLE_MS);
  const { seconds } = meter;
  const cores = meter.read();
  const changes = 2 * visits;
  return {
    kind: "presence",
    serverMicros: cores.server * seconds / changes * 1e6,
    engineMicros: cores.engine * seconds / changes * 1e6,
    bytes: bytes / changes,
    cores,
  };
}
