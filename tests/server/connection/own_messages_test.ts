/** Which messages are one's own: told to their author, and to nobody else. */

import { assertEquals } from "@std/assert";
import { simple } from "../../../protocol/simple.ts";
import { text } from "../../../protocol/text.ts";
import { v1 } from "../../../protocol/v1.ts";
import { user } from "../../helpers/benches/hall.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import type { FakeReader } from "../../helpers/doubles/reader.ts";

function own({ events }: FakeReader): unknown[] {
  return events.flatMap((event) => event.type === "own" ? [event.seqs] : []);
}

/** A hall where Ada, who is called Eve by now, and another Ada have written. */
async function twoAdas() {
  const bench = new HubBench();
  const first = await bench.enter("Ada");
  bench.say(first.session, "from the first");
  await bench.turn();
  await bench.hub.sessionService.rename(first.session, "Eve");
  const second = await bench.enter("Ada");
  bench.say(second.session, "from the second");
  bench.say(first.session, "again");
  await bench.turn();
  return { bench, first, second };
}

Deno.test("a join marks the client's own old messages, under any name", async () => {
  const { bench, first, second } = await twoAdas();
  for (const { session, reader } of [first, second]) {
    assertEquals(own(reader), [], "live ones are acked");
    bench.hub.join(session, { type: "join", room: "hall" });
    await bench.turn();
  }
  assertEquals(own(first.reader), [[1, 3]]);
  assertEquals(own(second.reader), [[2]]);
  const types = first.reader.events.map(({ type }) => type);
  assertEquals(types.indexOf("own"), types.lastIndexOf("joined") + 1);
});

Deno.test("a history page marks the requester's own messages", async () => {
  const { bench, first, second } = await twoAdas();
  const eve = await bench.enter("Mallory");
  const marks = async ({ session, reader }: typeof first) => {
    bench.hub.history(session, { type: "history", room: "hall" });
    await bench.turn();
    const [history] = reader.all("history");
    return history?.messages.map(({ own }) => own);
  };
  assertEquals(await marks(first), [true, undefined, true]);
  assertEquals(await marks(second), [undefined, true, undefined]);
  assertEquals(await marks(eve), [undefined, undefined, undefined]);
});

Deno.test("messages from a user's other device are marked as own", async () => {
  const bench = new HubBench();
  const phone = await bench.enter("Phone", v1, user("u1"));
  const desk = await bench.enter("Desk", v1, user("u1"));
  const other = await bench.enter("Other", v1, user("u2"));
  bench.say(phone.session, "from the phone");
  await bench.turn();
  assertEquals(own(desk.reader), [[1]]);
  assertEquals(own(other.reader), []);
});

Deno.test("dialects for people and bare clients say nothing of it", async () => {
  for (const dialect of [text, simple]) {
    const bench = new HubBench();
    const ada = await bench.enter("Ada", dialect);
    bench.say(ada.session, "hello");
    await bench.turn();
    ada.reader.frames = [];
    bench.hub.join(ada.session, { type: "join", room: "hall" });
    await bench.turn();
    assertEquals(ada.reader.frames.filter((f) => f.includes("own")), []);
    assertEquals(ada.reader.frames.some((f) => f.includes("hello")), true);
  }
});
