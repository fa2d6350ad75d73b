/**
 * A class that copies the same lines: each client that a page shows, in each
 * language, does what it is shown for when twelve run it at once.
 */

import { assert, assertEquals } from "@std/assert";
import type { Endpoint } from "../../../protocol/lab.ts";
import { SNIPPETS } from "../../../protocol/snippets.ts";
import { TEXT } from "../../../protocol/text.ts";
import { endpointsIn } from "../../../server/lessons/endpoints.ts";
import { LESSONS } from "../../../server/lessons/table.ts";
import { EARLIER, transcript } from "../../../server/lessons/transcript.ts";
import { InProcessServer } from "../../helpers/in_process.ts";

const PUPILS = 12;
const PYTHON = "/usr/bin/python3";
const DEADLINE_MS = 60_000;

/** What each pupil's client has printed. */
class Screens {
  readonly lines: string[][] = Array.from({ length: PUPILS }, () => []);
  #wake = () => {};

  print(pupil: number, line: string): void {
    this.lines[pupil]!.push(line);
    this.#wake();
  }

  /** Waits until something holds for what each has printed. */
  async until(holds: (lines: readonly string[]) => boolean): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const bad = this.lines.find((lines) => !holds(lines)) ?? [];
      late.reject(new Error(`A pupil has only\n${bad.join("\n")}`));
    }, DEADLINE_MS);
    try {
      while (!this.lines.every(holds)) {
        const news = new Promise<void>((wake) => this.#wake = wake);
        await Promise.race([news, late.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Ends what a class has started. */
type End = () => Promise<void>;

/** Opens sockets and closes them all again. */
class Sockets {
  readonly #open: WebSocket[] = [];

  /** A WebSocket class for code that is run as it is. */
  get Class(): typeof WebSocket {
    const open = this.#open;
    return class extends WebSocket {
      constructor(...options: ConstructorParameters<typeof WebSocket>) {
        super(...options);
        open.push(this);
      }
    };
  }

  async end(): Promise<void> {
    await Promise.all(this.#open.map((socket) => {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise((done) =>
        socket.addEventListener("close", done)
      );
      socket.close();
      return closed;
    }));
  }
}

/** Code in which `await` may stand at the top, as in a module. */
const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

function script(code: string, screens: Screens): End {
  const sockets = new Sockets();
  for (let pupil = 0; pupil < PUPILS; pupil++) {
    const log = (...words: unknown[]) => screens.print(pupil, words.join(" "));
    new AsyncFunction("console", "WebSocket", code)({ log }, sockets.Class);
  }
  return () => sockets.end();
}

/** Runs what comes in by as many threads, which print their number first. */
const PYTHON_CLASS = `
import json, os, sys, threading
code = sys.stdin.read()
def pupil(i):
    # One write a line: the threads' lines do not mix, and none is lost.
    say = lambda text: os.write(1, (json.dumps([i, text]) + "\\n").encode())
    exec(code, {"print": say})
for i in range(${PUPILS}):
    threading.Thread(target=pupil, args=(i,), daemon=True).start()
threading.Event().wait()
`;

async function pythonScript(code: string, screens: Screens): Promise<End> {
  const child = new Deno.Command(PYTHON, {
    args: ["-c", PYTHON_CLASS],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await new Blob([code]).stream().pipeTo(child.stdin);
  const read = (async () => {
    let rest = "";
    for await (
      const chunk of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [pupil, text] = JSON.parse(line);
        screens.print(pupil, text);
      }
    }
  })();
  return async () => {
    child.kill();
    await child.status;
    await read;
  };
}

/** The command line as a shell reads it, but what it starts is no wscat. */
async function commandLine(code: string, screens: Screens): Promise<End> {
  const sockets = new Sockets();
  const run = async (pupil: number) => {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `npx() { printf '%s\\0' "$@"; }; ${code}`],
    }).output();
    const words = new TextDecoder().decode(stdout).split("\0");
    const after = (flag: string) =>
      words.flatMap((word, i) => word === flag ? [words[i + 1] ?? ""] : []);
    const [url = ""] = after("-c");
    const socket = new sockets.Class(url, after("-s"));
    socket.onopen = () => after("-x").forEach((text) => socket.send(text));
    socket.onmessage = ({ data }) => screens.print(pupil, data);
  };
  await Promise.all(screens.lines.map((_, pupil) => run(pupil)));
  return () => sockets.end();
}

const RUN: Record<
  typeof SNIPPETS[number]["id"],
  (code: string, screens: Screens) => End | Promise<End>
> = {
  javascript: script,
  deno: script,
  python: pythonScript,
  terminal: commandLine,
};

