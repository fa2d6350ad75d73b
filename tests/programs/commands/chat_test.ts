/**
 * The terminal client as people run it: `deno task chat`, between pipes and in
 * a terminal, with exactly its task's permissions.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

const { tasks } = JSON.parse(Deno.readTextFileSync("deno.json"));
const [, ...COMMAND] = String(tasks.chat.command).split(" ");

/** A terminal client with pipes for its streams. */
class ChatProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #errors: ReadableStreamDefaultReader<string>;
  #heard = "";
  #complained = "";

  constructor(
    args: readonly string[],
    program = Deno.execPath(),
    env: Record<string, string> = {},
  ) {
    const direct = program === Deno.execPath();
    this.#child = new Deno.Command(program, {
      args: direct ? [...COMMAND, ...args] : [...args],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdin, stdout, stderr } = this.#child;
    this.#input = stdin.getWriter();
    this.#output = stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = stderr.pipeThrough(new TextDecoderStream()).getReader();
  }

  async type(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** Waits until it has printed something like this; gives all it printed. */
  async hears(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#heard)) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`Ended with ${JSON.stringify(this.#heard)}`);
      this.#heard += value;
    }
    return this.#heard;
  }

  /** Waits until it has complained of something like this. */
  async complains(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#complained)) {
      const { value, done } = await this.#errors.read();
      if (done) throw new Error(`Ended with "${this.#complained}"`);
      this.#complained += value;
    }
  }

  /** Reads its output no more, as `head` does when it has enough. */
  async stopReading(): Promise<void> {
    await this.#output.cancel();
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async endInput(): Promise<void> {
    await this.#input.close();
  }

  /** Waits for its end. */
  async ended(): Promise<{ code: number; stdout: string; stderr: string }> {
    const rest = async (reader: ReadableStreamDefaultReader<string>) => {
      let text = "";
      for (let part = await reader.read(); !part.done;) {
        text += part.value;
        part = await reader.read();
      }
      return text;
    };
    const [stdout, stderr, { code }] = await Promise.all([
      rest(this.#output),
      rest(this.#errors),
      this.#child.status,
    ]);
    return {
      code,
      stdout: this.#heard + stdout,
      stderr: this.#complained + stderr,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await Promise.allSettled([
      this.#input.abort(),
      this.#output.cancel(),
      this.#errors.cancel(),
    ]);
    await this.#child.status;
  }
}

/** Runs one with all of its input, to its end. */
async function chat(input: string, ...args: string[]) {
  await using process = new ChatProcess(args);
  await process.type(input);
  await process.endInput();
  return await process.ended();
}

/** What follows a room: without input there is nothing to publish. */
function follow(url: string, ...args: string[]): ChatProcess {
  const command = [Deno.execPath(), ...COMMAND, url, ...args];
  const words = command.map((word) => `'${word}'`).join(" ");
  return new ChatProcess(["-c", `exec ${words} </dev/null`], "sh");
}

Deno.test("echo done | deno task chat publishes and exits with 0; what follows a room ends by a signal with 130", async () => {
  await using server = await Program.start();
  const { href } = server.url;
  assertEquals(await chat("done\n", href, "--room", "ci", "--name", "Ada"), {
    code: 0,
    stdout: "",
    stderr: "",
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    await using reader = follow(href, "--room", "ci");
    assertEquals(await reader.hears(/\n/), "[Ada]: done\n");
    reader.signal(signal);
    assertEquals((await reader.ended()).code, 130);
  }
});

Deno.test("deno task chat --json | head -1 ends by itself when the reader has enough", async () => {
  await using server = await Program.start();
  const { href } = server.url;
  await chat("one\n", href, "--room", "ci", "--name", "Ada");
  await using reader = follow(href, "--room", "ci", "--json");
  const { at, ...message } = JSON.parse(await reader.hears(/\n/));
  assertEquals(typeof at, "number");
  assertEquals(message, {
    room: "ci",
    seq: 1,
    from: "Ada",
    text: "one",
    replay: true,
  });
  await reader.stopReading();
  assertEquals((await reader.ended()).code, 0);
});

Deno.test("deno task chat | head ends at the next line when the reader has enough", async () => {
  await using server = await Program.start();
  const { href } = server.url;
  await using reader = follow(href, "--room", "ci");
  await chat("one\n", href, "--room", "ci");
  await reader.hears(/one\n/);
  await reader.stopReading();
  await chat("two\n", href, "--room", "ci");
  assertEquals((await reader.ended()).code, 0);
});

Deno.test("deno task chat says why it can print no more, and ends with 1", async () => {
  await using server = await Program.start();
  const { href } = server.url;
  await chat("one\n", href, "--room", "ci");
  const command = [Deno.execPath(), ...COMMAND, href, "--room", "ci"]
    .map((word) => `'${word}'`).join(" ");
  const script = `exec ${command} </dev/null >/dev/full`;
  await using reader = new ChatProcess(["-c", script], "sh");
  const { code, stderr } = await reader.ended();
  assertEquals(code, 1);
  assertMatch(stderr, /^chat: Cannot write what the room says: No space left/);
});

Deno.test("deno task chat publishes the lines around one that is far too long", async () => {
  await using server = await Program.start();
  const { href } = server.url;
  const huge = "x".repeat(3_000_000);
  const args = [href, "--room", "ci", "--name", "Ada"];
  const { code, stderr } = await chat(`first\n${huge}\nlast\n`, ...args);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^chat: Not sent: The message has more than the 4096 characters that are allowed\. Send it in parts: x+\n$/,
  );
  await using reader = follow(href, "--room", "ci");
  const heard = await reader.hears(/last\n/);
  assertEquals(heard, "[Ada]: first\n[Ada]: last\n");
});

Deno.test("deno task chat sends the lines it has read when the server is back", async () => {
  await using server = await Program.start();
  const { href } = server.url;
  await using publisher = new ChatProcess([href, "--room", "ci"]);
  await using reader = follow(href, "--room", "ci", "--name", "Reader");
  await publisher.type("before\n");
  await reader.hears(/before\n/);
  server.signal("SIGKILL");
  await publisher.complains(/Disconnected/);
  await publisher.type("meanwhile\n");
  await using _again = await server.startAgain();
  await publisher.type("after\n");
  await publisher.endInput();
  assertEquals((await publisher.ended()).code, 0);
  const heard = await reader.hears(/after\n/);
  assertEquals(
    heard.split("\n").map((line) => line.split(": ")[1]).filter(Boolean),
    ["before", "meanwhile", "after"],
  );
});

Deno.test("deno task chat exits with a code that says what went wrong", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const refused = await chat("a\n", `127.0.0.1:${port}`);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertMatch(refused.stderr, /^chat: Cannot connect to ws:\/\/127\.0\.0\.1/);
  const wrong = await chat("", "--foo");
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertEquals(
    wrong.stderr,
    'chat: Unknown option "--foo". --help tells more\n',
  );
  const help = await chat("", "--help");
  assertEquals([help.code, help.stderr], [0, ""]);
  assertMatch(help.stdout, /Exit codes/);
});

