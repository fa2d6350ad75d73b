/**
 * What is known of one room's log from what its authors and readers were told.
 * Pure. The first one to tell of a message fixes which text its seq carries;
 * everyone after that must agree.
 */

import type { Report } from "./violation.ts";

/** One room's log, as clients reported it. */
export class KnownLog {
  readonly room: string;
  /** Messages that the server keeps; `Infinity` when none may be gone. */
  readonly retain: number;
  readonly #report: Report;
  #epoch: string | undefined;
  /** By seq. */
  readonly #texts: (string | undefined)[] = [];
  /** First client to report each seq. */
  readonly #reporters: string[] = [];
  readonly #seqs = new Map<string, number>();
  #top = 0;
  /** The furthest gap that was announced. */
  #gap: { readonly to: number; readonly reader: string } | undefined;

  constructor(room: string, retain: number, report: Report) {
    this.room = room;
    this.retain = retain;
    this.#report = report;
  }

  /** The newest seq that any client reported. */
  get top(): number {
    return this.#top;
  }

  /** Messages that any client reported. */
  get size(): number {
    return this.#seqs.size;
  }

  textAt(seq: number): string | undefined {
    return this.#texts[seq];
  }

  seqOf(text: string): number | undefined {
    return this.#seqs.get(text);
  }

  /** Returns the first client that reported a seq. */
  reporterOf(seq: number): string {
    return this.#reporters[seq] ?? "nobody";
  }

  /** Checks that a reader's epoch is the log's only epoch. */
  lives(epoch: string, reader: string): void {
    this.#epoch ??= epoch;
    if (this.#epoch === epoch) return;
    this.#report({
      room: this.room,
      reader,
      what: `the log began anew: epoch ${this.#epoch} became ${epoch}`,
    });
    this.#epoch = epoch;
  }

  /** Fixes which text a seq carries, or checks that it is the one. */
  place(seq: number, text: string, scriptPublisher: string): void {
    const { room } = this;
    const known = this.#texts[seq];
    if (known !== undefined && known !== text) {
      const what = `carries "${text}", but "${known}" for ` +
        this.reporterOf(seq);
      return this.#report({ room, seq, reader: scriptPublisher, what });
    }
    const place = this.#seqs.get(text);
    if (place !== undefined && place !== seq) {
      const what =
        `"${text}" is stored twice: as seq ${place} too, known from ` +
        this.reporterOf(place);
      return this.#report({ room, seq, reader: scriptPublisher, what });
    }
    if (known !== undefined) return;
    this.#texts[seq] = text;
    this.#reporters[seq] = scriptPublisher;
    this.#seqs.set(text, seq);
    this.#top = Math.max(this.#top, seq);
  }

  /** Records that a reader learned of a gap up to a seq. */
  gone(to: number, reader: string): void {
    if (to > (this.#gap?.to ?? 0)) this.#gap = { to, reader };
  }

  /** The end: is it whole, and is there only what was sent? */
  audit(wasSent: (text: string) => boolean): void {
    const { room } = this;
    for (let seq = 1; seq <= this.#top; seq++) {
      const text = this.#texts[seq];
      if (text === undefined) {
        if (this.retain < Infinity) continue;
        this.#report({ room, seq, what: "no client reported it" });
      } else if (!wasSent(text)) {
        const reader = this.reporterOf(seq);
        this.#report({ room, seq, reader, what: `nobody sent "${text}"` });
      }
    }
    const gap = this.#gap;
    if (gap === undefined || gap.to <= this.#top - this.retain) return;
    const what = `told that it is gone, but the newest is only ${this.#top}`;
    this.#report({ room, seq: gap.to, reader: gap.reader, what });
  }
}
