/** The program itself, started the way people start it, for tests that need
 * the whole of it. */

const READY = /^Hubbub is listening on (http:\S+)$/m;

/** How to start it. */
export interface ServerOptions {
  /** Where it keeps its messages; `sqlite:` paths lie in a {@linkcode TempFolder}. */
  readonly store?: string;
  /** 0, the default, lets it choose one. */
  readonly port?: number;
  /** More of its settings, such as `["--rate", "0"]`. */
  readonly settings?: readonly string[];
}

/** A running server; ended by `stop()`, or at the end of its scope. */
export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly #process: Deno.ChildProcess;

  private constructor(url: string, process: Deno.ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  /** Starts it, and waits until it takes connections. */
  static async start(
    { store = "memory:", port = 0, settings = [] }: ServerOptions = {},
  ): Promise<ServerProcess> {
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--allow-net",
        "--allow-read=static,.tmp",
        "--allow-write=.tmp",
        "--allow-env",
        "main.ts",
        ...["--port", String(port), "--store", store],
        ...["--log-level", "error", ...settings],
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let said = "";
    for await (
      const text of process.stdout.pipeThrough(new TextDecoderStream())
    ) {
      said += text;
      const url = READY.exec(said)?.[1];
      if (url !== undefined) return new ServerProcess(url, process);
    }
    const { code } = await process.status;
    throw new Error(`The server ended with ${code} before it was ready`);
  }

  /** The port, to start another one at the same address. */
  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** A WebSocket address on it. */
  socket(path: string): string {
    return new URL(path, this.url).href.replace(/^http/, "ws");
  }

  /** Ends it the way an operator does. */
  async stop(): Promise<void> {
    this.#end("SIGTERM");
    await this.#process.status;
  }

  /** Ends it the way a crash does. */
  async kill(): Promise<void> {
    this.#end("SIGKILL");
    await this.#process.status;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #end(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended already.
    }
  }
}