Deno.test("deno task chat takes a token, and says when it needs one or another", async () => {
  await using server = await Program.start({
    env: { HUBBUB_AUTH_SECRET: SECRET },
  });
  const { href } = server.url;
  const needs = async (words: RegExp, ...args: string[]) => {
    const { code, stdout, stderr } = await chat("a\n", href, ...args);
    assertEquals([code, stdout], [3, ""]);
    assertMatch(stderr, words);
  };
  await needs(
    /^chat: This server requires an access token\. Pass one with --token/,
  );
  await needs(
    /^chat: This server does not accept the token\. Pass another one/,
    "--token",
    "nonsense",
  );
  const old = await signed({}, -60);
  await needs(/^chat: The token has expired\. Pass a new one/, "--token", old);
  const token = await signed({ name: "Ada" });
  const sent = await chat("done\n", href, "--token", token);
  assertEquals(sent, { code: 0, stdout: "", stderr: "" });
  const env = { HUBBUB_TOKEN: await signed({ sub: "ada" }, 1) };
  await using reader = new ChatProcess([href], Deno.execPath(), env);
  await reader.complains(/The token has expired/);
  assertEquals((await reader.ended()).code, 3);
  const link = new URL(`#token=${token}`, server.url).href;
  assertEquals((await chat("by link\n", link)).code, 0);
});

