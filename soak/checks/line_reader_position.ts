/**
 * What a reader of bare lines got, turned into what the truth checker compares:
 * lines have no seq, so each waits until somebody else has told which seq its
 * text has. Pure.
 */

import type { DeliveryCheck } from "./delivery_check.ts";

type Step =
  | { readonly kind: "began"; readonly replays: number }
  | { readonly kind: "line"; readonly text: string; readonly replay: boolean }
  | { readonly kind: "gone" };

/** The lines of one reader in one room. */
export class LineReading {
  readonly #check: DeliveryCheck;
  readonly #reader: string;
  readonly #room: string;
  #steps: Step[] = [];
  /** Whether a gap precedes the next line. */
  #gone = false;

  constructor(
    check: DeliveryCheck,
    { reader, room }: { reader: string; room: string },
  ) {
    this.#check = check;
    this.#reader = reader;
    this.#room = room;
  }

  /** Whether the seq of every line is known. */
  get settled(): boolean {
    this.settle();
    return this.#steps.length === 0;
  }

  /** It came, at first or again; see {@linkcode DeliveryCheck.began}. */
  began(replays: number): void {
    this.#steps.push({ kind: "began", replays });
  }

  line(text: string, replay: boolean): void {
    this.#steps.push({ kind: "line", text, replay });
    this.settle();
  }

  /** Records a gap. */
  gone(): void {
    this.#steps.push({ kind: "gone" });
  }

  /** Passes on the lines whose seq is known by now. */
  settle(): void {
    let done = 0;
    for (const step of this.#steps) {
      if (!this.#take(step)) break;
      done++;
    }
    if (done > 0) this.#steps.splice(0, done);
  }

  /** Reports lines whose seq is still unknown at the end. */
  finish(): void {
    this.settle();
    for (const step of this.#steps) {
      if (step.kind !== "line") continue;
      this.#check.violated({
        room: this.#room,
        reader: this.#reader,
        what: `got "${step.text}", which nobody else knows of`,
      });
    }
  }

  /** @returns Whether it could be passed on. */
  #take(step: Step): boolean {
    const reader = this.#reader;
    const room = this.#room;
    switch (step.kind) {
      case "began":
        this.#gone = false;
        this.#check.began(reader, room, step.replays);
        return true;
      case "gone":
        this.#gone = true;
        return true;
      case "line": {
        const { text, replay } = step;
        const seq = this.#check.log(room).seqOf(text);
        if (seq === undefined || !this.#knowsBefore(seq)) return false;
        if (this.#gone) {
          // Where they end, only the next line tells.
          this.#check.gap(reader, room, { to: seq - 1 });
          this.#gone = false;
        }
        this.#check.delivered(reader, { room, seq, text, replay });
        return true;
      }
    }
  }

  /** Whether it is known what is between its last line and this one: only then
   * can it be told whether that was its own. */
  #knowsBefore(seq: number): boolean {
    const log = this.#check.log(this.#room);
    // What nobody got is never known; then its own must not be hidden.
    if (log.retain < Infinity) return true;
    const last = this.#check.cursor(this.#reader, this.#room);
    for (let before = seq - 1; before > last; before--) {
      if (log.textAt(before) === undefined) return false;
    }
    return true;
  }
}
