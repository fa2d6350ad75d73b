/**
 * The real program as a child process, with exactly the permissions of
 * `deno task start`. Owns starting it, waiting for its address, and its end.
 */

import { builtPages } from "../built_pages.ts";
import { taskCommand } from "./run.ts";
import { TempFolder } from "../temp.ts";

/** How to start it. */
export interface ProgramOptions {
  /** Settings; without a port it gets a free one, without a store it gets
   * {@linkcode Program.folder}'s. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Stands for `data`, the one folder it may write to. */
  readonly folder?: TempFolder;
  /** A command that runs the one behind it, such as `nice`. */
  readonly through?: readonly string[];
  /** The whole command in place of `deno task start`'s; no setting is added. */
  readonly command?: readonly string[];
  /** Where it runs; here, if it is not said. */
  readonly cwd?: string;
}

/** How a program has ended, and what it has printed. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

const READY = /^Hubbub is listening on ((?:https?|unix):\S+)$/m;

/**
 * The command of `deno task start`, with another folder in place of data.
 *
 * @param folder The folder it may write to.
 * @returns What comes after `deno`: `run`, its flags, and `main.ts`.
 */
export function startCommand(folder: string): string[] {
  return taskCommand("start").map((word) =>
    word.replace(
      /^(--allow-(?:read|write)=)(.*)$/,
      (_, flag, paths: string) =>
        flag + paths.split(",").map((path) => path === "data" ? folder : path),
    )
  );
}

function has(args: readonly string[], flag: string): boolean {
  return args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
}

/** Starts the program, whether or not it will listen. */
function spawn(
  options: ProgramOptions,
  folder: TempFolder,
) {
  const { args = [], env = {}, through = [], cwd } = options;
  const [command = Deno.execPath(), ...rest] = [
    ...through,
    ...options.command ?? [Deno.execPath(), ...startCommand(folder.path)],
    ...args,
  ];
  return new Deno.Command(command, {
    args: rest,
    ...(cwd !== undefined && { cwd }),
    // Nothing but what a test says: its own environment is not the program's.
    clearEnv: true,
    env: { ...inherited(), NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What Deno itself needs to find its cache, and the transport. */
function inherited(): Record<string, string> {
  const names = [
    ...["PATH", "HOME", "DENO_DIR", "NPM_CONFIG_REGISTRY"],
    // Says over which transport the tests run.
    "HUBBUB_TRANSPORT",
  ];
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/**
 * Runs the program for as long as it lives, for settings it does not start
 * with.
 *
 * @param options How to start it; nothing is added to its `args`.
 * @returns Its exit code and what it printed.
 */
export async function runProgram(options: ProgramOptions): Promise<Ended> {
  using temp = new TempFolder();
  const child = spawn(options, options.folder ?? temp);
  const [stdout, stderr, { code, signal }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  return { code, signal, stdout, stderr };
}

/** The program, listening. */
export class Program implements AsyncDisposable {
  /** Where its page is. */
  readonly url: URL;
  /** Resolves when it has ended, by itself or by a signal. */
  readonly ended: Promise<Ended>;
  /** Where its files are. */
  readonly folder: TempFolder;
  readonly #child: Deno.ChildProcess;
  readonly #options: ProgramOptions;

  private constructor(
    child: Deno.ChildProcess,
    { url, ended, folder, options }: {
      url: URL;
      ended: Promise<Ended>;
      folder: TempFolder;
      options: ProgramOptions;
    },
  ) {
    this.#child = child;
    this.url = url;
    this.ended = ended;
    this.folder = folder;
    this.#options = options;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param options How to start it.
   * @throws {Error} With what it printed, when it ends instead.
   */
  static async start(options: ProgramOptions = {}): Promise<Program> {
    const folder = options.folder ?? new TempFolder();
    const { args = [], env = {}, command, cwd } = options;
    if (command === undefined && cwd === undefined) await builtPages();
    const added = (flag: string, variable: string, value: string) =>
      command !== undefined || has(args, flag) || variable in env
        ? []
        : [flag, value];
    const child = spawn({
      ...options,
      args: [
        ...added("--port", "PORT", "0"),
        ...added(
          "--store",
          "HUBBUB_STORE",
          `sqlite:${folder.file("hubbub.db")}`,
        ),
        ...args,
      ],
    }, folder);
    const ready = Promise.withResolvers<string>();
    const ended = Promise.all([
      readAll(child.stdout, (text) => {
        const address = READY.exec(text)?.[1];
        if (address !== undefined) ready.resolve(address);
      }),
      new Response(child.stderr).text(),
      child.status,
    ]).then(([stdout, stderr, { code, signal }]) => {
      const end = { code, signal, stdout, stderr };
      ready.reject(new Error(`Ended before it listened`, { cause: end }));
      return end;
    });
    try {
      const url = new URL(await ready.promise);
      return new Program(child, { url, ended, folder, options });
    } catch (error) {
      if (options.folder === undefined) folder[Symbol.dispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The headers of a request by the operator of an open server. */
  get operator(): { readonly authorization: string } {
    const file = this.folder.file("hubbub.db.operator-token");
    return {
      authorization: `Bearer ${Deno.readTextFileSync(file).trim()}`,
    };
  }

  /** The address of one of its WebSockets. */
  socket(path: string): string {
    return new URL(path, this.url).href.replace(/^http/, "ws");
  }

  /** Sends it a signal; {@linkcode ended} tells what came of it. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Starts another one with the same settings, address and files; this one
   * has ended. Both are to be disposed of, the second one first. */
  async startAgain(): Promise<Program> {
    await this.ended;
    const { args = [] } = this.#options;
    return await Program.start({
      ...this.#options,
      folder: this.folder,
      args: has(args, "--port") ? args : ["--port", this.url.port, ...args],
    });
  }

  /** Stops it as a service manager does. */
  stop(): Promise<Ended> {
    this.signal("SIGTERM");
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.ended;
    if (this.#options.folder === undefined) this.folder[Symbol.dispose]();
  }
}

/** Reads a stream to its end, showing all that has come after each part. */
async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  show: (text: string) => void,
): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    show(text);
  }
  return text;
}
