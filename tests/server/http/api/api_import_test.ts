/** What an import may bring in, what is written down of it, and how its
 * messages look to those who are in the room. */

import { assertEquals } from "@std/assert";
import { simple } from "../../../../protocol/simple.ts";
import { text } from "../../../../protocol/text.ts";
import { v1 } from "../../../../protocol/v1.ts";
import { byToken } from "../../../../server/http/api/access.ts";
import { Authority } from "../../../../server/auth/authenticator.ts";
import { ApiBench } from "../../../helpers/benches/api_bench.ts";
import { SECRET, signed } from "../../../helpers/tokens.ts";

const NDJSON = { "content-type": "application/x-ndjson" };
const ALL = ["read", "write", "moderate"];

/** A server with tokens, and what its moderators do there. */
async function closed() {
  const authority = await Authority.create({ secret: SECRET, guests: "none" });
  const api = new ApiBench({ authorize: byToken(authority) });
  const bearer = async (claims: object) => ({
    authorization: `Bearer ${await signed({ rights: ALL, ...claims }, 3600)}`,
  });
  const everywhere = await bearer({ sub: "chief", name: "Chief" });
  return {
    api,
    everywhere,
    oneRoom: await bearer({ sub: "mod@x.example", rooms: ["hall"] }),
    async import(headers: Record<string, string>, ...lines: object[]) {
      const response = await api.ask("/api/rooms/hall/import", {
        method: "POST",
        headers: { ...NDJSON, ...headers },
        body: lines.map((line) => JSON.stringify(line)).join("\n"),
      });
      return { status: response.status, ...await response.json() };
    },
    async audit() {
      const page = await api.ask("/api/audit", { headers: everywhere });
      const { entries } = await page.json();
      return entries.map(({ seq: _, at: __, ...entry }: { seq: 1; at: 1 }) =>
        entry
      );
    },
  };
}

Deno.test("an import is written down before it begins, and with its counts when it has ended", async () => {
  const { import: bring, oneRoom, audit } = await closed();
  const line = { from: "Vic", text: "hi", cid: "1" };
  assertEquals((await bring(oneRoom, line, { ...line, cid: "2" })).status, 200);
  await bring(oneRoom, line);
  // What is stored before a bad line counts too.
  const many = Array.from({ length: 300 }, () => ({ from: "A", text: "x" }));
  assertEquals((await bring(oneRoom, ...many, { from: 5 })).imported, 256);
  const by = { by: "Moderator", act: "import", room: "hall" };
  assertEquals(await audit(), [
    by,
    { ...by, imported: 2, duplicates: 0 },
    by,
    { ...by, imported: 0, duplicates: 1 },
    by,
    { ...by, imported: 256, duplicates: 0 },
  ]);
});

Deno.test("messages that cannot be stored are not imported", async () => {
  const { api, import: bring, oneRoom } = await closed();
  api.bench.store.broken.add("_audit");
  const refused = await bring(oneRoom, { from: "Vic", text: "hi" });
  assertEquals([refused.status, refused.imported], [503, 0]);
  assertEquals(
    (await api.bench.store.read("hall", { after: 0, limit: 9 })).head,
    0,
  );
});

Deno.test("moderators of all rooms import announcements, and nobody imports the server's messages", async () => {
  const { import: bring, oneRoom, everywhere } = await closed();
  const words = { text: "Post your token here" };
  for (
    const [headers, line, status] of [
      [oneRoom, { from: "Server", announcement: true, ...words }, 403],
      [oneRoom, { from: "Chief", announcement: true, ...words }, 403],
      [oneRoom, { from: "Server", ...words }, 400],
      [everywhere, { from: "Server", ...words }, 400],
      [everywhere, { from: "Server", announcement: true, ...words }, 200],
    ] as const
  ) {
    const { status: given } = await bring(headers, line);
    assertEquals(given, status, JSON.stringify(line));
  }
});

Deno.test("imported messages are marked for all readers in every dialect and over HTTP", async () => {
  const { api, import: bring, everywhere } = await closed();
  const { bench } = api;
  const vic = await bench.enter("Vic", v1);
  const batched = await bench.enter("Batch", v1.batched);
  const bare = await bench.enter("Bare", text);
  const plain = await bench.enter("Plain", simple);
  await bring(
    everywhere,
    { from: "Vic", text: "I never said this" },
    { from: "Server", text: "Tea", announcement: true },
  );
  await bench.turn();
  for (const { reader } of [vic, batched]) {
    assertEquals(
      reader.messages.map(({ text, imported }) => [text, imported]),
      [["I never said this", true], ["Tea", true]],
    );
  }
  assertEquals(bare.reader.frames.slice(-2), [
    "[Vic] (imported): I never said this",
    "[Server]: Imported announcement: Tea",
  ]);
  assertEquals(
    plain.reader.frames.slice(-2).map((frame) => JSON.parse(frame).imported),
    [true, true],
  );
  // Nothing of what is read later is without the mark, nor all of it has it.
  bench.say(vic.session, "But this");
  await bench.turn();
  for (const path of ["messages", "export"]) {
    const response = await api.ask(`/api/rooms/hall/${path}`, {
      headers: everywhere,
    });
    const body = await response.text();
    assertEquals(body.match(/"imported":true/g)?.length, 2, body);
  }
  vic.reader.frames = [];
  await bench.hub.history(vic.session, { type: "history", room: "hall" });
  const [{ messages = [] } = {}] = vic.reader.all("history");
  assertEquals(messages.map(({ imported }) => imported), [
    true,
    true,
    undefined,
  ]);
});

Deno.test("stops an import or export when the requester's rights end", async () => {
  const { api, oneRoom } = await closed();
  const lines = new TransformStream<Uint8Array<ArrayBuffer>>();
  const writer = lines.writable.getWriter();
  const encoder = new TextEncoder();
  const asked = api.ask("/api/rooms/hall/import", {
    method: "POST",
    headers: { ...NDJSON, ...oneRoom },
    body: lines.readable,
  });
  const line = encoder.encode('{"from":"A","text":"x"}\n');
  await writer.write(line);
  const { clock } = api.bench;
  clock.setForth(Date.now() - clock.now() + 2 * 3_600_000);
  await writer.write(line);
  await writer.close();
  const answer = await asked;
  const { code, imported } = await answer.json();
  assertEquals([answer.status, code, imported], [401, "auth_expired", 0]);
});
