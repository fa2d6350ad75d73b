/**
 * The layout of the sources: folders are layers, imports point one way, names
 * are unique and plain, and code that should be pure is.
 */

import { assert, assertEquals } from "@std/assert";
import { basename, join } from "node:path/posix";

/** The folders of the server, from the top to the bottom: a file may import
 * from its own folder and from those below. */
const LAYERS = [
  "server/observability/",
  "server/config/",
  "server/http/",
  "server/lessons/",
  "server/connection/",
  "server/transport/",
  "server/hub/",
  "server/sessions/",
  "server/moderation/",
  "server/rooms/",
  "server/fleet/",
  "server/store/",
  "server/auth/",
  "server/runtime/",
  // Words that the server renders and the pages show.
  "static/words/",
  "protocol/",
];

/** Files above all folders. */
const TOP = ["main.ts", "server/server.ts"];

/** Where only some may import from. */
const ONLY: readonly (readonly [from: string, to: readonly string[]])[] = [
  ["client/", ["client/", "protocol/"]],
  ["static/", ["static/", "client/", "protocol/"]],
];

/** Interfaces and what is common to all engines: everybody may import these;
 * the rest of both folders is chosen in main.ts. */
const STORE_AND_FLEET =
  /^server\/(store\/(?!(addresses|marks|store)\.ts$)|fleet\/(?!(fleet|lookalikes|nicknames|single_node)\.ts$))/;

/** Folders and files that read no clock, environment or socket, and never
 * wait: they are tested without any. */
const PURE = [
  "protocol/",
  "server/auth/author.ts",
  "server/auth/permissions.ts",
  "server/connection/connection_loss.ts",
  "server/connection/rate_limits.ts",
  "server/connection/rate_pool.ts",
  "server/runtime/turn_share.ts",
  "server/moderation/access_policy.ts",
  "server/moderation/actions.ts",
  "server/moderation/bans.ts",
  "server/moderation/rule_limits.ts",
  "server/moderation/rules.ts",
  "server/moderation/slow_mode.ts",
  "server/rooms/announcement_pace.ts",
  "server/rooms/announcements.ts",
  "server/rooms/join_queue.ts",
  "server/rooms/member_walk.ts",
  "server/rooms/message_text.ts",
  "server/rooms/name_changes.ts",
  "server/rooms/open_room_limits.ts",
  "server/rooms/page_cache.ts",
  "server/rooms/page_cost.ts",
  "server/rooms/presence.ts",
  "server/rooms/room.ts",
  "server/rooms/room_creation.ts",
  "server/rooms/room_log.ts",
  "server/rooms/room_memory.ts",
  "server/rooms/sent_messages.ts",
  "server/rooms/session.ts",
  "server/rooms/slow_readers.ts",
  "server/runtime/code_points.ts",
  "server/runtime/fair_queue.ts",
  "server/runtime/ip_network.ts",
  "server/runtime/json_size.ts",
  "server/runtime/stats.ts",
  "server/runtime/token_bucket.ts",
  "server/sessions/contained_reader.ts",
  "server/sessions/session_registry.ts",
  "server/transport/header_fields.ts",
  "server/transport/header_lists.ts",
];

/** Packages: in each, no two files have the same name, so that a name alone
 * tells which file is meant. */
const PACKAGES = [
  "bench",
  "client",
  "fuzz",
  "protocol",
  "server",
  "soak",
  "static",
];

/** Programs are called so, in whatever folder. */
const MAY_REPEAT = new Set(["main.ts"]);

/** Words that files once had for names, for which the field has others. */
const METAPHORS =
  /(^|_)(entrance|reception|gate|badge|decrees?|census|farewell|laggards?|crew|teller|parcel|chronicle|inquiry|outlet|admission|allowance|holdings|rosters|arrivals|refusals|permit|dice|witness|truth)(_|\.)/;

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

const imports = ["main.ts", ...PACKAGES.flatMap(sources)].flatMap(importsOf);

/** How deep a file of the server is; -1 of one above all, or of no layer. */
function layerOf(path: string): number {
  return LAYERS.findIndex((folder) => path.startsWith(folder));
}

function arrows(wrong: readonly Import[]): string[] {
  return wrong.map(({ from, to }) => `${from} imports ${to}`);
}

Deno.test("every source of the server is in a layer, and each layer has some", () => {
  const files = sources("server");
  assertEquals(
    files.filter((file) => layerOf(file) < 0 && !TOP.includes(file)),
    [],
  );
  for (const folder of LAYERS) {
    assert(
      !folder.startsWith("server/") ||
        files.some((file) => file.startsWith(folder)),
      folder,
    );
  }
});

Deno.test("imports of the server point one way", () => {
  const wrong = imports.filter(({ from, to }) =>
    layerOf(from) >= 0 && layerOf(to) < layerOf(from)
  );
  assertEquals(arrows(wrong), []);
});

Deno.test("the client imports the protocol alone, the pages the client", () => {
  const wrong = imports.filter(({ from, to }) =>
    ONLY.some(([folder, allowed]) =>
      from.startsWith(folder) &&
      !allowed.some((other) => to.startsWith(other))
    )
  );
  assertEquals(arrows(wrong), []);
});

Deno.test("only main.ts and their own folders import an engine of store or fleet", () => {
  const wrong = imports.filter(({ from, to }) =>
    STORE_AND_FLEET.test(to) && from.startsWith("server/") &&
    !/^server\/(store|fleet)\//.test(from)
  );
  assertEquals(arrows(wrong), []);
});

Deno.test("pure code reads no clock, no environment and no socket of its own", () => {
  const files = [...sources("protocol"), ...sources("server")];
  const pure = files.filter((path) =>
    PURE.some((name) => path.startsWith(name))
  );
  assert(PURE.every((name) => files.some((path) => path.startsWith(name))));
  const wrong = pure.filter((path) =>
    /\bDeno\.|\bDate\.now|\bMath\.random|\bsetTimeout|\bawait\b|\bnew WebSocket\(/
      .test(code(path))
  );
  assertEquals(wrong, []);
});

Deno.test("no two files of a package have the same name", () => {
  for (const folder of PACKAGES) {
    const names = Map.groupBy(sources(folder), (path) => basename(path));
    const twice = [...names].filter(([name, paths]) =>
      paths.length > 1 && !MAY_REPEAT.has(name)
    );
    assertEquals(twice, []);
  }
});

Deno.test("files are called by the words of the field", () => {
  const files = [...PACKAGES, "tests"].flatMap(sources);
  assertEquals(files.filter((path) => METAPHORS.test(basename(path))), []);
});

/** A file without its comments and strings. */
function code(path: string): string {
  return Deno.readTextFileSync(path)
    .replace(/\/\*[^]*?\*\/|\/\/.*/g, "")
    .replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
}
