/** The sound that calls for attention. Browsers are silent until the page is
 * touched: what was to sound by then sounds once. */

/** Sound as the browser has it. */
export interface Audio {
  /** Whether the page may make a sound already. */
  runs(): boolean;
  resume(): Promise<void>;
  play(): void;
}

/** Rings, at most once for all that had to wait. */
export class Chime {
  readonly #open: () => Audio;
  readonly #onGesture: (act: () => void) => void;
  #audio: Audio | undefined;
  #waits = false;

  /**
   * @param open Opens the browser's sound; may throw.
   * @param onGesture Calls back when the page is touched next.
   */
  constructor(open: () => Audio, onGesture: (act: () => void) => void) {
    this.#open = open;
    this.#onGesture = onGesture;
  }

  /** Rings now, or when the page may. */
  ring(): void {
    try {
      this.#audio ??= this.#open();
    } catch {
      // There is no sound here.
      return;
    }
    const audio = this.#audio;
    if (audio.runs()) return audio.play();
    if (this.#waits) return;
    this.#waits = true;
    this.#onGesture(() => {
      audio.resume().then(() => {
        if (this.#waits) audio.play();
        this.#waits = false;
      }, () => this.#waits = false);
    });
  }
}
