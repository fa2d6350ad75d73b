/** The load generator counts by looking at few bytes: here it is held against
 * who reads them all. */

import { assert, assertEquals } from "@std/assert";
import { Histogram } from "../../bench/load/histogram.ts";
import {
  Finder,
  MOST_PUBLISHERS,
  Tally,
  TEXT_BYTES,
  textOf,
  timeOffset,
  TimeReader,
  writeTime,
} from "../../bench/load/tally.ts";
import { median, Results } from "../../bench/results.ts";

const encoder = new TextEncoder();

/** A server's frame (RFC 6455, 5.2). */
function frame(payload: string, first = 0x81): Uint8Array {
  const bytes = encoder.encode(payload);
  const { length } = bytes;
  const header = length < 126
    ? [first, length]
    : length < 65_536
    ? [first, 126, length >> 8, length & 255]
    : [
      first,
      127,
      0,
      0,
      0,
      0,
      0,
      length >> 16,
      length >> 8 & 255,
      length & 255,
    ];
  return Uint8Array.from([...header, ...bytes]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The bytes in chunks that end anywhere. */
function* cut(bytes: Uint8Array, random: () => number) {
  for (let at = 0; at < bytes.length;) {
    const length = 1 + Math.floor(random() ** 4 * 3_000);
    yield bytes.slice(at, at + length);
    at += length;
  }
}

/** Numbers from 0 up to 1, the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What some publisher's message looks like in a line of JSON. */
function line(publisher: number, seq: number): string {
  const text = textOf(publisher);
  return JSON.stringify({ type: "message", seq, text, cid: `c-${seq}` });
}

Deno.test("textOf() is 100 bytes, and JSON escapes none of them", () => {
  for (let publisher = 0; publisher < MOST_PUBLISHERS; publisher++) {
    const text = textOf(publisher);
    assertEquals(encoder.encode(text).length, TEXT_BYTES);
    assertEquals(JSON.stringify(text), `"${text}"`);
  }
});

Deno.test("Tally counts frames and messages however they are framed and cut", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = randomFrom(seed);
    const frames: Uint8Array[] = [];
    let messages = 0;
    let own = 0;
    let pings = 0;
    for (let i = 0; i < 60; i++) {
      // Batches beyond 64 KiB are rare, and last so long.
      const batch = Math.floor(random() ** 8 * 600);
      const publishers = Array.from(
        { length: batch },
        () => Math.floor(random() * MOST_PUBLISHERS),
      );
      messages += batch;
      own += publishers.filter((publisher) => publisher === 3).length;
      frames.push(frame(publishers.map(line).join("\n")));
      if (random() < 0.2) {
        frames.push(frame("", 0x89));
        pings++;
      }
      if (random() < 0.3) {
        frames.push(frame(textOf(3)));
        messages++;
        own++;
      }
    }
    const tally = new Tally(3);
    for (const chunk of cut(joined(frames), random)) tally.feed(chunk);
    assertEquals(
      [tally.frames, tally.messages, tally.own, tally.pings, tally.closed],
      [frames.length, messages, own, pings, false],
      `seed ${seed}`,
    );
  }
});

Deno.test("Finder and TimeReader find matches that span two chunks", () => {
  const random = randomFrom(7);
  const times = Array.from({ length: 500 }, () => Math.floor(random() * 1e9));
  const bytes = joined(times.map((time) => {
    const text = encoder.encode(`"type":"ack"${textOf(0)}`);
    writeTime(text, timeOffset(text), time);
    return text;
  }));
  const finder = new Finder(`"type":"ack"`);
  const reader = new TimeReader();
  const read: number[] = [];
  let found = 0;
  for (const chunk of cut(bytes, random)) {
    found += finder.feed(chunk);
    reader.feed(chunk, (time) => read.push(time));
  }
  assertEquals(found, times.length);
  assertEquals(read, times);
});

Deno.test("Histogram gives quantiles to 1 %", () => {
  const histogram = new Histogram();
  for (let ms = 1; ms <= 1_000; ms++) histogram.add(ms * 1_000);
  for (const share of [0.5, 0.99]) {
    const wanted = share * 1_000;
    assert(Math.abs(histogram.quantile(share) / wanted - 1) < 0.01);
  }
  assertEquals(new Histogram().quantile(0.5), NaN);
});

Deno.test("Results.ratio() is the median of the rounds' ratios, not of the sides", () => {
  const results = new Results();
  const rounds = [[10, 20], [30, 10], [8, 8]];
  for (const [round, sides] of rounds.entries()) {
    for (const [index, value] of sides.entries()) {
      results.add({
        name: "case",
        side: index === 0 ? "a" : "b",
        round,
        measures: { value },
      });
    }
  }
  const figure = (side: string) => ({ name: "case", side, measure: "value" });
  assertEquals(results.median(figure("a")), 10);
  assertEquals(results.ratio(figure("a"), figure("b")), 1);
  assertEquals(median([3, NaN, 1]), 2);
});
