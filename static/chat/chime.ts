/** The notification sound. Browsers block sound until the user interacts with
 * the page; all sounds requested before that play once. */

/** The browser's audio output. */
export interface Audio {
  /** Returns whether the page may play sound now. */
  runs(): boolean;
  resume(): Promise<void>;
  play(): void;
}

/** Plays the sound, once for all requests that had to wait. */
export class Chime {
  readonly #open: () => Audio;
  readonly #onGesture: (act: () => void) => void;
  #audio: Audio | undefined;
  #waits = false;

  /**
   * @param open Opens the audio output; may throw.
   * @param onGesture Calls back at the next interaction with the page.
   */
  constructor(open: () => Audio, onGesture: (act: () => void) => void) {
    this.#open = open;
    this.#onGesture = onGesture;
  }

  /** Plays now, or after the next interaction with the page. */
  ring(): void {
    try {
      this.#audio ??= this.#open();
    } catch {
      // The browser has no audio output.
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
