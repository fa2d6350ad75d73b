/** The Deno KV store against the contracts. */

import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { KvStore } from "../../server/store/kv/kv_store.ts";
import { claimKvSchema } from "../../server/store/kv/kv_schema.ts";
import { ALL, roomKey, SCHEMA } from "../../server/store/kv/kv_wire.ts";
import { SCHEMA_VERSION } from "../../server/store/schema_version.ts";
import { StoreOpenError } from "../../server/store/store.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";
import { TempFolder } from "../helpers/temp.ts";
import { KEEP_ALL, type Place } from "./bench.ts";
import { storeContract } from "./contract.ts";
import { fleetContract } from "./contract_fleet.ts";

/** A file, opened by one store after the other. */
function file(): Promise<Place> {
  const folder = new TempFolder();
  return Promise.resolve({
    persistent: true,
    datesSet: [9 * 60_000],
    open: (options) => KvStore.open(folder.file("kv"), options),
    async entries(store) {
      if (!(store instanceof KvStore)) throw new TypeError("Not in Deno KV");
      const all = store.database.list({ prefix: ["hubbub"] });
      const about = (await Array.fromAsync(all)).filter(({ key: [, kind] }) =>
        kind === "room" || kind === "message"
      );
      return about.length;
    },
    async breakRoom(store, room) {
      if (!(store instanceof KvStore)) throw new TypeError("Not in Deno KV");
      await store.database.set(roomKey(room), "broken");
    },
    [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      return Promise.resolve();
    },
  });
}

/** A database for several stores of this process: a file is locked for all but
 * the one that opened it. */
async function shared(): Promise<Place> {
  const kv = await Deno.openKv(":memory:");
  return {
    persistent: true,
    open: (options) => Promise.resolve(new KvStore(kv, options)),
    [Symbol.asyncDispose]() {
      kv.close();
      return Promise.resolve();
    },
  };
}

storeContract("kv", file);
fleetContract("kv", shared);

function open(path: string): Promise<KvStore> {
  return KvStore.open(path, { retention: KEEP_ALL, clock: new FakeClock() });
}

/** Tries to open a file; gives the one line that refuses it. */
async function refusal(path: string): Promise<string> {
  const before = Deno.readFileSync(path);
  const { message } = await assertRejects(() => open(path), StoreOpenError);
  assertEquals(Deno.readFileSync(path), before);
  return message;
}

Deno.test("kv store: a database that is not of Deno KV is left alone", async () => {
  using folder = new TempFolder();
  const path = folder.file("hubbub.db");
  const db = new DatabaseSync(path);
  db.exec("CREATE TABLE recipes (name TEXT)");
  db.close();
  assertMatch(await refusal(path), /is no database of Deno KV\. Choose/);
});

Deno.test("kv store: leaves a file that is not a database unchanged", async () => {
  using folder = new TempFolder();
  const path = folder.file("list.txt");
  Deno.writeTextFileSync(path, "Shopping list: tea\n".repeat(100));
  assertMatch(await refusal(path), /^Cannot open "kv:.*list\.txt": \S/);
});

Deno.test("kv store: an empty file becomes a database, which is opened again", async () => {
  using folder = new TempFolder();
  const path = folder.file("kv");
  Deno.writeTextFileSync(path, "");
  await (await open(path)).close();
  await (await open(path)).close();
});

Deno.test("kv store: data of another schema version is left unchanged, with an error and a remedy", async () => {
  using folder = new TempFolder();
  const path = folder.file("kv");
  const write = async (version?: number | null) => {
    const kv = await Deno.openKv(path);
    if (version === null) await kv.delete(SCHEMA);
    else if (version !== undefined) await kv.set(SCHEMA, version);
    const all = await Array.fromAsync(kv.list({ prefix: ALL }));
    kv.close();
    return all;
  };
  await (await open(path)).close();
  for (
    const [version, words] of [
      [2, "Upgrade all nodes, or stop them and restore a backup from before"],
      [0, "Start the version of Hubbub that wrote it, or use another database"],
    ] as const
  ) {
    const before = await write(version);
    const { message } = await assertRejects(() => open(path), StoreOpenError);
    assertStringIncludes(message, `has schema version ${version}, and this`);
    assertStringIncludes(message, `server uses version 1. ${words}`);
    assertEquals(await write(), before);
  }
  // Data that was written before versions were is the first.
  await write(null);
  const store = await open(path);
  assertEquals((await store.database.get(SCHEMA)).value, 1);
  await store.close();
});

Deno.test("kv store: of nodes that begin at once, all find one schema version", async () => {
  const kv = await Deno.openKv(":memory:");
  await Promise.all(Array.from({ length: 8 }, () => claimKvSchema(kv, "kv")));
  assertEquals((await kv.get(SCHEMA)).value, SCHEMA_VERSION);
  await kv.set(SCHEMA, SCHEMA_VERSION + 1);
  await assertRejects(() => claimKvSchema(kv, "kv"), StoreOpenError);
  kv.close();
});
