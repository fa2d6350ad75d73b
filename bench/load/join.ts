/** Many clients join one room at once and request its history. */

import { Client, frameOf } from "./client.ts";
import { Histogram } from "./histogram.ts";
import { joinAll } from "./members.ts";
import { Meter } from "./meter.ts";
import { type JoinResult, type JoinSpec, STORM_ROOM } from "./spec.ts";
import { Tally, textOf } from "./tally.ts";
import { WIRES } from "./wire.ts";

/** Messages on their way at a time while the room is filled. */
const FILL_AT_ONCE = 50;

/**
 * Lets clients connect, say hello and join, all at once.
 *
 * @param spec How many, and how much history each wants.
 */
export async function join(spec: JoinSpec): Promise<JoinResult> {
  const { clients, history } = spec;
  if (!spec.filled) await fill(spec);
  const latencies = new Histogram();
  const meter = new Meter(spec);
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const from = performance.now();
      await receiveHistory(spec, `j${index}`);
      latencies.add((performance.now() - from) * 1000);
    }),
  );
  const allMs = performance.now() - started;
  return {
    kind: "join",
    allMs,
    p50: latencies.quantile(0.5),
    p99: latencies.quantile(0.99),
    deliveries: clients * history / allMs * 1000,
    cores: meter.read(),
  };
}

/** Publishes the history. */
async function fill(spec: JoinSpec): Promise<void> {
  const wire = WIRES[spec.wire];
  const [member] = await joinAll(spec, [
    { room: STORM_ROOM, name: "filler", history: 0 },
  ]);
  if (member === undefined) return;
  const { client } = member;
  const tally = new Tally();
  const text = textOf(0);
  let sent = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const more = () => {
    if (tally.messages >= spec.history) resolve();
    for (
      ;
      sent < Math.min(tally.messages + FILL_AT_ONCE, spec.history);
      sent++
    ) {
      client.send(frameOf(wire.publish(STORM_ROOM, text, sent)));
    }
  };
  client.onChunk = (chunk) => {
    tally.feed(chunk);
    more();
  };
  more();
  await promise;
  client.close();
}

/** Connects one, and waits until it has its history. */
async function receiveHistory(
  { port, wire: name, history }: JoinSpec,
  member: string,
): Promise<void> {
  const wire = WIRES[name];
  const client = new Client({
    port,
    path: wire.path(STORM_ROOM),
    protocol: wire.protocol,
  });
  const tally = new Tally();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.onChunk = (chunk) => {
    tally.feed(chunk);
    if (tally.messages >= history) resolve();
  };
  client.onClose = () => reject(new Error(`${member} was closed`));
  const greeting = wire.greeting?.({ room: STORM_ROOM, name: member, history });
  if (greeting !== undefined) client.send(frameOf(greeting));
  await client.opened;
  await promise;
}
