/**
 * The truth checker: what was acked and what every reader got, compared as it
 * comes. Pure: it knows no socket and no time.
 *
 * "The same order for all, nothing twice" is: every reader goes from seq to
 * seq, and a seq carries the same text for everybody. "Nothing acked is lost"
 * is: the ack's seq carries the acked text, and in the end every reader is at
 * the newest seq that anyone was told of.
 */

import type { Recovered } from "../../protocol/events.ts";
import { KnownLog } from "./known_log.ts";
import {
  type Delivery,
  type Hides,
  type Join,
  Reading,
} from "./reader_position.ts";
import type { Violation } from "./violation.ts";

export type { Delivery, Hides, Join } from "./reader_position.ts";

/** An acknowledgement that an author received. */
export interface Ack {
  readonly author: string;
  readonly room: string;
  readonly seq: number;
  readonly text: string;
}

/** Most violations kept with text; later ones are only counted. */
const KEPT = 200;

const hidesNothing: Hides = () => false;

/** Compares what clients report and records every violation. */
export class DeliveryCheck {
  /** How joins with a cursor, and comings without one, were answered. */
  readonly resumes: Record<Recovered, number> = {
    full: 0,
    partial: 0,
    none: 0,
  };
  readonly #retain: number;
  readonly #logs = new Map<string, KnownLog>();
  readonly #readings = new Map<string, Reading>();
  readonly #hides = new Map<string, Hides>();
  readonly #tellers = new Map<string, string>();
  readonly #sent = new Set<string>();
  readonly #violations: Violation[] = [];
  /** Connections that were closed for a fault, by room. */
  readonly #broken = new Map<string, number>();
  #violationCount = 0;
  #deliveries = 0;
  #gaps = 0;

  /** @param retain Messages that the server keeps a room; by default all. */
  constructor(retain = Infinity) {
    this.#retain = retain;
  }

  /** Records that the server closed a reader's connection because of a fault. */
  broken(room: string): void {
    this.#broken.set(room, (this.#broken.get(room) ?? 0) + 1);
  }

  /**
   * Faults were injected into rooms and sessions: nobody else may have been
   * closed for one.
   *
   * @param most How many may have been closed for faults of their room, by room.
   * @param sessions How many sessions were given one.
   */
  isolated(most: ReadonlyMap<string, number>, sessions: number): void {
    let others = 0;
    for (const [room, closed] of this.#broken) {
      others += Math.max(closed - (most.get(room) ?? 0), 0);
    }
    if (others <= sessions) return;
    const what = `${others} connections were closed for faults of others; ` +
      `faults of sessions were only ${sessions}`;
    this.violated({ what });
  }

  /** Messages that any client reported. */
  get messages(): number {
    let messages = 0;
    for (const { size } of this.#logs.values()) messages += size;
    return messages;
  }

  /** Messages that were new to their readers. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** Gap events that readers received. */
  get gaps(): number {
    return this.#gaps;
  }

  /** All violations, also those not kept in words. */
  get violationCount(): number {
    return this.#violationCount;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** Notes a violation; also one that something else has found. */
  readonly violated = (violation: Violation): void => {
    this.#violationCount++;
    if (this.#violations.length < KEPT) this.#violations.push(violation);
  };

  /** A reader is not shown its own messages when they are live. */
  hides(reader: string, hides: Hides): void {
    this.#hides.set(reader, hides);
  }

  /** Records a text before it is sent. */
  sent(text: string): void {
    this.#sent.add(text);
  }

  /** Records an author's acknowledgement. */
  acked({ author, room, seq, text }: Ack): void {
    let scriptPublisher = this.#tellers.get(author);
    if (scriptPublisher === undefined) {
      scriptPublisher = `the ack to ${author}`;
      this.#tellers.set(author, scriptPublisher);
    }
    this.log(room).place(seq, text, scriptPublisher);
  }

  /** Records that a reader joined with a cursor. */
  joined(reader: string, join: Join): void {
    const reading = this.#reading(reader, join.room);
    if (join.since !== undefined) this.resumes[join.recovered]++;
    else if (reading.top > 0) this.resumes.none++;
    reading.joined(join);
  }

  /** A reader without a cursor came; see {@linkcode Reading.began}. */
  began(reader: string, room: string, replays: number): void {
    const reading = this.#reading(reader, room);
    if (reading.top > 0) this.resumes.none++;
    reading.began(replays);
  }

  /** Records a delivery to a reader. */
  delivered(reader: string, delivery: Delivery): void {
    const { room, seq, text } = delivery;
    this.log(room).place(seq, text, reader);
    if (this.#reading(reader, room).delivered(delivery)) this.#deliveries++;
  }

  /** Records a gap event that a reader received. */
  gap(
    reader: string,
    room: string,
    range: { readonly from?: number; readonly to: number },
  ): void {
    if (this.#reading(reader, room).gap(range)) this.#gaps++;
  }

  /** What is known of a room's log. */
  log(room: string): KnownLog {
    let log = this.#logs.get(room);
    if (log === undefined) {
      log = new KnownLog(room, this.#retain, this.violated);
      this.#logs.set(room, log);
    }
    return log;
  }

  /** The last seq that a reader has got; 0 before the first. */
  cursor(reader: string, room: string): number {
    return this.#reading(reader, room).top;
  }

  /** Whether a reader has every message that any client reported. */
  complete(reader: string, room: string): boolean {
    return this.#reading(reader, room).complete;
  }

  /** Compares a room's member list with the expected members. */
  present(
    room: string,
    names: readonly string[],
    wanted: readonly string[],
  ): void {
    const listed = new Set(names);
    const here = new Set(wanted);
    if (listed.size < names.length) {
      this.violated({ room, what: `listed twice: ${names.join(", ")}` });
    }
    for (const reader of listed.difference(here)) {
      this.violated({ room, reader, what: "a ghost: listed but not here" });
    }
    for (const reader of here.difference(listed)) {
      this.violated({ room, reader, what: "here but not listed" });
    }
  }

  /** What the server's process holds, before and after, in bytes. */
  memory(before: number, after: number, allowed: number): void {
    if (after <= before + allowed) return;
    const what = `memory did not come back: ${before} bytes before, ${after} ` +
      `after; ${allowed} more would be allowed`;
    this.violated({ what });
  }

  /**
   * The end: everybody had time to get everything.
   *
   * @param readers All who should have got everything.
   */
  finish(
    readers: Iterable<{ readonly reader: string; readonly room: string }>,
  ): void {
    for (const { reader, room } of readers) {
      this.#reading(reader, room).finish();
    }
    for (const log of this.#logs.values()) {
      log.audit((text) => this.#sent.has(text));
    }
  }

  #reading(reader: string, room: string): Reading {
    const key = `${reader} ${room}`;
    let reading = this.#readings.get(key);
    if (reading === undefined) {
      reading = new Reading(reader, this.log(room), {
        hides: this.#hides.get(reader) ?? hidesNothing,
        report: this.violated,
      });
      this.#readings.set(key, reading);
    }
    return reading;
  }
}
