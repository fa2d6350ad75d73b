/**
 * Writes log lines to a file, pipe or terminal without blocking or ending the
 * server: lines that cannot be written are dropped and counted. Buffers
 * unwritten lines.
 */

/** Where lines go, such as `Deno.stderr`. */
export interface LogSink {
  /** Writes some or all of it, and resolves with how many bytes. */
  write(bytes: Uint8Array): Promise<number>;
}

/** What {@linkcode LogWriter} needs. */
export interface LogWriterOptions {
  readonly sink: LogSink;
  /** Called when lines are written again after some were dropped. */
  readonly onRecovered: (dropped: number) => void;
}

/** Maximum buffered UTF-16 units if nobody reads. */
const MOST_WAITING = 1_048_576;
const NEW_LINE = 10;

/** The lines of one log, in order. */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #waitingLength = 0;
  #writing: Promise<void> | undefined;
  #dropped = 0;
  /** Dropped lines not yet reported. */
  #untold = 0;
  /** Whether the last write ended within a line. */
  #torn = false;

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /** Lines that could not be written since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Writes a line, soon. Never throws.
   *
   * @param line Without its end.
   */
  line(line: string): void {
    if (this.#waitingLength + line.length > MOST_WAITING) {
      this.#drop(1);
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when all lines so far are written or dropped. Does not resolve
   * while nobody reads: the caller bounds the wait. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingLength = 0;
      if (!await this.#write(lines)) this.#drop(lines.length);
      else if (this.#untold > 0) {
        const dropped = this.#untold;
        this.#untold = 0;
        this.#options.onRecovered(dropped);
      }
    }
    this.#writing = undefined;
  }

  /** Writes lines at once.
   *
   * @returns False when some could not be written. */
  async #write(lines: readonly string[]): Promise<boolean> {
    const start = this.#torn ? "\n" : "";
    const bytes = this.#encoder.encode(`${start}${lines.join("\n")}\n`);
    let sent = 0;
    try {
      while (sent < bytes.length) {
        const count = await this.#options.sink.write(bytes.subarray(sent));
        if (count === 0) return false;
        sent += count;
      }
      return true;
    } catch {
      // The failed write would be reported here.
      return false;
    } finally {
      if (sent > 0) this.#torn = bytes[sent - 1] !== NEW_LINE;
    }
  }

  #drop(count: number): void {
    this.#dropped += count;
    this.#untold += count;
  }
}
