/**
 * Bodies of answers that are too large to be handed over at once: given a
 * little at a time, as their reader takes them, and cut off when it takes
 * nothing for too long. Owns what such a body holds in memory: one piece of its
 * source.
 */

import type { Clock } from "../runtime/clock.ts";
import type {
  HeldKind,
  Release,
  ResourceLedger,
} from "../runtime/resource_ledger.ts";

/** Bytes that are handed over at once, and have to be taken in time. */
const SLICE = 16 * 1024;

/** Why an answer was cut off. The runtime is given it to break the connection,
 * and gives it back as an error: it is none. */
export class CutAnswer extends Error {
  override name = "CutAnswer";
}

/** What {@linkcode PacedBodies} need. */
export interface PacedBodiesOptions {
  readonly clock: Pick<Clock, "after">;
  readonly ledger: ResourceLedger;
  /** Milliseconds in which a reader must take the next 16 KiB. */
  readonly slowMs: number;
}

/** What a body is made of. */
export type Pieces = AsyncIterator<Uint8Array, unknown, void>;

/** How a body is counted. */
export interface PacedBodyOptions {
  readonly kind: HeldKind;
  /** Called once, when it has ended in any way. */
  readonly onEnd?: () => void;
  /** Called when it was cut off. */
  readonly onCut?: () => void;
}

/** All such bodies of one server. */
export class PacedBodies {
  readonly #options: PacedBodiesOptions;
  /** What cuts off each that is open. */
  readonly #open = new Set<() => void>();

  constructor(options: PacedBodiesOptions) {
    this.#options = options;
  }

  /**
   * Makes a body.
   *
   * @param source Asked for its next piece when all of the one before was
   * taken; returned when nobody wants more.
   * @param options What it counts as.
   */
  open(
    source: Pieces,
    { kind, onEnd = () => {}, onCut = () => {} }: PacedBodyOptions,
  ): ReadableStream<Uint8Array> {
    const { clock, ledger, slowMs } = this.#options;
    let piece: Uint8Array = new Uint8Array();
    let release: Release = () => {};
    let stopTimer = () => {};
    let ended = false;
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const end = () => {
      if (ended) return;
      ended = true;
      stopTimer();
      release();
      this.#open.delete(cut);
      // It may be in the middle of something; what it throws then is nobody's.
      Promise.resolve(source.return?.()).catch(() => {});
      onEnd();
    };
    const cut = () => {
      end();
      onCut();
      controller.error(new CutAnswer());
    };
    /** Asks for a piece with something in it; false at the end. */
    const refill = async (): Promise<boolean> => {
      while (piece.length === 0) {
        release();
        const { value, done } = await source.next();
        if (ended || done) return false;
        piece = value;
        release = ledger.hold(kind, piece.length);
      }
      return true;
    };
    this.#open.add(cut);
    return new ReadableStream<Uint8Array>({
      start(given) {
        controller = given;
      },
      async pull() {
        stopTimer();
        try {
          const isMore = await refill();
          if (ended) return;
          if (!isMore) {
            end();
            return controller.close();
          }
        } catch (error) {
          end();
          throw error;
        }
        stopTimer = clock.after(slowMs, cut);
        controller.enqueue(piece.subarray(0, SLICE));
        piece = piece.subarray(SLICE);
      },
      cancel: end,
    }, { highWaterMark: 0 });
  }

  /**
   * Makes an answer give its body a little at a time where it is large and says
   * how large, by `content-length`.
   *
   * @param answer Any; not used any more after that.
   * @param onCut Called when it was cut off.
   */
  paced(answer: Response, onCut: () => void): Response {
    const { body, status, headers } = answer;
    const length = Number(headers.get("content-length"));
    if (body === null || !(length > SLICE)) return answer;
    const source = body.values() as Pieces;
    return new Response(this.open(source, { kind: "answer", onCut }), {
      status,
      headers,
    });
  }

  /** Cuts off all. */
  stop(): void {
    for (const cut of this.#open) cut();
  }
}
