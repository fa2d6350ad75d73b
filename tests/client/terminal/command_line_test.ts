import { assertEquals, assertThrows } from "@std/assert";
import {
  type Options,
  readOptions,
  UsageError,
} from "../../../client/terminal/command_line.ts";

function read(...args: string[]): Options {
  const options = readOptions(args);
  if (options === "help") throw new Error("Asked for help");
  return options;
}

Deno.test("readOptions() has a default for everything", () => {
  assertEquals(read(), {
    url: "ws://127.0.0.1:8000/ws",
    room: "lobby",
    name: undefined,
    token: undefined,
    history: undefined,
    json: false,
  });
});

Deno.test("readOptions() reads every option", () => {
  assertEquals(
    read(
      "--name=Ada",
      "--room=CI",
      "--token",
      "t",
      "--history",
      "0",
      "--json",
      "h:1",
    ),
    {
      url: "ws://h:1/ws",
      room: "ci",
      name: "Ada",
      token: "t",
      history: 0,
      json: true,
    },
  );
});

Deno.test("readOptions() takes a name that looks like a number for a name", () => {
  assertEquals(read("--name", "007", "--room", "1").name, "007");
});

Deno.test("readOptions() knows help", () => {
  assertEquals(readOptions(["--help"]), "help");
});

for (
  const [address, url, room, name] of [
    ["ws://h:1/ws", "ws://h:1/ws", "lobby", undefined],
    ["wss://h", "wss://h/ws", "lobby", undefined],
    ["http://h:1", "ws://h:1/ws", "lobby", undefined],
    ["https://h/?room=CI&name=Ada#3", "wss://h/ws", "ci", "Ada"],
    ["https://h/chat/", "wss://h/chat/ws", "lobby", undefined],
    ["ws://h/ws/ci", "ws://h/ws", "ci", undefined],
    ["ws://h/chat/ws/%C3%A9t%C3%A9", "ws://h/chat/ws", "été", undefined],
    ["ws://h/elsewhere", "ws://h/elsewhere", "lobby", undefined],
    ["localhost:9000", "ws://localhost:9000/ws", "lobby", undefined],
    ["[::1]:9000", "ws://[::1]:9000/ws", "lobby", undefined],
  ] as const
) {
  Deno.test(`readOptions() understands ${address}`, () => {
    const options = read(address);
    assertEquals([options.url, options.room, options.name], [url, room, name]);
  });
}

Deno.test("readOptions() prefers flags over the address", () => {
  const { room, name } = read(
    "http://h/?room=a&name=A",
    "--room=b",
    "--name=B",
  );
  assertEquals([room, name], ["b", "B"]);
});

Deno.test("readOptions() takes the token from the flag, a link or the environment", () => {
  const token = (args: string[], secret?: string) => {
    const options = readOptions(args, secret);
    return options === "help" ? options : [options.token, options.url];
  };
  const url = "ws://h/ws";
  assertEquals(token(["http://h/#token=b", "--token", "a"], "c"), ["a", url]);
  assertEquals(token(["http://h/#token=b"], "c"), ["b", url]);
  assertEquals(token(["h"], "c"), ["c", url]);
  assertEquals(token(["h"], ""), [undefined, url]);
});

for (
  const args of [
    ["--foo"],
    ["-x"],
    ["a:1", "b:1"],
    ["ftp://h"],
    ["http://"],
    ["ws://h/ws/%E0"],
    ["--room", "no room"],
    ["--room"],
    ["--token"],
    ["--name", "Server"],
    ["--history", "many"],
    ["--history", "-1"],
  ]
) {
  Deno.test(`readOptions() refuses ${args.join(" ")}`, () => {
    assertThrows(() => readOptions(args), UsageError);
  });
}
