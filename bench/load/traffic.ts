/**
 * Rooms full of readers, and publishers that keep so many messages on their
 * way, or send so many a second: what arrives, and how late.
 */

import { type Client, headerOf, MOST_HEADER } from "./client.ts";
import { Histogram } from "./histogram.ts";
import { joinAll, type Joined, sleep } from "./members.ts";
import { Meter } from "./meter.ts";
import type { TrafficResult, TrafficSpec } from "./spec.ts";
import {
  Finder,
  MOST_PUBLISHERS,
  Tally,
  textOf,
  timeOffset,
  TimeReader,
  writeNumber,
  writeTime,
} from "./tally.ts";
import { residentBytes } from "./usage.ts";
import { NUMBER_DIGITS, type Wire, WIRES } from "./wire.ts";

/** Latency is sampled from one in this many readers. */
const SAMPLE_EVERY = 50;

const NEWLINE = 10;

/** Members of a room of those that say nothing. */
const IDLE_PER_ROOM = 50;

function micros(): number {
  return performance.now() * 1000;
}

/** Sends one publisher's messages. */
class Publisher {
  readonly #client: Client;
  /** A message, in which its time and number are to be written. */
  readonly #line: Uint8Array;
  /** Messages of a frame, at most. */
  readonly #perFrame: number;
  readonly #timeAt: number;
  readonly #numberAt: number | undefined;
  /** Where frames are written; used again when the socket has taken it. */
  #buffer: Uint8Array;
  #sent = 0;

  constructor(
    client: Client,
    wire: Wire,
    { room, text, most }: { room: string; text: string; most: number },
  ) {
    this.#client = client;
    const line = new TextEncoder().encode(wire.publish(room, text, 0));
    const { mostShared = 0, numbered } = wire;
    this.#line = line;
    this.#perFrame = Math.max(Math.floor(mostShared / (line.length + 1)), 1);
    this.#timeAt = timeOffset(line);
    if (numbered !== undefined) {
      this.#numberAt = new TextDecoder("latin1").decode(line)
        .indexOf(numbered) + numbered.length;
    }
    this.#buffer = new Uint8Array((MOST_HEADER + line.length) * most);
  }

  /** Sends so many, in as few frames as its wire allows, as one write. */
  send(count: number): void {
    const { length } = this.#line;
    const now = micros();
    let at = 0;
    for (let left = count; left > 0; left -= this.#perFrame) {
      const lines = Math.min(left, this.#perFrame);
      const header = headerOf(lines * (length + 1) - 1);
      this.#buffer.set(header, at);
      at += header.length;
      for (let i = 0; i < lines; i++) {
        if (i > 0) this.#buffer[at++] = NEWLINE;
        this.#write(at, now);
        at += length;
      }
    }
    const taken = this.#client.send(this.#buffer.subarray(0, at));
    if (!taken) this.#buffer = new Uint8Array(this.#buffer.length);
  }

  #write(at: number, now: number): void {
    this.#buffer.set(this.#line, at);
    writeTime(this.#buffer, at + this.#timeAt, now);
    if (this.#numberAt === undefined) return;
    writeNumber(this.#buffer, {
      at: at + this.#numberAt,
      digits: NUMBER_DIGITS,
      value: ++this.#sent,
    });
  }
}

/** What all connections have seen so far. */
class Totals {
  confirmed = 0;
  latencies = new Histogram();
  measuring = false;
  stopped = false;
  readonly tallies: Tally[] = [];

  get messages(): number {
    return this.tallies.reduce((sum, { messages }) => sum + messages, 0);
  }

