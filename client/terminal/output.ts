/** Writes lines to stdout until the pipe closes or a write fails. */

/** The destination of lines. */
export interface Sink {
  /** Writes synchronously; returns the number of bytes written. */
  writeSync(bytes: Uint8Array): number;
}

/** When to probe whether a pipe has a reader, milliseconds after a line. */
const PROBES_MS = [100, 1_000];

/**
 * Writes lines synchronously: with a slow reader, the program stops reading from
 * the server, which treats it as a slow reader and sends the rest later.
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
   * @param options `probe`: text that can precede any line without changing its
   * meaning. Only a write shows that a pipe's reader has exited, and after
   * `| head -1` the next line may come much later. Without a probe, the next
   * line detects it.
   */
  constructor(sink: Sink, { probe = "" }: { probe?: string } = {}) {
    this.#sink = sink;
    this.#probe = probe;
  }

  /** Resolves when the pipe is closed, or with the error of a failed write. */
  get broken(): Promise<Error | undefined> {
    return this.#broken.promise;
  }

  /** Writes a line; does nothing after a failed write. */
  line(text: string): void {
    this.#write(`${text}\n`);
    this.close();
    if (this.#probe === "" || this.#isBroken) return;
    this.#timers = PROBES_MS.map((ms) =>
      setTimeout(() => this.#write(this.#probe), ms)
    );
  }

  /** Stops the probes. */
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
      const isClosed = error instanceof Deno.errors.BrokenPipe;
      this.#broken.resolve(isClosed ? undefined : error as Error);
    }
  }
}
