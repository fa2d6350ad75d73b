/**
 * How far one reader has got in one room, and whether every step was right.
 * Pure. A step is right when it goes to the next seq; others need a reason.
 */

import type { Recovered } from "../../protocol/events.ts";
import type { Cursor } from "../../protocol/message.ts";
import type { KnownLog } from "./known_log.ts";
import type { Report } from "./violation.ts";

/** The server's answer to a reader's join. */
export interface Join {
  readonly room: string;
  readonly epoch: string;
  /** What it asked to go on from, if anything. */
  readonly since?: Cursor | undefined;
  /** What it asked to have replayed otherwise. */
  readonly limit: number;
  readonly after: number;
  readonly head: number;
  readonly recovered: Recovered;
  readonly missed: number;
}

/** Which messages a reader is not shown, since they are its own. */
export type Hides = (text: string) => boolean;

/** A message as a reader got it. */
export interface Delivery {
  readonly room: string;
  readonly seq: number;
  readonly text: string;
  /** Whether it was marked as older than the joining. */
  readonly replay?: boolean | undefined;
}

/** One reader in one room. */
export class Reading {
  readonly #reader: string;
  readonly #log: KnownLog;
  readonly #hides: Hides;
  readonly #report: Report;
  /** The last seq in this connection; undefined when it has just begun. */
  #cursor: number | undefined;
  /** The last seq ever. */
  #top = 0;
  /** What this connection began without, until its replay accounts for it. */
  #hole: { readonly from: number; readonly to: number } | undefined;
  #replayed = 0;
  #replays = 0;

  /**
   * @param reader Its name in reports.
   * @param log What it reads.
   * @param options What it is not shown, and where violations go.
   */
  constructor(
    reader: string,
    log: KnownLog,
    { hides, report }: { hides: Hides; report: Report },
  ) {
    this.#reader = reader;
    this.#log = log;
    this.#hides = hides;
    this.#report = report;
  }

  /** The last seq ever; 0 before the first. */
  get top(): number {
    return this.#top;
  }

  /** Whether the reader has every message that any client reported. */
  get complete(): boolean {
    while (this.#hidden(this.#top + 1)) this.#top++;
    return this.#top >= this.#log.top;
  }

  /** It joined with a cursor of its own, at first or again. */
  joined(join: Join): void {
    const { epoch, since, after, head, recovered, missed, limit } = join;
    this.#log.lives(epoch, this.#reader);
    this.#hole = undefined;
    if (since === undefined) {
      const from = Math.max(0, head - limit);
      if (after < from || (after > from && this.#keepsAll)) {
        this.#wrong(after, `joined behind it instead of behind ${from}`);
      }
    } else {
      const had = this.#cursor ?? since.seq;
      if (since.seq !== had) {
        this.#wrong(since.seq, `asked for what follows it but has seq ${had}`);
      }
      if (recovered === "none") {
        this.#wrong(since.seq, "its cursor was not known");
      } else if (recovered === "full" && after !== since.seq) {
        this.#wrong(after, `resumed behind it instead of behind ${since.seq}`);
      } else if (missed !== after - since.seq) {
        this.#wrong(after, `told that ${missed} are gone since ${since.seq}`);
      }
      if (recovered === "partial" && after > head - this.#log.retain) {
        this.#wrong(after, `told that it is gone, but the newest is ${head}`);
      }
    }
    this.#goTo(after);
  }

  /**
   * It came without a cursor, at first or again.
   *
   * @param replays How many of the newest messages it is shown, if there are
   * so many.
   */
  began(replays: number): void {
    this.#cursor = undefined;
    this.#hole = undefined;
    this.#replayed = 0;
    this.#replays = replays;
  }

  /**
   * Records a delivery.
   *
   * @returns Whether the message was new to the reader.
   */
  delivered({ seq, replay = false }: Omit<Delivery, "text">): boolean {
    this.#skipHidden(seq);
    if (this.#cursor === undefined) this.#begin(seq);
    if (replay) this.#replayed++;
    else this.#accountForHole();
    const cursor = this.#cursor ?? 0;
    if (seq <= cursor) {
      this.#wrong(seq, `delivered twice or out of order: it had seq ${cursor}`);
      return false;
    }
    if (seq > cursor + 1) {
      this.#wrong(seq, `seq ${cursor + 1} to ${seq - 1} were left out before`);
    }
    const fresh = seq > this.#top;
    this.#goTo(seq);
    return fresh;
  }

  /**
   * Records a gap event.
   *
   * @returns Whether the gap was new to the reader.
   */
  gap({ from, to }: { from?: number; to: number }): boolean {
    const cursor = this.#cursor ?? this.#top;
    // After a partial resume, the client library reports the same gap again.
    if (to <= cursor) return false;
    // Without a cursor, only the server knows the first seq.
    const began = this.#cursor === undefined;
    if (from !== undefined && from !== cursor + 1 && !began) {
      this.#wrong(from, `told that it to ${to} are gone, but it had ${cursor}`);
    }
    this.#log.gone(to, this.#reader);
    this.#hole = undefined;
    this.#goTo(to);
    return true;
  }

  /** Reports messages still missing at the end. */
  finish(): void {
    if (this.complete) return;
    const { top } = this.#log;
    const what = `never got it: it ended at seq ${this.#top}, the newest is ` +
      `${top}, known from ${this.#log.reporterOf(top)}`;
    this.#wrong(this.#top + 1, what);
  }

  get #keepsAll(): boolean {
    return this.#log.retain === Infinity;
  }

  #wrong(seq: number, what: string): void {
    const { room } = this.#log;
    this.#report({ room, seq, reader: this.#reader, what });
  }

  #goTo(seq: number): void {
    this.#cursor = seq;
    this.#top = Math.max(this.#top, seq);
  }

  #hidden(seq: number): boolean {
    const text = this.#log.textAt(seq);
    return text !== undefined && this.#hides(text);
  }

  /** Goes over its own messages, where it is not shown these. */
  #skipHidden(upTo: number): void {
    while (this.#top + 1 < upTo && this.#hidden(this.#top + 1)) this.#top++;
    if (this.#cursor === undefined) return;
    while (this.#cursor + 1 < upTo && this.#hidden(this.#cursor + 1)) {
      this.#cursor++;
    }
  }

  /** The first message of a connection without a cursor. */
  #begin(seq: number): void {
    this.#cursor = seq - 1;
    if (this.#top === 0 || seq <= this.#top + 1) return;
    this.#hole = { from: this.#top + 1, to: seq - 1 };
  }

  /** The replay is over: did it reach back as far as it should? */
  #accountForHole(): void {
    const hole = this.#hole;
    this.#hole = undefined;
    if (hole === undefined || !this.#keepsAll) return;
    if (this.#replayed >= this.#replays) return;
    const what = `it to ${hole.to} were not replayed, though the reader got ` +
      `only ${this.#replayed} of the newest ${this.#replays}`;
    this.#wrong(hole.from, what);
  }
}
