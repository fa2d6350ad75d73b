/**
 * The programs a run starts, and their certain end: each is bounded in time
 * and ended by its own id.
 */

/** A program with its arguments. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Longest time a server may take until it listens, milliseconds. */
const START_MS = 15_000;
/** Longest time between asking a server to stop and stopping it. */
const STOP_MS = 3_000;
/** Longest time for anything else that is run. */
const RUN_MS = 120_000;

function command({ command, args, cwd, env }: Launch): Deno.Command {
  return new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(cwd !== undefined && { cwd }),
    env: { NO_COLOR: "1", ...env },
  });
}

/** What runs now, to be ended with us. */
const running = new Set<Deno.ChildProcess>();

function spawn(launch: Launch): Deno.ChildProcess {
  const child = command(launch).spawn();
  running.add(child);
  child.status.finally(() => running.delete(child));
  return child;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    for (const child of running) child.kill("SIGKILL");
    Deno.exit(130);
  });
}

/** What a program's failure looks like in one message. */
function failure(launch: Launch, stderr: string): Error {
  const name = launch.command.split("/").at(-1);
  const script = launch.args.find((arg) => /\.(ts|mjs|py)$/.test(arg))
    ?.split("/").at(-1);
  const said = stderr.trim().split("\n").slice(-6).join("\n  ");
  return new Error(`${name} ${script ?? ""} failed: ${said}`);
}

/**
 * Runs a program to its end.
 *
 * @returns The program's output.
 * @throws {Error} If the program fails, with the end of its error output.
 */
export async function execute(launch: Launch): Promise<string> {
  const child = spawn(launch);
  const timer = setTimeout(() => child.kill("SIGKILL"), RUN_MS);
  try {
    const { success, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    if (!success) throw failure(launch, decoder.decode(stderr));
    return decoder.decode(stdout);
  } finally {
    clearTimeout(timer);
  }
}

/** A server under test. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Starts a server and waits for the first line that has its address.
   *
   * @param launch What to start.
   * @param known Its port, and what it says when it listens, where it does not
   * tell its address.
   * @throws {Error} When it ends, or takes too long, before that.
   */
  static async start(
    launch: Launch,
    known?: { readonly port: number; readonly says: string },
  ): Promise<ServerProcess> {
    const child = spawn(launch);
    const stderr = new Response(child.stderr).text();
    const timer = setTimeout(() => child.kill("SIGKILL"), START_MS);
    let said = "";
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) throw failure(launch, await stderr);
        said += value;
        const port = known === undefined
          ? /https?:\/\/[^\s/]*:(\d+)/.exec(said)?.[1]
          : said.includes(known.says)
          ? known.port
          : undefined;
        if (port === undefined) continue;
        drain(reader);
        return new ServerProcess(child, Number(port));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    const kill = (signal: Deno.Signal) => {
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
    };
    kill("SIGTERM");
    const timer = setTimeout(() => kill("SIGKILL"), STOP_MS);
    await child.status;
    clearTimeout(timer);
  }
}

/** Drains unused output, so that the program does not block on a full pipe. */
async function drain(reader: ReadableStreamDefaultReader<string>) {
  while (!(await reader.read()).done);
}
