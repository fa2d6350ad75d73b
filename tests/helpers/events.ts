/** A reader of server-sent events, as a script would write one. */

/** One event. */
export interface SentEvent {
  readonly id: string;
  /** `message` unless it says otherwise. */
  readonly type: string;
  // deno-lint-ignore no-explicit-any -- tests know what they expect
  readonly data: any;
}

/** Reads events of one response; hangs up at the end of its scope. */
export class EventReader implements AsyncDisposable {
  readonly #body: ReadableStreamDefaultReader<string>;
  #unread = "";
  /** Comments and `retry` lines that came. */
  readonly asides: string[] = [];

  constructor(response: Response) {
    if (response.body === null) throw new Error("No body");
    this.#body = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Asks for events, and fails if these are refused. */
  static async open(
    url: string,
    { lastId }: { lastId?: string } = {},
  ): Promise<EventReader> {
    const headers: HeadersInit = lastId === undefined
      ? {}
      : { "last-event-id": lastId };
    const response = await fetch(url, { headers });
    if (response.status !== 200) throw new Error(await response.text());
    return new EventReader(response);
  }

  /** The next event; undefined at the end of the stream. */
  async next(): Promise<SentEvent | undefined> {
    while (true) {
      const block = await this.#block();
      if (block === undefined) return undefined;
      const fields = new Map(
        block.split("\n").map((line) => {
          const [, name = "", value = ""] = /^(\w*): ?(.*)$/.exec(line) ?? [];
          return [name, value];
        }),
      );
      const data = fields.get("data");
      if (data === undefined) {
        this.asides.push(block);
        continue;
      }
      return {
        id: fields.get("id") ?? "",
        type: fields.get("event") ?? "message",
        data: JSON.parse(data),
      };
    }
  }

  /** The texts of the next messages; other events are passed over. */
  async texts(count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) {
      const event = await this.next();
      if (event === undefined) throw new Error("The stream ended");
      if (event.type === "message") texts.push(event.data.text);
    }
    return texts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#body.cancel();
  }

  async #block(): Promise<string | undefined> {
    while (true) {
      const end = this.#unread.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#unread.slice(0, end);
        this.#unread = this.#unread.slice(end + 2);
        return block;
      }
      const { value, done } = await this.#body.read();
      if (done) return undefined;
      this.#unread += value;
    }
  }
}
