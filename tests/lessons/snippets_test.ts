/**
 * Client code, run as it is shown: what it prints is what the page says that
 * passes.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  deno as denoModule,
  javascript,
  python,
  SNIPPETS,
  type SnippetTask,
  terminal,
} from "../../protocol/snippets.ts";
import { type Lesson, LESSONS } from "../../server/lessons/table.ts";
import { EARLIER, transcript } from "../../server/lessons/transcript.ts";
import { Client, LessonServer } from "./helpers.ts";

const PYTHON = "/usr/bin/python3";
const CI = Deno.env.get("CI") === "true";

/** Whether a command can be started, and ends well. */
async function works(command: string, ...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, {
      args,
      // Without a network npx would try again for a minute.
      env: { npm_config_fetch_retries: "0" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

const hasPython = await works(PYTHON, "-c", "import websockets");
const hasWscat = await works("npx", "-y", "wscat", "--version");

/** What starts a snippet. */
type Command = readonly [command: string, ...args: string[]];

const deno = (task: SnippetTask): Command => [
  Deno.execPath(),
  "eval",
  "--no-config",
  javascript(task),
];
const module = (task: SnippetTask): Command => [
  Deno.execPath(),
  "eval",
  "--no-config",
  denoModule(task),
];
const python3 = (task: SnippetTask): Command => [PYTHON, "-c", python(task)];
const shell = (task: SnippetTask): Command => ["sh", "-c", terminal(task)];

/** A running snippet that prints line by line. */
class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #rest = "";

  constructor([command, ...args]: Command) {
    this.#child = new Deno.Command(command, {
      args,
      env: { PYTHONUNBUFFERED: "1", NO_COLOR: "1" },
      // Not "null": wscat leaves when there is nothing more to be typed.
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  async type(line: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${line}\n`));
    writer.releaseLock();
  }

  async lines(count: number): Promise<string[]> {
    let lines: string[];
    while ((lines = this.#rest.split("\n")).length <= count) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`Ended early: ${await this.#errors}`);
      this.#rest += value;
    }
    this.#rest = lines.slice(count).join("\n");
    return lines.slice(0, count);
  }

  /** Its exit code and what else it printed, when it has ended. */
  async end(): Promise<{ code: number; rest: string }> {
    for (;;) {
      const { value, done } = await this.#lines.read();
      if (done) break;
      this.#rest += value;
    }
    await this.#errors;
    return { code: (await this.#child.status).code, rest: this.#rest };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Some end on the one, some on the other, some have ended.
    await this.#child.stdin.close().catch(() => {});
    try {
      this.#child.kill();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await this.end();
  }
}

/** A server with the past that the transcripts have, and a task for it. */
async function prepare(
  server: LessonServer,
  { name, says, closesOn, remembers }: Lesson,
): Promise<SnippetTask> {
  const url = server.url(name);
  if (remembers) {
    await using before = await Client.connect(url);
    before.send(EARLIER);
    await before.next(2);
  }
  return { url, says, closesOn };
}

/** What a lesson's client receives. */
function received(lesson: Lesson): string[] {
  return transcript(lesson).flatMap((step) =>
    step.by === "server" && "sends" in step ? [step.sends] : []
  );
}

/** Whether the conversation ends by itself. */
function ends(lesson: Lesson): boolean {
  return transcript(lesson).some((step) => "closes" in step);
}

for (const lesson of LESSONS) {
  const { name } = lesson;

  for (
    const [language, client] of [["JavaScript", deno], [
      "Deno",
      module,
    ]] as const
  ) {
    Deno.test(`${name}'s ${language} client prints the messages it gets`, async () => {
      await using server = await LessonServer.start();
      await using program = new Program(client(await prepare(server, lesson)));
      const expected = received(lesson);
      assertEquals(await program.lines(expected.length), expected);
      if (!ends(lesson)) server.lessons.closeAll(1001, "Going away");
      assertEquals(await program.end(), {
        code: 0,
        rest: `Closed with ${ends(lesson) ? 1000 : 1001}\n`,
      });
    });
  }

  Deno.test({
    name: `${name}'s Python client prints what passes${
      hasPython ? "" : " (needs python3-websockets)"
    }`,
    ignore: !hasPython && !CI,
    async fn() {
      await using server = await LessonServer.start();
      await using program = new Program(python3(await prepare(server, lesson)));
      const expected = received(lesson);
      assertEquals(await program.lines(expected.length), expected);
      if (!ends(lesson)) server.lessons.closeAll(1001, "Going away");
      assertEquals(await program.end(), { code: 0, rest: "" });
    },
  });
}

for (
  const lesson of LESSONS.filter(({ name }) => /^(broadcast|echo)$/.test(name))
) {
  Deno.test({
    name: `${lesson.name}'s command line prints what passes${
      hasWscat ? "" : " (needs npx, and wscat from the npm registry)"
    }`,
    ignore: !hasWscat,
    async fn() {
      await using server = await LessonServer.start();
      await using program = new Program(shell(await prepare(server, lesson)));
      const expected = received(lesson);
      assertEquals(await program.lines(expected.length), expected);
    },
  });
}

Deno.test({
  name: "a command line that says nothing sends what is typed",
  ignore: !hasWscat,
  async fn() {
    await using server = await LessonServer.start();
    const url = server.url("greeter");
    await using program = new Program(shell({ url, says: [] }));
    const [greeting] = await program.lines(1);
    assertStringIncludes(greeting ?? "", "Hello, Client!");
    await program.type("Hi");
    const [answer] = await program.lines(1);
    assertStringIncludes(answer ?? "", "Server received: Hi");
  },
});

for (
  const [language, command, here] of [
    ["JavaScript", deno, true],
    ["Deno", module, true],
    ["Python", python3, hasPython || CI],
    ["the shell", shell, hasWscat],
  ] as const
) {
  Deno.test({
    name: `whatever a client says is quoted for ${language}`,
    ignore: !here,
    async fn() {
      const says = [
        'it\'s "a" \\ $HOME `date` \u2028 </script> 👩‍💻',
        "-n",
        "two\nlines",
      ];
      await using server = await LessonServer.start();
      await using listener = await Client.connect(server.url("says"));
      await using program = new Program(
        command({ url: server.url("says"), says }),
      );
      await program.lines(says.length);
      assertEquals(
        await listener.next(says.length),
        says.map((text) => `User says: ${text}`),
      );
    },
  });

  Deno.test({
    name: `subprotocols are offered in ${language}`,
    ignore: !here,
    async fn() {
      const offered = Promise.withResolvers<string | null>();
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen: () => {} },
        (request) => {
          offered.resolve(request.headers.get("sec-websocket-protocol"));
          return new Response(null, { status: 404 });
        },
      );
      const protocols = ["hubbub.v1", "hubbub.text"];
      const url = `ws://127.0.0.1:${server.addr.port}/`;
      await using program = new Program(command({ url, says: [], protocols }));
      await program.end();
      assertEquals((await offered.promise)?.split(/, */), protocols);
    },
  });
}

Deno.test("every kind of snippet has an id of its own", () => {
  const ids = SNIPPETS.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
});
