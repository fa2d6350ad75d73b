/**
 * What a reader costs that does not read: the server's memory with so many
 * members who have stopped reading while much passes by, compared with as many
 * who sit in a room where nothing happens. Each is measured in a server of its
 * own. What the kernel holds for a socket is not the process's memory and is
 * not counted; it takes some MB each before the server can tell anything.
 */

import { fileURLToPath } from "node:url";
import { orFail } from "../tools/arguments.ts";
import type { ServerEvent } from "../protocol/events.ts";
import { V1 } from "../protocol/v1.ts";
import { Inspector } from "./servers/inspector.ts";
import { RawSocket } from "./clients/raw_socket.ts";
import {
  endOnSignals,
  freePort,
  ServerProcess,
} from "./servers/server_process.ts";
import {
  HELP,
  readStalledOptions,
  type StalledOptions,
} from "./stalled_options.ts";

/** Memory of one server after garbage collection, in bytes. */
interface Sample {
  /** After all members joined. */
  readonly before: number;
  /** Peak during the traffic. */
  readonly peak: number;
  /** After the traffic. */
  readonly after: number;
  /** JavaScript heap part of that. */
  readonly heap: number;
}

const LOUD = "loud";
const QUIET = "quiet";
/** Most messages in flight. */
const WINDOW = 64;
const SAMPLE_MS = 500;
const QUIET_MS = 2_000;
/** Settings under which the server neither closes readers nor drops messages. */
const FLAGS =
  "--rate 0 --byte-rate 0 --request-rate 0 --join-rate 0 --connect-rate 0 " +
  "--max-per-address 10000 --max-text 65536 --idle-timeout 3600 " +
  "--slow-timeout 3600 --history 0 --retain-messages 1000000000";

/** Joins a room and receives its messages. */
function join(
  url: URL,
  room: string,
  hear: (event: ServerEvent) => void = () => {},
): Promise<RawSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<RawSocket>();
  const socket = new RawSocket(url, V1, {
    opened: () =>
      socket.send(
        `{"type":"hello"}\n${JSON.stringify({ type: "join", room })}`,
      ),
    text(frame) {
      for (const line of frame.split("\n")) {
        const event = JSON.parse(line) as ServerEvent;
        if (event.type === "joined") resolve(socket);
        hear(event);
      }
    },
    closed: (code) => reject(new Error(`Closed with ${code}`)),
  });
  return promise;
}

/** Publishes to the busy room until its one active reader has every message. */
async function passBy(
  url: URL,
  { megabytes, characters }: StalledOptions,
): Promise<RawSocket[]> {
  const count = Math.ceil(megabytes * 1_000_000 / characters);
  const text = "x".repeat(characters);
  const done = Promise.withResolvers<void>();
  let read = 0;
  let sent = 0;
  const reader = await join(url, LOUD, ({ type }) => {
    if (type === "message" && ++read === count) done.resolve();
  });
  // Publish from another room, so that the publisher's socket stays idle.
  const writer = await join(url, QUIET, ({ type }) => {
    if (type === "ack") publish();
  });
  const publish = () => {
    if (sent === count) return;
    const request = { type: "publish", room: LOUD, text, id: ++sent };
    writer.send(JSON.stringify(request));
  };
  for (let n = 0; n < WINDOW; n++) publish();
  await done.promise;
  return [reader, writer];
}

/** Measures one server. */
async function measure(
  stalled: boolean,
  settings: StalledOptions,
): Promise<Sample> {
  const scratch = fileURLToPath(new URL("../.tmp", import.meta.url));
  await Deno.mkdir(scratch, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: scratch, prefix: "stalled-" });
  const port = freePort(Math.random());
  const server = await ServerProcess.start(
    { folder, port, flags: FLAGS.split(" ") },
    (words) => console.error(words),
  );
  const url = new URL(`ws://127.0.0.1:${port}/ws`);
  const members = await Promise.all(
    Array.from(
      { length: settings.members },
      () => join(url, stalled ? LOUD : QUIET),
    ),
  );
  if (stalled) { for (const member of members) member.stall(); }
  using inspector = await Inspector.connect(server.inspect);
  const held = async () => (await server.memory())?.now ?? 0;
  const heldWithoutGarbage = async () => {
    await inspector.collectGarbage();
    // The allocator returns freed pages to the system with a delay.
    await new Promise((done) => setTimeout(done, QUIET_MS));
    return await held();
  };
  const before = await heldWithoutGarbage();
  const passing = passBy(url, settings);
  let peak = 0;
  let over = false;
  passing.finally(() => over = true);
  while (!over) {
    await inspector.collectGarbage();
    peak = Math.max(peak, await held());
    await new Promise((next) => setTimeout(next, SAMPLE_MS));
  }
  const after = await heldWithoutGarbage();
  const heap = await inspector.usedHeap();
  for (const socket of [...members, ...await passing]) socket.drop();
  await server.kill();
  await Deno.remove(folder, { recursive: true });
  return { before, peak, after, heap };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

const settings = orFail(
  () => readStalledOptions(Deno.args),
  (message) => {
    console.error(`soak:stalled: ${message}`);
    Deno.exit(2);
  },
);
if (settings === "help") {
  console.log(HELP);
  Deno.exit(0);
}
endOnSignals();
const samples: Record<"idle" | "stalled", Sample[]> = { idle: [], stalled: [] };
for (let run = 0; run < settings.repeat; run++) {
  for (const kind of ["idle", "stalled"] as const) {
    const sample = await measure(kind === "stalled", settings);
    samples[kind].push(sample);
    const { before, peak, after, heap } = sample;
    const words = [before, peak, after, heap]
      .map((bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`);
    console.log(
      `${settings.members} ${kind.padEnd(7)} members: ${words[0]} before, ` +
        `${words[1]} at most, ${words[2]} after, ${
          words[3]
        } of it JavaScript's`,
    );
  }
}
/** What a stalled member costs more than an idle one, in KiB. Growth is
 * compared: what a server takes before anything happens varies by some MB. */
const cost = (of: "peak" | "after") => {
  const each = (kind: "idle" | "stalled") =>
    median(samples[kind].map((sample) => sample[of] - sample.before));
  return (each("stalled") - each("idle")) / settings.members / 1024;
};
const met = cost("after") <= settings.target;
console.log(
  `A stalled member costs ${cost("after").toFixed(0)} KiB more than an idle ` +
    `one after ${settings.megabytes} MB have passed by, and ` +
    `${cost("peak").toFixed(0)} KiB more while they do: ` +
    `the target of ` +
    `${settings.target} KiB is ${met ? "met" : "missed"}`,
);
Deno.exit(met ? 0 : 1);