// From util-linux: gives a command a terminal.
const ignoreTerminal = Deno.build.os !== "linux" ||
  !(await new Deno.Command("sh", { args: ["-c", "command -v script"] })
    .output()).success;

Deno.test({
  name: "a moderator keeps order in a terminal",
  ignore: ignoreTerminal,
  async fn() {
    await using server = await Program.start({
      args: ["--guests", "write"],
      env: { HUBBUB_AUTH_SECRET: SECRET },
    });
    const { href } = server.url;
    const rights = ["read", "write", "moderate"];
    const token = await signed({ name: "Ada", rights });
    const words = [Deno.execPath(), ...COMMAND, href].join(" ");
    await using terminal = new ChatProcess(
      ["-qec", `stty cols 200 rows 12; ${words}`, "/dev/null"],
      "script",
      { HUBBUB_TOKEN: token, NO_COLOR: "1" },
    );
    await terminal.hears(/You are Ada in lobby/);
    await using bob = new ChatProcess([href, "--name", "Bob"]);
    await terminal.hears(/Bob has joined/);
    await terminal.type("/announce Tea is ready\r");
    await bob.hears(/\[Server\]: Announcement by Ada: Tea is ready\n/);
    assertEquals((await chat("rude\n", href, "--name", "Eve")).code, 0);
    await terminal.hears(/#2 \[Eve\] \(guest\): rude/);
    await terminal.type("/remove #2\r");
    await bob.hears(/\[Server\]: A message was removed by a moderator\.\n/);
    await terminal.type("/lock\r");
    await terminal.hears(/This room is locked/);
    const refused = await chat("but\n", href, "--name", "Eve");
    assertEquals(refused.code, 1);
    assertMatch(refused.stderr, /Not sent: This room is locked/);
    await terminal.type("/unlock\r/slow 10s\r");
    await terminal.hears(/Slow mode: one message per person every 10 seconds/);
    await terminal.type("/kick Bob too loud\r");
    await bob.complains(/Ada has kicked you from room "lobby": too loud/);
    assertEquals((await bob.ended()).code, 1);
    await terminal.hears(/Bob was removed from room "lobby"/);
    await terminal.type("/ban Eve 10m\r");
    await terminal.hears(/Eve is banned from room "lobby" for 10 minutes/);
    const banned = await chat("me again\n", href, "--name", "Eve");
    assertEquals(banned.code, 1);
    await terminal.type("/unban Eve\r/kick Nobody\r");
    await terminal.hears(
      /Eve is no longer banned[^]*Nobody here is called "Nobody"/,
    );
    await terminal.type("/quit\r");
    assertEquals((await terminal.ended()).code, 0);
  },
});

Deno.test({
  name: "deno task chat in a terminal talks, and leaves it as it was",
  ignore: ignoreTerminal,
  async fn() {
    await using server = await Program.start();
    const words = [Deno.execPath(), ...COMMAND, server.url.href]
      .concat("--room", "ci", "--name", "Ada").join(" ");
    await using terminal = new ChatProcess(
      ["-qec", `stty cols 40 rows 12; ${words}; stty -a`, "/dev/null"],
      "script",
    );
    await terminal.hears(/You are Ada in ci[^]*ci> /);
    await terminal.type("hello\r");
    await terminal.hears(/\[Ada\]:[^]*hello/);
    await terminal.type("a line that is being typed and wraps at the edge");
    await terminal.hears(/edge/);
    await chat("from elsewhere\n", server.url.href, "--room=ci", "--name=Bob");
    const screen = await terminal.hears(/elsewhere[^]*ci> a line[^]*edge/);
    // Up to the first row of the line, over to its start, away with the rest.
    // deno-lint-ignore no-control-regex -- controls are what it is about
    assertMatch(screen, /\x1b\[1A\x1b\[1G\x1b\[0J[^]*Bob/);
    await terminal.type("\x15/who\r");
    await terminal.hears(/Here now: Ada/);
    await terminal.type("/quit\r");
    const { code, stdout } = await terminal.ended();
    assertEquals(code, 0);
    assertMatch(stdout, /[^-]icanon/);
  },
});

Deno.test({
  name:
    "promise 6: no row of a message begins like a line, at 80 and 40 columns",
  ignore: ignoreTerminal,
  async fn() {
    await using server = await Program.start();
    for (const columns of [80, 40]) {
      const words = [Deno.execPath(), ...COMMAND, server.url.href]
        .concat("--room", `r${columns}`, "--name", "Ada").join(" ");
      await using terminal = new ChatProcess(
        ["-qec", `stty cols ${columns} rows 30; ${words}`, "/dev/null"],
        "script",
        { NO_COLOR: "1" },
      );
      await terminal.hears(/You are Ada/);
      const fill = "x".repeat(columns - "06:26 [Zed]: ".length);
      const lines = `${fill}06:26 [Tom]: It was me`.padEnd(
        columns * 2 - "06:26 [Zed]: ".length,
        "\u00A0",
      ) + "[Server]: Tom was made a moderator. The end";
      const where = [`--room=r${columns}`, "--name=Zed"];
      await chat(`${lines}\n`, server.url.href, ...where);
      const screen = await terminal.hears(/The\s+end[^]*>/);
      const rows = screen.slice(screen.indexOf("[Zed]:")).split("\r\n");
      const message = rows.slice(
        1,
        rows.findIndex((row) => row.includes("end")),
      );
      for (const row of message) {
        assertMatch(row, /^ {4}/);
        assertEquals([...row].length < columns, true, row);
      }
      await terminal.type("/quit\r");
      assertEquals((await terminal.ended()).code, 0);
    }
  },
});

Deno.test({
  name:
    "leaving the terminal frees the name at once, ends the prompt's line, and exits with the code that --help says",
  ignore: ignoreTerminal,
  async fn(t) {
    await using server = await Program.start();
    const words = [Deno.execPath(), ...COMMAND, server.url.href]
      .concat("--name", "Ada").join(" ");
    const moderate = async (method: string, path: string) => {
      const answer = await fetch(new URL(path, server.url), {
        method,
        headers: { ...server.operator, "content-type": "application/json" },
        ...(method === "POST" && { body: '{"name":"Ada"}' }),
      });
      await answer.body?.cancel();
      assertEquals(answer.ok, true);
    };
    const kick = () => moderate("POST", "/api/kick");
    await t.step(
      "a kick from a room is no end, and /join tries again",
      async () => {
        await using terminal = new ChatProcess(
          ["-qec", `stty cols 200; ${words}`, "/dev/null"],
          "script",
        );
        await terminal.hears(/You are Ada in lobby[^]*lobby> /);
        await terminal.type("/join lobby\r");
        await terminal.hears(/You are already in lobby/);
        await moderate("POST", "/api/rooms/lobby/kick");
        await terminal.hears(/has kicked you[^]*\/join lobby tries again/);
        await terminal.type("/join lobby\r");
        await terminal.hears(/(has kicked you[^]*){2}/);
        await moderate("DELETE", "/api/rooms/lobby/bans?name=Ada");
        await terminal.type("/join lobby\r");
        await terminal.hears(/(You are Ada in lobby[^]*){2}/);
        await terminal.type("/quit\r");
        assertEquals((await terminal.ended()).code, 0);
      },
    );
    const ways = [
      ["/quit", "/quit\r", 0],
      ["Ctrl-C", "\x03", 130],
      ["Ctrl-D", "\x04", 0],
      // Keeps the name out for a minute.
      ["a kick from the server", kick, 1],
    ] as const;
    for (const [way, keys, code] of ways) {
      await t.step(way, async () => {
        await using terminal = new ChatProcess(
          ["-qec", `${words}; echo shell $?; exit 7`, "/dev/null"],
          "script",
        );
        // Not "Ada 2": the one before has left nobody behind.
        await terminal.hears(/You are Ada in lobby[^]*lobby> /);
        await (typeof keys === "string" ? terminal.type(keys) : keys());
        const { stdout } = await terminal.ended();
        assertMatch(stdout, RegExp(`\\nshell ${code}\\r?\\n$`));
      });
    }
  },
});

Deno.test({
  name: "a server that does not answer the close holds nobody in the terminal",
  ignore: ignoreTerminal,
  async fn() {
    await using server = await Program.start();
    const words = [Deno.execPath(), ...COMMAND, server.url.href].join(" ");
    await using terminal = new ChatProcess(
      ["-qec", words, "/dev/null"],
      "script",
    );
    await terminal.hears(/lobby> /);
    server.signal("SIGSTOP");
    await terminal.type("/quit\r");
    // deno-lint-ignore no-control-regex -- after the prompt, not after /quit
    await terminal.hears(/\x1b\[8G\r\n$/);
    await terminal.type("\x03");
    assertEquals((await terminal.ended()).code, 130);
  },
});

Deno.test({
  name:
    "promise 5: a hostile server does nothing to the terminal but print lines",
  ignore: ignoreTerminal,
  async fn() {
    const evil = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202E";
    const room = "lobby";
    const welcome = {
      type: "welcome",
      session: evil,
      name: `Ada${evil}`,
      token: "t",
      resumed: false,
      limits: { text: 9, rate: 0, history: 9, idleSeconds: 30 },
    };
    const joined = {
      type: "joined",
      room,
      epoch: "e",
      head: 2,
      after: 0,
      recovered: "none",
      missed: 0,
      count: 2,
      members: [`Bob${evil}`, "Ada"],
      rights: ["read", "write", "moderate"],
    };
    const says = [
      { ...joined, members: 5 },
      { type: "message", room, seq: 1, from: evil, text: `one${evil}`, at: 0 },
      { type: "message", room, seq: 2, from: 7, text: {}, at: "x" },
      { type: "message", room, seq: 2, from: "x", text: "two", at: 1 },
      { type: "presence", room, count: 3, joined: [`Eve${evil}`] },
      { type: "error", code: evil, message: `error${evil}`, retryable: false },
      { type: "error", code: 5, message: null },
      {
        type: "left",
        room,
        code: "banned",
        message: `banned${evil}\n[Server]: fake`,
      },
    ];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const { socket, response } = Deno.upgradeWebSocket(request, {
          protocol: "hubbub.v1",
        });
        socket.onmessage = ({ data }) => {
          for (const line of String(data).split("\n")) {
            const { type, id } = JSON.parse(line);
            if (type === "hello") {
              socket.send(JSON.stringify({ ...welcome, id }));
            }
            if (type !== "join") continue;
            const lines = [{ ...joined, id }, ...says];
            socket.send(lines.map((line) => JSON.stringify(line)).join("\n"));
          }
        };
        return response;
      },
    );
    const words = [Deno.execPath(), ...COMMAND, `127.0.0.1:${server.addr.port}`]
      .join(" ");
    await using terminal = new ChatProcess(
      ["-qec", `stty cols 200; ${words}`, "/dev/null"],
      "script",
    );
    await terminal.hears(/banned/);
    await terminal.type("/quit\r");
    const { code, stdout } = await terminal.ended();
    assertEquals(code, 0);
    for (const part of ["one", "two", "Eve", "error", "banned"]) {
      assertMatch(stdout, new RegExp(part));
    }
    // What is left are the moves of the line that is typed, and our styles.
    const rest = stdout.replace(
      // deno-lint-ignore no-control-regex -- controls are what it is about
      /\x1b\[(?:\d*[AGJK]|1m|2m|22m|\?(?:7|2004)[hl])/g,
      "",
    );
    // deno-lint-ignore no-control-regex -- controls are what it is about
    const controls = rest.match(/[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u202E]/g);
    assertEquals(controls, null, JSON.stringify(rest));
    assertEquals(/^\[Server\]: fake/m.test(rest), false);
  },
});
