/** Lines to stdout, until nobody reads them any more or it takes no more. */

/** Where lines go. */
export interface Sink {
  /** Writes all of it, waiting as long as that takes. */
  writeSync(bytes: Uint8Array): number;
}

/** When to look whether a pipe still has a reader, milliseconds after a line. */
const PROBES_MS = [100, 1_000];

/**
 * Writes synchronously on purpose: with a reader that is slow this program
 * stops reading from the server, which then lets it lag and catch up.
 */
export class Output {
  readonly #sink: Sink;
  readonly #probe: string;
  readonly #broken = Promise.withResolvers<Error | undefined>();
  readonly #encoder = new TextEncoder();
  #timers: ReturnType<typeof setTimeout>[] = [];
  #isBroken = false;

  /**
   * @param sink Such as `Deno.stdout`.
   * @param options `probe`: text that may stand before any line without
   * changing what it means. A pipe tells that its reader is gone only when
   * something is written to it, and after `| head -1` the next line may be long
   * in coming. Without it only the next line finds out.
   */
  constructor(sink: Sink, { probe = "" }: { probe?: string } = {}) {
    this.#sink = sink;
    this.#probe = probe;
  }

  /** Resolves when nobody reads any more, or with why nothing can be written. */
  get broken(): Promise<Error | undefined> {
    return this.#broken.promise;
  }

  /** Writes a line; nothing once it is broken. */
  line(text: string): void {
    this.#write(`${text}\n`);
    this.close();
    if (this.#probe === "" || this.#isBroken) return;
    this.#timers = PROBES_MS.map((ms) =>
      setTimeout(() => this.#write(this.#probe), ms)
    );
  }

  /** Looks no more whether anybody reads. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #write(text: string): void {
    if (this.#isBroken) return;
    try {
      const bytes = this.#encoder.encode(text);
      for (let sent = 0; sent < bytes.length;) {
        sent += this.#sink.writeSync(bytes.subarray(sent));
      }
    } catch (error) {
      this.#isBroken = true;
      this.close();
      const nobodyReads = error instanceof Deno.errors.BrokenPipe;
      this.#broken.resolve(nobodyReads ? undefined : error as Error);
    }
  }
}
