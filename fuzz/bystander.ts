/**
 * Somebody in a room of the same server who must notice nothing: says
 * something, waits for the echo and the ack, and again, for as long as it takes.
 */

const ROOM = "witness-stand";
/** The longest an echo may take. */
const MOST_MS = 5_000;
const PAUSE_MS = 20;

/** The witness. */
export class Bystander {
  readonly #socket: WebSocket;
  readonly #complain: (words: string) => void;
  #left = false;
  #published = 0;
  #at = 0;
  #missing = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Echoes received. */
  echoes = 0;
  /** The longest one took, milliseconds. */
  slowestMs = 0;

  private constructor(
    socket: WebSocket,
    complain: (words: string) => void,
  ) {
    this.#socket = socket;
    this.#complain = complain;
  }

  /**
   * Goes in and begins to talk.
   *
   * @param port Where the server is, on 127.0.0.1.
   * @param complain Receives every violation.
   */
  static async enter(
    port: number,
    complain: (words: string) => void,
  ): Promise<Bystander> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, ["hubbub.v1"]);
    const bystander = new Bystander(socket, complain);
    const joined = Promise.withResolvers<void>();
    socket.onopen = () =>
      socket.send(
        `{"type":"hello","name":"Witness"}\n{"type":"join","room":"${ROOM}"}`,
      );
    socket.onclose = ({ code }) => {
      clearTimeout(bystander.#timer);
      joined.reject(new Error(`Closed with ${code}`));
      if (!bystander.#left) complain(`the witness was closed with ${code}`);
    };
    socket.onmessage = ({ data }) => {
      for (const text of String(data).split("\n")) {
        const event = JSON.parse(text);
        if (event.type === "joined") joined.resolve();
        else if (event.type !== "welcome") bystander.#receive(event);
      }
    };
    await joined.promise;
    bystander.#speak();
    return bystander;
  }

  /** Goes. */
  leave(): Promise<void> {
    this.#left = true;
    clearTimeout(this.#timer);
    return new Promise((resolve) => {
      if (this.#socket.readyState === WebSocket.CLOSED) return resolve();
      this.#socket.addEventListener("close", () => resolve());
      this.#socket.close(1000);
    });
  }

  #speak(): void {
    if (this.#left || this.#socket.readyState !== WebSocket.OPEN) return;
    const text = `still here ${++this.#published}`;
    this.#missing = new Set(["ack", "message"]);
    this.#at = performance.now();
    this.#socket.send(
      JSON.stringify({
        type: "publish",
        room: ROOM,
        text,
        id: this.#published,
      }),
    );
    this.#timer = setTimeout(
      () => this.#complain(`the witness heard nothing for ${MOST_MS} ms`),
      MOST_MS,
    );
  }

  #receive(event: { type: string; seq?: number }): void {
    if (event.seq !== this.#published || !this.#missing.delete(event.type)) {
      return this.#complain(
        `the witness heard ${JSON.stringify(event).slice(0, 300)}`,
      );
    }
    if (this.#missing.size > 0) return;
    clearTimeout(this.#timer);
    this.echoes++;
    const ms = performance.now() - this.#at;
    this.slowestMs = Math.max(this.slowestMs, Math.round(ms));
    this.#timer = setTimeout(() => this.#speak(), PAUSE_MS);
  }
}
