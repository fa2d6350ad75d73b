/** A flood under way: sends more than the network takes at once, in bursts
 * between which the page goes on living. How much is model/flood_size.ts's. */

import { burst, type Flood, FRAME, startFlood } from "./model/flood_size.ts";

/** Between two bursts: about a frame of the screen. */
const PAUSE_MS = 16;
const TEXT = "x".repeat(FRAME);

/** What a flood needs of its client. */
export interface FloodShell {
  /** Called before and after each burst, with the frames sent in it. */
  readonly sent: (frames: number) => void;
  /** Called once, when all is out or nothing more can go. */
  readonly ended: (flood: Flood) => void;
}

/** One flood. */
export class FloodSender {
  #flood: Flood;
  #over = false;
  readonly #socket: WebSocket;
  readonly #shell: FloodShell;

  constructor(socket: WebSocket, mib: number, shell: FloodShell) {
    this.#socket = socket;
    this.#shell = shell;
    this.#flood = startFlood(mib, performance.now());
  }

  get frames(): number {
    return this.#flood.frames;
  }

  /** Sends a burst, and more of them later. */
  pour(): void {
    if (this.#over) return;
    this.#shell.sent(0);
    const { bufferedAmount, readyState } = this.#socket;
    const { sent, frames: all } = this.#flood;
    const out = sent === all && bufferedAmount === 0;
    if (out || readyState !== WebSocket.OPEN) return this.stop();
    const frames = burst(this.#flood, bufferedAmount);
    for (let n = 0; n < frames; n++) this.#socket.send(TEXT);
    this.#flood = { ...this.#flood, sent: sent + frames };
    this.#shell.sent(frames);
    setTimeout(() => this.pour(), PAUSE_MS);
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#shell.ended(this.#flood);
  }
}
