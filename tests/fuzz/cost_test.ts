/** That the cost fuzzer knows what is slow, and tries every place there is. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { FEW, fill, UNITS } from "../../fuzz/cost/alphabets.ts";
import { SETTINGS } from "../../fuzz/cost/cost.ts";
import { kindsOf, REQUEST_TYPES } from "../../fuzz/cost/kinds.ts";
import { growthOf, held } from "../../fuzz/cost/measure.ts";
import { type Talk, textFrame } from "../../fuzz/cost/wire.ts";
import { InProcessServer } from "../helpers/in_process.ts";

/** The growth of something that takes so long for a size. */
function growth(msFor: (size: number) => number) {
  return growthOf(8000, (size) => Promise.resolve(msFor(size)));
}

Deno.test("growthOf() accepts linear growth, and fast work of any growth", async () => {
  assertEquals((await growth((size) => size / 200)).finding, undefined);
  assertEquals((await growth((size) => (size / 2000) ** 2)).finding, undefined);
});

Deno.test("growthOf() reports growth faster than the size", async () => {
  const { finding = "" } = await growth((size) => 45 * (size / 8000) ** 2);
  assertMatch(finding, /^1, 2, 4, 8 times as long take 1, 3, 11, 45 ms$/);
});

Deno.test("growthOf() reports work that holds the event loop, and tries no larger size", async () => {
  const sizes: number[] = [];
  const { finding = "" } = await growth((size) => {
    sizes.push(size);
    return size ** 2;
  });
  assertEquals([finding, sizes], [
    "a size of 125 holds the event loop for 15625 ms",
    [125],
  ]);
});

Deno.test("growthOf() takes the least of several measurements", async () => {
  let runs = 0;
  const { heldMs, finding } = await growth(() => ++runs % 3 === 0 ? 5 : 90);
  assertEquals([heldMs, finding], [5, undefined]);
});

Deno.test("held() measures time that blocks the event loop, not waiting", async () => {
  const waits = () => new Promise<void>((done) => setTimeout(done, 300));
  // The least of some, as others want the processor, too.
  const waiting = [await held(waits), await held(waits), await held(waits)];
  assert(Math.min(...waiting) < 250, `${waiting}`);
  const busy = await held(async () => {
    await new Promise((done) => setTimeout(done, 1));
    // Work, not time: others want the processor, too.
    let sum = 0;
    for (let n = 0; n < 1e8; n++) sum += n % 7;
    assert(sum > 0);
  });
  assert(busy > 5, `${busy}`);
});

Deno.test("fill() repeats a unit to a size", () => {
  assertEquals(fill("ab", 5, "characters"), "abab");
  assertEquals(fill("\u0315\u0300", 9, "bytes"), "\u0315\u0300".repeat(2));
  assertEquals(fill("\n", 9, "json"), "\n".repeat(4));
  assertEquals(fill("ab", 0, "bytes"), "ab");
  assertEquals(FEW.filter((name) => !(name in UNITS)), []);
});

for (const transport of ["native", "ws"] as const) {
  Deno.test(`every kind of input of the cost fuzzer over ${transport} can be made`, async () => {
    const kinds = kindsOf(transport, "t");
    const names = kinds.map(({ name }) => name);
    assert(kinds.length > 120, `${kinds.length}`);
    assertEquals(names.length - new Set(names).size, 0);
    for (const { put, around = ["", ""] } of kinds) {
      const made = await put(`${around[0]}aa${around[1]}`);
      if (typeof made === "function") await made();
    }
  });
}

Deno.test("the cost fuzzer tries every request of hubbub.v1 and every resource of the API", () => {
  const v1 = Deno.readTextFileSync("protocol/v1.ts");
  const start = v1.indexOf("function read(");
  const cases = v1.slice(start, v1.indexOf("\n}", start));
  const types = [...cases.matchAll(/case "(\w+)":/g)].map(([, type]) => type!);
  assertEquals(types.toSorted(), REQUEST_TYPES.toSorted());
  const api = Deno.readTextFileSync("server/http/api/api.ts");
  const resources = [...api.matchAll(/\/api\\\/.*?([a-z]+)(?:\\\/\S*)?\$\//g)]
    .map(([, name]) => name!);
  assert(resources.length > 8, resources.join());
  const names = kindsOf("native", "t").map(({ name }) => name).join("\n");
  // Of these only what stands before them in the path is somebody else's text.
  const bare = new Set(["rooms", "rules", "lock", "slow"]);
  assertEquals(
    resources.filter((name) => !names.includes(name) && !bare.has(name)),
    [],
  );
});

/** What a server answers to what the fuzzer says, up to a pong or the end. */
async function answerTo(port: number, talk: Talk): Promise<string> {
  const { head, before = [], then } = talk;
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const chunk = new Uint8Array(64 * 1024);
  let answer = "";
  const read = async () => {
    const size = await socket.read(chunk);
    answer += String.fromCharCode(...chunk.subarray(0, size ?? 0));
    return size !== null;
  };
  await socket.write(head);
  while (!answer.includes("\r\n\r\n") && await read()) { /* the head */ }
  if (then === undefined || !answer.includes(" 101 ")) return answer;
  for (const text of before) await socket.write(textFrame(text));
  // Its end is a ping.
  await socket.write(then);
  while (!answer.includes("\x8a\x00") && await read()) { /* goes on */ }
  return answer;
}

Deno.test("nothing that the cost fuzzer says is turned away at the door", async () => {
  await using server = await InProcessServer.start(SETTINGS);
  const token = server.operator.authorization.replace("Bearer ", "");
  const turnedAway: string[] = [];
  for (const { name, put, around = ["", ""], counts } of kindsOf("ws", token)) {
    const isMeantToBe = /Origin|Host|ticket|before hello/.test(name);
    if (counts || isMeantToBe) continue;
    const talk = await put(`${around[0]}1${around[1]}`);
    if (typeof talk === "function") continue;
    const answer = await answerTo(server.port, talk);
    const why = /HTTP\/1.1 (401|403|429|5..)|forbidden|rate_limited|hello_first/
      .exec(answer)?.[0];
    if (why !== undefined) turnedAway.push(`${name}: ${why}`);
  }
  assertEquals(turnedAway, []);
});
