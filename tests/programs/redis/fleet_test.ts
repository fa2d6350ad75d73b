/** Two programs on one Redis, with exactly the permissions of the start task. */

import { assertEquals } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { RedisServer } from "../../helpers/programs/redis_server.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { Peer } from "../peer.ts";
import { ignore } from "./redis.ts";

Deno.test({
  name: ignore
    ? "two nodes chat over Redis (needs redis-server)"
    : "two nodes chat over Redis",
  ignore,
  async fn() {
    await using redis = await RedisServer.start();
    const args = ["--store", `${redis.address}/3`];
    await using one = await Program.start({ args });
    await using two = await Program.start({ args });
    await using ada = await Peer.connect(one.socket("/ws/hall?name=Ada"));
    await using bob = await Peer.connect(two.socket("/ws/hall?name=Bob"));
    const said = (text: string) => (line: string) =>
      JSON.parse(line).message === text;
    ada.send("hello");
    const first = JSON.parse(await bob.until(said("hello")));
    assertEquals([first.sender, first.seq], ["Ada", 1]);
    bob.send("hi");
    const second = JSON.parse(await ada.until(said("hi")));
    assertEquals([second.sender, second.seq], ["Bob", 2]);
  },
});

Deno.test("a program keeps its rooms in Deno KV", async () => {
  using folder = new TempFolder();
  const store = `kv:${folder.file("deep/rooms.kv")}`;
  const options = { args: ["--store", store], folder };
  {
    await using program = await Program.start(options);
    await using ada = await Peer.connect(program.socket("/ws/hall?name=Ada"));
    ada.send("hello");
    await ada.until((line) => JSON.parse(line).message === "hello");
    await program.stop();
  }
  await using again = await Program.start(options);
  await using bob = await Peer.connect(again.socket("/ws/hall?name=Bob"));
  await bob.until((line) => JSON.parse(line).message === "hello");
});
