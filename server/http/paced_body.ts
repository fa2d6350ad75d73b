/**
 * Streams large response bodies in small slices with backpressure. Cuts off a
 * body whose client reads nothing for too long. Each body buffers one piece of
 * its source.
 */

import type { Clock } from "../runtime/clock.ts";
import type {
  HeldKind,
  Release,
  ResourceLedger,
} from "../runtime/resource_ledger.ts";

/** Bytes per slice; the client must read each within the time limit. */
const SLICE = 16 * 1024;

/** Thrown into the runtime to break the connection. The runtime reports it back
 * as an error, although it is none. */
export class CutAnswer extends Error {
  override name = "CutAnswer";
}

/** Options of {@linkcode PacedBodies}. */
export interface PacedBodiesOptions {
  readonly clock: Pick<Clock, "after">;
  readonly ledger: ResourceLedger;
  /** Time in which the client must read the next 16 KiB, in milliseconds. */
  readonly slowMs: number;
}

/** Source of a body. */
export type Pieces = AsyncIterator<Uint8Array, unknown, void>;

/** Callbacks of one body. */
export interface PacedBodyOptions {
  readonly kind: HeldKind;
  /** Called once when the body ends for any reason. */
  readonly onEnd?: () => void;
  /** Called when the body is cut off. */
  readonly onCut?: () => void;
}

/** All paced bodies of one server. */
export class PacedBodies {
  readonly #options: PacedBodiesOptions;
  /** Functions that cut off each open body. */
  readonly #open = new Set<() => void>();

  constructor(options: PacedBodiesOptions) {
    this.#options = options;
  }

  /**
   * Creates a body.
   *
   * @param source Pulled for its next piece after the previous one was read;
   * `return` is called when the body ends early.
   * @param options Callbacks of the body.
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
      // The source may be busy. Errors after the end do not matter.
      Promise.resolve(source.return?.()).catch(() => {});
      onEnd();
    };
    const cut = () => {
      end();
      onCut();
      controller.error(new CutAnswer());
    };
    /** Pulls the next non-empty piece; returns false at the end. */
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
   * Paces the body of a response if its `content-length` is large.
   *
   * @param answer The response; the caller must not use it afterwards.
   * @param onCut Called when the body is cut off.
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

  /** Cuts off all open bodies. */
  stop(): void {
    for (const cut of this.#open) cut();
  }
}
