/**
 * The near side of a process's inspector (`deno run --inspect`): asks it to
 * collect its garbage, so that what it holds can be told from what it has not
 * got round to give back, and to break one of its parts.
 */

interface Target {
  readonly webSocketDebuggerUrl: string;
}

/** A connection to an inspector. */
export class Inspector implements Disposable {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (result: unknown) => void>();
  #asked = 0;

  /**
   * Connects.
   *
   * @param address Host and port, as given to `--inspect`.
   */
  static async connect(address: string): Promise<Inspector> {
    const response = await fetch(`http://${address}/json/list`);
    const [target] = await response.json() as Target[];
    if (target === undefined) throw new Error("There is nothing to inspect");
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    const { promise, resolve, reject } = Promise.withResolvers<Event>();
    socket.onopen = resolve;
    socket.onerror = reject;
    await promise;
    return new Inspector(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(data) as {
        id: number;
        result: unknown;
      };
      this.#answers.get(id)?.(result);
      this.#answers.delete(id);
    };
    // Settle pending calls when the process has ended.
    socket.onclose = () => {
      for (const answer of this.#answers.values()) answer(undefined);
    };
  }

  /** Collects all garbage. */
  async collectGarbage(): Promise<void> {
    await this.#ask("HeapProfiler.collectGarbage");
  }

  /** Bytes of JavaScript objects. */
  async usedHeap(): Promise<number> {
    const { usedSize } = await this.#ask("Runtime.getHeapUsage") as {
      usedSize: number;
    };
    return usedSize;
  }

  /**
   * Runs an expression, and waits for the promise it gives.
   *
   * @returns What that settles with; undefined when the process has ended.
   */
  async run(expression: string): Promise<unknown> {
    const answer = await this.#ask("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }) as { result?: { value?: unknown } } | undefined;
    return answer?.result?.value;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #ask(method: string, params: object = {}): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const id = ++this.#asked;
    this.#answers.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }
}
