/** Connections that say nothing: what each costs. */

import { joinAll, sleep } from "./members.ts";
import { Meter } from "./meter.ts";
import type { IdleResult, IdleSpec } from "./spec.ts";
import { Tally } from "./tally.ts";
import { residentBytes } from "./usage.ts";

/** Until the server has tidied up after the joining, as far as it does. */
const SETTLE_MS = 1_500;

/** Connects many, lets them join rooms, and looks at the server. */
export async function idle(spec: IdleSpec): Promise<IdleResult> {
  const { connections, perRoom, measureMs, pid } = spec;
  const before = residentBytes(pid);
  const everyone = await joinAll(
    spec,
    Array.from({ length: connections }, (_, index) => ({
      room: `idle-${Math.floor(index / perRoom)}`,
      name: `i${index}`,
      history: 0,
    })),
  );
  for (const { client } of everyone) {
    const tally = new Tally();
    let pings = 0;
    client.onChunk = (chunk) => {
      tally.feed(chunk);
      for (; pings < tally.pings; pings++) client.pong();
    };
  }
  await sleep(SETTLE_MS);
  const meter = new Meter(spec);
  await sleep(measureMs);
  return {
    kind: "idle",
    bytesEach: (residentBytes(pid) - before) / connections,
    cores: meter.read(),
  };
}
