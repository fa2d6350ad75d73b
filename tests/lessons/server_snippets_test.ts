/**
 * Sample servers, run as they are shown: they do what the lessons of this
 * server do. All programs of a language share one process.
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CHATS } from "../../server/lessons/chats.ts";
import {
  SERVER_LANGUAGES,
  type ServerLanguage,
  serverSnippet,
} from "../../server/lessons/server_snippets.ts";
import { type Lesson, LESSONS } from "../../server/lessons/table.ts";
import { Client, LessonServer } from "./helpers.ts";

const COMMANDS: Readonly<Record<ServerLanguage, readonly string[]>> = {
  // The permission is the one that the page names.
  typescript: [
    Deno.execPath(),
    "run",
    "--no-config",
    "--no-prompt",
    "--allow-net",
    "tests/lessons/serve_snippets.ts",
  ],
  python: ["/usr/bin/python3", "tests/lessons/serve_snippets.py"],
};

/** The process with all programs of a language. */
class SnippetServers implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #errors: Promise<string>;
  #ports: Readonly<Record<string, number>> = {};

  private constructor(language: ServerLanguage) {
    const [command = "", ...args] = COMMANDS[language];
    this.#child = new Deno.Command(command, {
      args,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#errors = new Response(this.#child.stderr).text();
  }

  static async start(language: ServerLanguage): Promise<SnippetServers> {
    const servers = new SnippetServers(language);
    const programs = [
      ...LESSONS.map((lesson) => [
        lesson.name,
        serverSnippet(language, lesson),
      ]),
      ...CHATS.map(({ path, code }) => [path, code[language]]),
    ];
    const { stdin, stdout } = servers.#child;
    await new Blob([JSON.stringify(programs)]).stream().pipeTo(stdin);
    let line = "";
    for await (const part of stdout.pipeThrough(new TextDecoderStream())) {
      line += part;
      if (line.endsWith("\n")) break;
    }
    if (line === "") throw new Error(await servers.#errors);
    servers.#ports = JSON.parse(line);
    return servers;
  }

  url(name: string): string {
    return `ws://127.0.0.1:${this.#ports[name]}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#errors;
  }
}

/** All that clients of a lesson receive while they try what it teaches. */
async function attempt(url: string, lesson: Lesson): Promise<unknown[]> {
  const { welcome, to, remembers, says, hangsUpOn, echoesBinary } = lesson;
  const isShared = to === "everyone";
  const got: unknown[] = [];
  const greetings = welcome === undefined ? 0 : 1;
  const enter = async (past = 0) => {
    const client = await Client.connect(url);
    got.push(await client.next(greetings + past));
    return client;
  };
  const a = await enter();
  const b = await enter();
  const texts = [
    ...says.filter((text) => text !== hangsUpOn),
    'a "b" <i>it\'s</i>\n👩‍💻 straße {text} ${text}',
    "",
  ];
  for (const text of texts) {
    a.send(text);
    got.push(await a.next(), isShared && await b.next());
  }
  b.send("from B");
  got.push(await b.next(), isShared && await a.next());
  const c = await enter(remembers ? texts.length + 1 : 0);
  c.send("from C");
  got.push(await c.next());
  if (isShared) got.push(await a.next(), await b.next());
  if (echoesBinary) {
    a.send(Uint8Array.of(0, 255, 1));
    const [frame] = await a.next();
    got.push(new Uint8Array(frame as ArrayBuffer));
  }
  if (hangsUpOn !== undefined) {
    a.send(hangsUpOn);
    a.send("after the end");
    got.push((await a.closed).code);
  }
  // A client that left does not stop what the others receive.
  await a.close();
  b.send("without A");
  got.push(await b.next(), isShared && await c.next());
  for (const client of [a, b, c]) {
    got.push((await client.close()).code, [...client.rest]);
  }
  return got;
}

for (const id of SERVER_LANGUAGES) {
  Deno.test(`the sample servers in ${id} behave like the lessons`, async () => {
    await using own = await LessonServer.start();
    await using servers = await SnippetServers.start(id);
    await Promise.all(LESSONS.map(async (lesson) => {
      const { name } = lesson;
      const [expected, actual] = await Promise.all([
        attempt(own.url(name), lesson),
        attempt(servers.url(name), lesson),
      ]);
      assertEquals(actual, expected, name);
    }));
    for (const { path, givesName } of CHATS) {
      const url = servers.url(path);
      await (givesName === undefined ? givenNames(url) : names(url));
    }
  });
}

/** A chat that asks for names, with the words that sample clients wait for. */
async function names(url: string): Promise<void> {
  await using ada = await Client.connect(url);
  await using bob = await Client.connect(url);
  const question = /^\[Server\]: .*What is your name\?$/;
  for (const client of [ada, bob]) {
    assertMatch(String(await client.next()), question);
  }
  ada.send("Ada 1");
  assertStringIncludes(String(await ada.next()), "[Server]: You are in ");
  bob.send("Ada 1");
  assertMatch(String(await bob.next()), question);
  bob.send("Bob 2");
  assertStringIncludes(String(await bob.next()), "[Server]: You are in ");
  assertEquals(await ada.next(), ["[Server]: Bob 2 has joined the chat."]);
  ada.send("Hello everyone!");
  assertEquals(await bob.next(), ["[Ada 1]: Hello everyone!"]);
  await ada.close();
  assertEquals(await bob.next(), ["[Server]: Ada 1 has left the chat."]);
  assertEquals([...ada.rest, ...bob.rest], []);
}

/** A chat that gives names, in JSON. */
async function givenNames(url: string): Promise<void> {
  const next = async (client: Client) =>
    (await client.next()).map((frame) => JSON.parse(String(frame)));
  const server = (message: string) => [{ sender: "Server", message }];
  await using ada = await Client.connect(url);
  assertEquals(await next(ada), server("You are Guest 1"));
  await using bob = await Client.connect(url);
  assertEquals(await next(bob), server("You are Guest 2"));
  const sender = "Guest 2";
  assertEquals(await next(ada), [{ sender, message: "Client connected" }]);
  bob.send('"Hello" {everyone}');
  for (const client of [ada, bob]) {
    assertEquals(await next(client), [{
      sender,
      message: '"Hello" {everyone}',
    }]);
  }
  await bob.close();
  assertEquals(await next(ada), [{ sender, message: "Client disconnected" }]);
  assertEquals([...ada.rest, ...bob.rest], []);
}