  get frames(): number {
    return this.tallies.reduce((sum, { frames }) => sum + frames, 0);
  }
}

/**
 * Runs one load.
 *
 * @param spec What load, and on whom.
 * @returns The measurements.
 * @throws {Error} If the server rejects the load or returns nothing.
 */
export async function traffic(spec: TrafficSpec): Promise<TrafficResult> {
  const wire: Wire = WIRES[spec.wire];
  if (spec.publishers > MOST_PUBLISHERS && wire.ack === undefined) {
    throw new RangeError(`At most ${MOST_PUBLISHERS} publishers a room`);
  }
  const { rooms, readers, stalled = 0, idle = 0 } = spec;
  await joinAll(
    spec,
    Array.from({ length: idle }, (_, index) => ({
      room: `idle-${Math.floor(index / IDLE_PER_ROOM)}`,
      name: `i${index}`,
      history: 0,
    })),
  );
  const perRoom = readers + stalled;
  const everyone = await joinAll(
    spec,
    Array.from({ length: rooms * perRoom }, (_, index) => ({
      room: `bench-${Math.floor(index / perRoom)}`,
      name: `m${index}`,
      history: 0,
    })),
  );
  const totals = new Totals();
  const publishers: Publisher[] = [];
  const clients = everyone.map(({ client }) => client);
  for (const [index, { client, member }] of everyone.entries()) {
    const place = index % perRoom;
    client.onClose = () => {
      throw new Error(`The server closed the connection of ${member.name}`);
    };
    if (place >= readers) {
      client.stall();
      continue;
    }
    const publishes = place < spec.publishers;
    const tally = new Tally(publishes ? place : undefined);
    totals.tallies.push(tally);
    const sampled = (everyone.length - 1 - index) % SAMPLE_EVERY === 0 ||
      (stalled > 0 && place === readers - 1);
    const publisher = publishes
      ? newPublisher({ client, member }, wire, spec, place)
      : undefined;
    if (publisher !== undefined) publishers.push(publisher);
    client.onChunk = reading(client, {
      tally,
      totals,
      publisher: spec.inFlight === undefined ? undefined : publisher,
      ack: publishes ? wire.ack : undefined,
      times: sampled ? new TimeReader() : undefined,
    });
  }

  const pacer = start(publishers, spec);
  await sleep(spec.warmMs);
  const { messages, frames, confirmed } = totals;
  const meter = new Meter(spec);
  totals.measuring = true;
  await sleep(spec.measureMs);
  totals.measuring = false;
  const { seconds } = meter;
  const arrived = totals.messages - messages;
  const result: TrafficResult = {
    kind: "traffic",
    deliveries: arrived / seconds,
    confirmed: (totals.confirmed - confirmed) / seconds,
    perFrame: arrived / (totals.frames - frames),
    p50: totals.latencies.quantile(0.5),
    p99: totals.latencies.quantile(0.99),
    cores: meter.read(),
    serverBytes: residentBytes(spec.pid),
  };
  totals.stopped = true;
  clearInterval(pacer);
  for (const client of clients) client.close();
  if (arrived === 0) throw new Error("No message arrived");
  return result;
}

function newPublisher(
  { client, member: { room } }: Joined,
  wire: Wire,
  { inFlight, textBytes }: TrafficSpec,
  place: number,
): Publisher {
  const text = textOf(place).padEnd(textBytes ?? 0, "x");
  return new Publisher(client, wire, { room, text, most: inFlight ?? 1 });
}

/** Sets the publishers going; returns the timer of those that keep a pace. */
function start(
  publishers: readonly Publisher[],
  { inFlight, perSecond = 0 }: TrafficSpec,
): ReturnType<typeof setInterval> | undefined {
  if (inFlight !== undefined) {
    for (const publisher of publishers) publisher.send(inFlight);
    return undefined;
  }
  let next = 0;
  return setInterval(() => {
    publishers[next++ % publishers.length]?.send(1);
  }, 1000 / perSecond);
}

/** What a connection's chunks mean. */
function reading(
  client: Client,
  { tally, totals, publisher, ack, times }: {
    tally: Tally;
    totals: Totals;
    publisher: Publisher | undefined;
    ack: string | undefined;
    times: TimeReader | undefined;
  },
): (chunk: Uint8Array) => void {
  const acks = ack === undefined ? undefined : new Finder(ack);
  let pings = 0;
  return (chunk) => {
    const own = tally.own;
    tally.feed(chunk);
    const confirmed = acks?.feed(chunk) ?? tally.own - own;
    if (confirmed > 0 && !totals.stopped) {
      totals.confirmed += confirmed;
      publisher?.send(confirmed);
    }
    if (times !== undefined && totals.measuring) {
      const now = micros();
      times.feed(chunk, (sent) => totals.latencies.add(now - sent));
    }
    if (tally.pings > pings) {
      pings = tally.pings;
      client.pong();
    }
  };
}
