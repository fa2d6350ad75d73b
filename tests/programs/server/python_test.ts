/** A learner's Python client, with the package `websockets`. */

import { assertEquals, assertMatch } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { hasPython, runPython } from "./python.ts";
import { Peer } from "../peer.ts";

const python = await hasPython();

/** Skipped on a machine without the package, but never where all has to run. */
function test(name: string, fn: () => Promise<void>): void {
  const ignore = !python && Deno.env.get("CI") !== "true";
  Deno.test({
    name: ignore ? `${name} (needs Debian's python3-websockets)` : name,
    ignore,
    fn,
  });
}

test("a Python client chats on / as a person would", async () => {
  await using program = await Program.start({ args: ["--store", "memory:"] });
  await using bob = await Peer.connect(program.socket("/"));
  bob.send("Bob");
  await bob.until((line) => line.includes("You are in lobby"));
  const alice = runPython(`
import asyncio
import websockets

async def main():
    async with websockets.connect("${program.socket("/")}") as socket:
        print(await socket.recv())
        await socket.send("Alice")
        print(await socket.recv())
        await socket.send("Hello everyone!")
        async for line in socket:
            print(line)
            if line == "[Bob]: Hello Alice":
                break

asyncio.run(main())
`);
  assertEquals(await bob.line(), "[Server]: Alice has joined the chat.");
  assertEquals(await bob.line(), "[Alice]: Hello everyone!");
  bob.send("Hello Alice");
  assertEquals(await alice, [
    "[Server]: Welcome. What is your name?",
    "[Server]: You are in lobby. Here now: Bob and Alice. /help lists commands.",
    "[Bob]: Hello Alice",
  ]);
  assertEquals(await bob.line(), "[Server]: Alice has left the chat.");
});

test("a Python client on /ws gets its own messages and those of others", async () => {
  await using program = await Program.start({ args: ["--store", "memory:"] });
  await using bob = await Peer.connect(program.socket("/ws?name=Bob"));
  await bob.event({ event: "welcome" });
  const alice = runPython(`
import asyncio
import json
import websockets

async def main():
    async with websockets.connect("${program.socket("/ws")}") as socket:
        name = json.loads(await socket.recv())["name"]
        await socket.send("Hello from " + name)
        async for frame in socket:
            data = json.loads(frame)
            if "seq" in data:
                print(data["sender"] == name, data["message"])
                if data["message"] == "Goodbye":
                    break

asyncio.run(main())
`);
  const { sender, message } = await bob.event({ seq: 1 });
  assertEquals(message, `Hello from ${sender}`);
  bob.send("Goodbye");
  assertEquals(await alice, [`True Hello from ${sender}`, "False Goodbye"]);
  const left = await bob.event({ event: "left" });
  assertEquals([left["sender"], left["message"]], [
    sender,
    "Client disconnected",
  ]);
});

test("a Python client gets the reason why a name is refused", async () => {
  await using program = await Program.start({ args: ["--store", "memory:"] });
  await using bob = await Peer.connect(program.socket("/"));
  bob.send("Bob");
  await bob.until((line) => line.includes("You are in lobby"));
  const lines = await runPython(`
import asyncio
import websockets

async def main():
    async with websockets.connect("${program.socket("/")}") as socket:
        await socket.recv()
        for name in ("bob", "Server", "Alice"):
            await socket.send(name)
            print(await socket.recv())
            if name != "Alice":
                await socket.recv()

asyncio.run(main())
`);
  assertMatch(lines[0] ?? "", /^\[Server\]: The name "bob" is taken\./);
  assertMatch(lines[1] ?? "", /^\[Server\]: The name "Server" is reserved/);
  assertMatch(lines[2] ?? "", /^\[Server\]: You are in lobby\./);
});