function hasPython(): boolean {
  try {
    const args = ["-c", "import websockets"];
    return new Deno.Command(PYTHON, { args }).outputSync().success;
  } catch {
    return false;
  }
}

/** Whether all of some lines are among others, in their order. */
function among(wanted: readonly string[], lines: readonly string[]): boolean {
  let next = 0;
  for (const line of lines) if (line === wanted[next]) next++;
  return next === wanted.length;
}

/** What a client of an endpoint must have printed. */
function seen(
  { path, protocols }: Endpoint,
  reportsClose: boolean,
): (lines: readonly string[]) => boolean {
  const lesson = LESSONS.find(({ name }) => path === `/lessons/${name}`);
  if (lesson !== undefined) {
    const wanted = transcript(lesson).flatMap((step) =>
      "closes" in step
        ? reportsClose ? [`Closed with ${step.closes}`] : []
        : step.by === "server"
        ? [step.sends]
        : []
    );
    return (lines) => among(wanted, lines);
  }
  if (path === "/text/garden") {
    return (lines) => lines.filter((line) => /Here now/.test(line)).length >= 2;
  }
  if (path.startsWith("/text/") || protocols.includes(TEXT)) {
    return (lines) => lines.some((line) => /You are in \w+\./.test(line));
  }
  if (protocols.length > 0) {
    return (lines) => lines.some((line) => /"type":"ack"/.test(line));
  }
  return (lines) => lines.some((line) => /"message":"Hello every/.test(line));
}

for (const { id, write } of SNIPPETS) {
  for (const endpoint of endpointsIn("en")) {
    const { path, protocols, says, givesName, closesOn, title } = endpoint;
    Deno.test({
      name: `${PUPILS} copies at once of the ${id} client of “${title}” work`,
      ignore: id === "python" && !hasPython(),
      async fn() {
        await using server = await InProcessServer.start();
        const url = server.socket(path);
        if (/history|broadcast/.test(path)) await before(url);
        const watcher = new Watcher(server.socket("/ws"), [
          "garden",
          "lesson",
        ]);
        await watcher.ready;
        const screens = new Screens();
        const task = { url, protocols, says, givesName, closesOn };
        const end = await RUN[id](write(task), screens);
        try {
          await screens.until(seen(endpoint, /deno|javascript/.test(id)));
          if (says.includes("Hello everyone!")) {
            await watcher.messages(PUPILS);
          }
          if (givesName !== undefined || path.startsWith("/ws")) {
            const names = await watcher.names(PUPILS);
            assertEquals(new Set(names).size, PUPILS);
            for (const from of watcher.authors) assert(names.includes(from));
          }
        } finally {
          await end();
          await watcher.close();
        }
      },
    });
  }
}

/** Says what the transcripts of a lesson with a memory begin with. */
async function before(url: string): Promise<void> {
  const socket = new WebSocket(url);
  await new Promise((open) => socket.onopen = open);
  socket.send(EARLIER);
  await new Promise<void>((answered) =>
    socket.onmessage = ({ data }) => {
      if (data.includes(EARLIER)) answered();
    }
  );
  const closed = new Promise((done) => socket.onclose = done);
  socket.close();
  await closed;
}

/** Somebody in the rooms who sees who is there and what is said. */
class Watcher {
  readonly ready: Promise<void>;
  readonly authors: string[] = [];
  readonly #names = new Set<string>();
  readonly #socket: WebSocket;
  #wake = () => {};

  constructor(url: string, rooms: readonly string[]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#socket = new WebSocket(url, "hubbub.v1");
    this.#socket.onopen = () => {
      const lines = [
        { type: "hello", name: "Watcher" },
        ...rooms.map((room) => ({ type: "join", room })),
      ];
      this.#socket.send(lines.map((line) => JSON.stringify(line)).join("\n"));
    };
    let joined = 0;
    this.#socket.onmessage = ({ data }) => {
      for (const line of data.split("\n").filter(Boolean)) {
        const event = JSON.parse(line);
        if (event.type === "joined" && ++joined === rooms.length) resolve();
        if (event.type === "presence") {
          for (const name of event.joined ?? []) this.#names.add(name);
        }
        if (event.type === "message") this.authors.push(event.from);
        for (const { from } of event.messages ?? []) this.authors.push(from);
      }
      this.#wake();
    };
  }

  async messages(count: number): Promise<void> {
    while (this.authors.length < count) {
      await new Promise<void>((wake) => this.#wake = wake);
    }
    assertEquals(this.authors.length, count);
  }

  async names(count: number): Promise<string[]> {
    while (this.#names.size < count) {
      await new Promise<void>((wake) => this.#wake = wake);
    }
    return [...this.#names];
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#socket.onclose = done);
    this.#socket.close();
    await closed;
  }
}
