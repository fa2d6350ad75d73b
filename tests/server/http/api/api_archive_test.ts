/** A room out as NDJSON, and lines in. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { type Answer, ApiBench } from "../../../helpers/benches/api_bench.ts";
import { V1Client } from "../../../helpers/clients.ts";
import { InProcessServer } from "../../../helpers/in_process.ts";

const TYPE = { "content-type": "application/x-ndjson" };

function lines(...messages: object[]): string {
  return messages.map((message) => `${JSON.stringify(message)}\n`).join("");
}

async function add(
  api: ApiBench,
  body: string,
  room = "hall",
): Promise<Answer> {
  const path = `/api/rooms/${room}/import`;
  const response = await api.ask(path, { method: "POST", headers: TYPE, body });
  return { status: response.status, ...await response.json() };
}

/** The messages of a room. */
async function exported(api: ApiBench, room = "hall"): Promise<Answer[]> {
  const response = await api.ask(`/api/rooms/${room}/export`);
  const text = await response.text();
  return text.split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

Deno.test("a room that is exported and imported is the same conversation", async () => {
  await using server = await InProcessServer.start({ rate: 0 });
  await using ada = await V1Client.in("hall", {
    url: server.socket("/ws"),
    name: "Ada",
  });
  const texts = Array.from({ length: 700 }, (_, i) => `${i}\nÄ 👩‍💻 "${i}"`);
  for (const [i, text] of texts.entries()) {
    ada.send({ type: "publish", room: "hall", text, cid: `${i}` });
  }
  for (const _ of texts) await ada.next("ack");
  await ada.client.close();

  const response = await fetch(server.url("/api/rooms/hall/export"));
  assertEquals(response.headers.get("content-type"), "application/x-ndjson");
  assertEquals(
    response.headers.get("content-disposition"),
    "attachment; filename*=UTF-8''hall.ndjson",
  );
  const file = await response.text();
  const send = async () =>
    await (await fetch(server.url("/api/rooms/copy/import"), {
      method: "POST",
      headers: { ...TYPE, ...server.operator },
      body: file,
    })).json();
  assertEquals(await send(), { room: "copy", imported: 700, duplicates: 0 });
  // The same file again changes nothing.
  assertEquals(await send(), { room: "copy", imported: 0, duplicates: 700 });
  const copy = await (await fetch(server.url("/api/rooms/copy/export"))).text();
  const said = (ndjson: string) =>
    ndjson.trimEnd().split("\n").map((line) => {
      const { seq, from, text } = JSON.parse(line);
      return { seq, from, text };
    });
  assertEquals(said(copy), said(file));
  assertEquals(said(copy).map(({ text }) => text), texts);
});

Deno.test("people in the room see imported messages", async () => {
  const api = new ApiBench();
  const { reader } = await api.bench.enter("Bob");
  await add(
    api,
    lines({ from: "Ada", text: "one" }, { from: "Eve", text: "2" }),
  );
  await api.bench.turn();
  assertEquals(reader.messages.map(({ from, text }) => [from, text]), [
    ["Ada", "one"],
    ["Eve", "2"],
  ]);
});

Deno.test("an empty room is exported as nothing, and is not made by that", async () => {
  const api = new ApiBench();
  assertEquals(await exported(api), []);
  assertEquals(await api.bench.store.rooms(), []);
});

Deno.test("an export is read as fast as it is taken, a page in memory", async () => {
  const api = new ApiBench();
  await add(api, lines({ from: "Ada", text: "x".repeat(90) }).repeat(5_000));
  let messages = 0;
  const { inner } = api.bench.store;
  const read = inner.read.bind(inner);
  inner.read = async (...args) => {
    const page = await read(...args);
    messages += page.messages.length;
    return page;
  };
  const response = await api.ask("/api/rooms/hall/export");
  const reader = response.body!.getReader();
  await reader.read();
  await api.bench.turn();
  assertLess(messages, 4 * 256);
  await reader.cancel();
});

Deno.test("an export ends with the last message from when it began", async () => {
  const api = new ApiBench();
  await add(api, lines({ from: "Ada", text: "x" }).repeat(600));
  const response = await api.ask("/api/rooms/hall/export");
  await add(api, lines({ from: "Ada", text: "later" }).repeat(10));
  assertEquals((await response.text()).trimEnd().split("\n").length, 600);
});

Deno.test("promise 7: an export that cannot go on breaks off instead of ending", async () => {
  const api = new ApiBench();
  await add(api, lines({ from: "Ada", text: "x" }).repeat(600));
  const response = await api.ask("/api/rooms/hall/export");
  api.bench.store.failing.add("read");
  const end = await response.text().then(() => "whole", () => "broken");
  assertEquals(end, "broken");
});

Deno.test("a line is known by its place in its log, or by its cid", async () => {
  const api = new ApiBench();
  const result = await add(
    api,
    lines(
      // Two visits in which somebody counted from 1.
      { seq: 1, at: 1_000, from: "Ada", text: "first", cid: "1" },
      { seq: 2, at: 2_000, from: "Ada", text: "second", cid: "1" },
      { from: "Bot", text: "third", cid: "1" },
      { from: "Bot", text: "third", cid: "1" },
      // Said twice.
      { from: "Eve", text: "yes" },
      { from: "Eve", text: "yes" },
    ),
  );
  assertEquals(result, {
    status: 200,
    room: "hall",
    imported: 5,
    duplicates: 1,
  });
  assertEquals((await exported(api)).map(({ text }) => text), [
    "first",
    "second",
    "third",
    "yes",
    "yes",
  ]);
});

Deno.test("messages that are imported are new ones: next seqs, time of now", async () => {
  const api = new ApiBench();
  await add(api, lines({ from: "Ada", text: "x" }));
  await add(api, lines({ seq: 70, at: 5, from: "Ada", text: "y" }), "hall");
  const at = api.bench.clock.now();
  assertEquals((await exported(api)).map(({ seq, at }) => [seq, at]), [
    [1, at],
    [2, at],
  ]);
});

Deno.test("promise 7: a bad line is reported with its number and the messages stored before it", async () => {
  const api = new ApiBench();
  const good = lines({ from: "Ada", text: "x", cid: "c" });
  const cases = [
    ["{", 400, "bad_json"],
    ["7", 400, "bad_json"],
    ['{"text":"x"}', 400, "bad_field"],
    ['{"from":"Ada"}', 400, "bad_field"],
    ['{"from":"Ada","text":"x","seq":"1"}', 400, "bad_field"],
    ['{"from":"Ada","text":"x","cid":"a\\nb"}', 400, "bad_field"],
    ['{"from":"Server","text":"x"}', 400, "bad_name"],
    ['{"from":"Ada","text":" "}', 400, "empty"],
    [`{"from":"Ada","text":"${"x".repeat(101)}"}`, 413, "too_long"],
    [`{"from":"${"x".repeat(600_000)}"}`, 413, "too_large"],
  ] as const;
  for (const [line, status, code] of cases) {
    const problem = await add(api, `${good}\n${line}\n${good}`);
    assertEquals([problem["status"], problem["code"]], [status, code]);
    if (code !== "too_large") assertEquals(problem["line"], 3, code);
    assertEquals(problem["imported"], 0);
  }
  // Batches before that of the bad line are stored, and it says so.
  const many = lines({ from: "Ada", text: "x" }).repeat(300);
  const problem = await add(api, `${many}{`);
  assertEquals([problem["line"], problem["imported"]], [301, 256]);
  assertEquals((await exported(api)).length, 256);
});

Deno.test("an import keeps its messages' names, also those of present users", async () => {
  const api = new ApiBench();
  await api.bench.enter("Ada");
  const { imported } = await add(api, lines({ from: "Ada", text: "before" }));
  assertEquals(imported, 1);
  assertEquals((await exported(api)).map(({ from }) => from), ["Ada"]);
});

Deno.test("promise 7: a stopped import reports how far it came", async () => {
  const api = new ApiBench();
  let sent = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (sent++ === 300) api.bench.hub.refuse();
      // Long, as a body is looked at in pieces of 32 KiB.
      const rest = ".".repeat(1_000);
      const line = lines({ from: "Ada", text: "Hi", cid: `${sent}`, rest });
      controller.enqueue(new TextEncoder().encode(line));
      if (sent === 600) controller.close();
    },
  });
  const response = await api.ask("/api/rooms/hall/import", {
    method: "POST",
    headers: TYPE,
    body,
  });
  const problem = await response.json();
  assertEquals([response.status, problem.code], [503, "stopping"]);
  assertEquals(problem.imported, 256);
  assert(response.headers.has("retry-after"));
});

Deno.test("an import of more than 64 MiB is refused", async () => {
  const api = new ApiBench();
  const response = await api.ask("/api/rooms/hall/import", {
    method: "POST",
    headers: { ...TYPE, "content-length": String(64 * 1024 * 1024 + 1) },
    body: "{}",
  });
  assertEquals([response.status, (await response.json()).code], [
    413,
    "too_large",
  ]);
});
