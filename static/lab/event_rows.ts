/**
 * What happens on a client's connections as rows of its log: owns the words
 * of each row. What happens is client.ts's.
 */

import { sizeOf, sizeWords } from "./model/bytes.ts";
import { type Direction, EventLog } from "./model/event_log.ts";
import { words } from "../words/lab_catalogue.ts";
import { FRAME } from "./model/flood_size.ts";

/** What a row has beside its time, direction and kind. */
interface Details {
  readonly data?: string | Uint8Array;
  readonly size?: number;
  readonly note?: string;
}

/** The rows of one client. */
export class EventRows {
  readonly log = new EventLog();
  readonly #changed: () => void;

  /** @param changed Called when there is something new to draw. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  connecting(address: string, protocols: readonly string[]): void {
    this.#event(
      "connecting",
      words.connectingTo(address, protocols.join(", ")),
    );
  }

  opened(): void {
    this.#event("open");
  }

  failed(): void {
    this.#event("error", words.pagesAreNotTold);
  }

  closed({ code, reason, wasClean }: CloseEvent): void {
    const why = reason && `, ${words.quoted(reason)}`;
    const how = wasClean ? words.clean : words.notClean;
    this.#event("close", `${code}${why}, ${how}`);
  }

  /** One called `close()`. */
  closeCalled(code: number | undefined, reason: string): void {
    const what = String(code ?? words.noCode);
    this.#event("close()", words.closeCalledWith(what, reason));
  }

  /** The lab called `close()`, as one connects elsewhere. */
  left(): void {
    this.#event("close()", words.toConnectElsewhere);
  }

  /** The browser did not do what it was asked for. */
  refused(problem: string): void {
    this.#event("refused", problem);
  }

  sent(data: string | Uint8Array): void {
    this.#add("sent", "send", { data, size: sizeOf(data) });
  }

  /** What was sent on a connection that is no longer open. */
  thrownAway(data: string | Uint8Array): void {
    this.#add("sent", "send", { data, note: words.thrownAway });
  }

  floodBegan(frames: number): void {
    this.#add("sent", "flood", {
      note: words.floodBegan(frames, sizeWords(FRAME)),
    });
  }

  /**
   * A flood ended.
   *
   * @param progress How far it got.
   * @param ms How long it took.
   * @param peak The most that `bufferedAmount` was.
   */
  floodEnded(progress: string, ms: number, peak: number): void {
    this.#event(
      "flood ended",
      words.floodEnded(progress, Math.round(ms), sizeWords(peak)),
    );
  }

  received(data: string | ArrayBuffer | Blob): void {
    if (typeof data === "string") {
      this.#add("received", "message", { data, size: sizeOf(data) });
    } else if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data);
      this.#add("received", "message", { data: bytes, size: sizeOf(bytes) });
    } else {
      // The row has its place now, its data a moment later.
      const { id } = this.#add("received", "message", { size: data.size });
      data.arrayBuffer().then((buffer) => {
        this.log.fill(id, new Uint8Array(buffer));
        this.#changed();
      });
    }
  }

  #event(what: string, note?: string): void {
    this.#add("event", what, note === undefined ? {} : { note });
  }

  #add(
    direction: Direction,
    what: string,
    { data = "", size, note }: Details,
  ) {
    this.#changed();
    return this.log.add({
      at: performance.timeOrigin + performance.now(),
      direction,
      what,
      data,
      size,
      ...(note !== undefined && { note }),
    });
  }
}
