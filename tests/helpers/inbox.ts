/** Frames as they come, for tests that wait for what they expect. */

/** How a connection ended. */
export interface Ended {
  readonly code: number;
  readonly reason: string;
}

/** What one client was sent. */
export class Inbox {
  readonly #frames: string[] = [];
  #ended: Ended | undefined;
  #wake: () => void = () => {};

  push(frame: string): void {
    this.#frames.push(frame);
    this.#wake();
  }

  end(ended: Ended): void {
    this.#ended ??= ended;
    this.#wake();
  }

  /** The frames that came and nobody has asked for. */
  get rest(): readonly string[] {
    return this.#frames;
  }

  /** Takes the next frame; waits for it. */
  async next(): Promise<string> {
    while (true) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#ended !== undefined) {
        const { code, reason } = this.#ended;
        throw new Error(`Closed with ${code} "${reason}" before it came`);
      }
      await this.#news();
    }
  }

  /** Takes frames up to the first that satisfies. */
  async until(wanted: (frame: string) => boolean): Promise<string[]> {
    const frames: string[] = [];
    while (true) {
      const frame = await this.next();
      frames.push(frame);
      if (wanted(frame)) return frames;
    }
  }

  /** How it ends; waits for that. */
  async ended(): Promise<Ended> {
    while (this.#ended === undefined) await this.#news();
    return this.#ended;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }
}
