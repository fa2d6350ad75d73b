/**
 * Imports point one way. A file may import files of its own layer and of those
 * before it, in the order of the list; a folder's files are in its layer unless
 * they are listed themselves.
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path/posix";

/** From what knows nothing to what knows all. */
const LAYERS: readonly (readonly string[])[] = [
  ["protocol/"],
  // The store's interface, time, and what else pure code may know.
  [
    "server/auth/author.ts",
    "server/auth/operator_token.ts",
    "server/clock.ts",
    "server/http/header_lists.ts",
    "server/log.ts",
    "server/grant.ts",
    "server/observability/resource_ledger.ts",
    "server/runtime/code_points.ts",
    "server/fleet/fleet.ts",
    "server/store/addresses.ts",
    "server/store/marks.ts",
    "server/store/store.ts",
  ],
  [
    "server/limits.ts",
    "server/networks.ts",
    "server/bans.ts",
    "server/rules.ts",
    "server/slow_mode.ts",
    "server/gate.ts",
    "server/audit.ts",
    "server/decrees.ts",
    "server/allowance.ts",
    "server/nicknames.ts",
    "server/tokens.ts",
    "server/message_text.ts",
    "server/room_log.ts",
    "server/rooms/sent_messages.ts",
    "server/pages.ts",
    "server/session.ts",
    "server/refusals.ts",
    "server/stats.ts",
    "server/sessions.ts",
    "server/sessions/contained_reader.ts",
    "server/presence.ts",
    "server/room.ts",
    "server/rooms/room_creation.ts",
    "server/fleet/lookalikes.ts",
    "server/fleet/alone.ts",
    "server/laggards.ts",
  ],
  // Knows the store, but no adapter of it.
  [
    "server/runtime/attempt.ts",
    "server/history.ts",
    "server/tick.ts",
    "server/tick_hooks.ts",
    "server/store_health.ts",
    "server/trimming.ts",
    "server/arrivals.ts",
    "server/catch_up.ts",
    "server/rooms.ts",
    "server/enforcement.ts",
    "server/moderation.ts",
    "server/census.ts",
    "server/reception.ts",
    "server/hub_parts.ts",
    "server/hub.ts",
  ],
  ["server/transport/", "server/auth.ts"],
  [
    "server/connection/",
    "server/badge.ts",
    "server/requests.ts",
    "server/outlet.ts",
    "server/entrance.ts",
    "server/connection.ts",
  ],
  // All that is not listed: handshake, routes, lessons, settings …
  ["server/"],
  ["server/store/", "server/fleet/"],
  ["main.ts"],
];

/** Where only some may import from, whatever the layers say. */
const ONLY: readonly (readonly [from: string, to: readonly string[]])[] = [
  ["client/", ["client/", "protocol/"]],
  ["static/", ["static/", "client/", "protocol/"]],
  ["protocol/", ["protocol/"]],
];

/** Files that may name an adapter of the store. */
const CHOOSERS = /^(main\.ts|server\/(store|fleet)\/)/;
const ADAPTER =
  /^server\/(store\/(?!(addresses|marks|store)\.ts$)|fleet\/(?!fleet\.ts$))/;

interface Import {
  readonly from: string;
  readonly to: string;
}

function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return name === "dist" ? [] : sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

/** Every relative import of a file, as a path in the repository. */
function importsOf(from: string): Import[] {
  const text = Deno.readTextFileSync(from);
  const pattern = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;
  return [...text.matchAll(pattern)].map(([, path = ""]) => ({
    from,
    to: join(from, "..", path),
  }));
}

function exists(folder: string): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch {
    return false;
  }
}

const imports = [
  "main.ts",
  ...["protocol", "server", "client", "static"].filter(exists).flatMap(sources),
].flatMap(importsOf);

/** The layer of a file: of its own name, else of the folder that fits best. */
function layerOf(path: string): number {
  const fits = LAYERS.flatMap((names, layer) =>
    names.filter((name) => path === name || path.startsWith(name))
      .map((name) => ({ layer, length: name.length }))
  );
  return fits.toSorted((a, b) => b.length - a.length)[0]?.layer ?? -1;
}

function arrows(wrong: readonly Import[]): string[] {
  return wrong.map(({ from, to }) => `${from} imports ${to}`);
}

Deno.test("the layers name files that exist", () => {
  const files = new Set([
    "main.ts",
    ...sources("server"),
    ...sources("protocol"),
  ]);
  const named = LAYERS.flat().filter((name) => name.endsWith(".ts"));
  assertEquals(named.filter((name) => !files.has(name)), []);
  assert(imports.length > 100, "imports are found");
});

Deno.test("imports of the server point one way", () => {
  const wrong = imports.filter(({ from, to }) =>
    layerOf(from) >= 0 && layerOf(to) > layerOf(from)
  );
  assertEquals(arrows(wrong), []);
});

Deno.test("the client knows the protocol alone, the pages the client, the protocol nobody", () => {
  const wrong = imports.filter(({ from, to }) =>
    ONLY.some(([folder, allowed]) =>
      from.startsWith(folder) &&
      !allowed.some((other) => to.startsWith(other))
    )
  );
  assertEquals(arrows(wrong), []);
});

Deno.test("only main.ts and their own files name an adapter of store or fleet", () => {
  const wrong = imports.filter(({ from, to }) =>
    ADAPTER.test(to) && !CHOOSERS.test(from)
  );
  assertEquals(arrows(wrong), []);
});

Deno.test("nobody imports main.ts", () => {
  assertEquals(arrows(imports.filter(({ to }) => to === "main.ts")), []);
});

Deno.test("pure code reads no clock, no environment and no socket of its own", () => {
  const pure = LAYERS.slice(0, 3).flat();
  const files = [...sources("protocol"), ...sources("server")].filter((path) =>
    pure.some((name) => path === name || path.startsWith(name)) &&
    path !== "server/clock.ts"
  );
  const wrong = files.filter((path) =>
    /\bDeno\.|\bDate\.now|\bMath\.random|\bsetTimeout|\bawait\b|\bnew WebSocket\(/
      .test(code(path))
  );
  assertEquals(wrong, []);
});

/** A file without its comments and strings. */
function code(path: string): string {
  return Deno.readTextFileSync(path)
    .replace(/\/\*[^]*?\*\/|\/\/.*/g, "")
    .replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
}
