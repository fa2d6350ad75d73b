/** That docs/operating.md and its dashboard know the metrics that there are. */

import { assert, assertEquals } from "@std/assert";
import { InProcessServer } from "../helpers/in_process.ts";
import { metricNames } from "../helpers/metrics.ts";
import { codes, readDocument, section, tables } from "./markdown.ts";

const operating = readDocument("docs/operating.md");

/** What `/metrics` says. */
async function metrics(): Promise<string> {
  await using server = await InProcessServer.start();
  return await (await fetch(server.url("/metrics"))).text();
}

/** Names of metrics in an expression, without what histograms add. */
function named(expression: string): string[] {
  return Array.from(
    expression.matchAll(/\bhubbub_\w+/g),
    ([name]) => name.replace(/_(bucket|sum|count)$/, ""),
  );
}

Deno.test("docs/operating.md explains every metric of /metrics, and no other", async () => {
  const text = await metrics();
  const [table] = tables(section(operating, "Metrics"));
  const rows = table?.rows ?? [];
  assertEquals(
    rows.map(([name = "", type]) => `${codes(name)[0]} ${type}`).sort(),
    Array.from(
      text.matchAll(/^# TYPE (\S+ \S+)$/gm),
      ([, words = ""]) => words,
    ).sort(),
  );
});

/** Commands to Redis of the library: it connects and subscribes. */
const OF_LIBRARY = [
  ...["AUTH", "HELLO", "PING", "SELECT", "SUBSCRIBE", "UNSUBSCRIBE"],
];
/** Commands that work without a right, or with a lesser result. */
const OPTIONAL = ["INFO"];

Deno.test("the Redis user of docs/operating.md may use the commands that the server sends, and no other", () => {
  const used = new Set<string>(OF_LIBRARY);
  for (const folder of ["server/store/redis", "server/fleet/redis"]) {
    for (const { name } of Deno.readDirSync(folder)) {
      const source = Deno.readTextFileSync(`${folder}/${name}`);
      const calls = [
        ...source.matchAll(/redis\.p?call\('(\w+)'(?:, '([A-Z]+)')?/g),
        ...source.matchAll(/\.call\(\s*(?:\.{3}\[)?"([A-Z]+)"/g),
      ];
      for (const [, command = "", sub] of calls) {
        used.add(command === "PUBSUB" ? `${command}|${sub}` : command);
      }
    }
  }
  for (const command of OPTIONAL) used.delete(command);
  const [, user = ""] = /^ACL SETUSER chat (.*)$/m.exec(operating) ?? [];
  assertEquals(
    Array.from(user.matchAll(/\+(\S+)/g), ([, c = ""]) => c.toUpperCase())
      .sort(),
    [...used].sort(),
  );
});

/** Constants that limit a shared resource, and their rows in docs/operating.md. */
const SHARED: Readonly<Record<string, string>> = {
  "server/moderation/rule_limits.ts MOST_RULES": "bans, locks, slow modes",
  "server/moderation/rule_limits.ts MOST_IN_ROOMS": "bans, locks, slow modes",
  "server/moderation/rule_limits.ts MOST_ROOMS": "moderation rates of rooms",
  "server/http/request_rates.ts MOST_ADDRESSES": "HTTP rates of addresses",
  "server/rooms/room_creation.ts MOST_ADDRESSES":
    "room creation rates of addresses",
  "server/store/sqlite/sqlite_logs.ts MOST_ABSENT":
    "cache of rooms that do not exist",
  "server/connection/rate_pool.ts MOST_ADDRESSES": "message rates of addresses",
  "server/connection/rate_pool.ts MOST_IDLE": "rates of disconnected clients",
};
/** What is large and bounds something else: a step, a frame, one room. */
const NOT_SHARED: readonly string[] = [
  "server/http/api/room_endpoints.ts MOST",
  "server/http/reader_language.ts MOST_BYTES",
  "server/runtime/log_writer.ts MOST_WAITING",
  "server/rooms/room_log.ts MAX_MESSAGES",
  "server/runtime/log_limits.ts MOST_MESSAGES",
  "server/store/recent_cids.ts MOST",
  "server/store/redis/redis_scripts.ts MOST_MISSED",
  "server/transport/ws.ts MOST_LATE",
  "server/connection/request_queue.ts MOST_A_TURN",
  "server/connection/connection.ts MOST_LINES",
  "server/connection/rate_pool.ts MOST_SWEPT",
];

/** The bounds of a thousand or more that a file has. */
function boundsIn(path: string): [name: string, value: number][] {
  const text = Deno.readTextFileSync(path);
  return Array.from(
    text.matchAll(/^(?:export )?const (M(?:OST|AX)\w*) = ([\d_]+);/gm),
    ([, name, digits = ""]): [string, number] => [
      `${path} ${name}`,
      Number(digits.replaceAll("_", "")),
    ],
  ).filter(([name, value]) => value >= 1_000 && !name.endsWith("_MS"));
}

function files(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).flatMap(
    ({ name, isDirectory }) =>
      isDirectory ? files(`${folder}/${name}`) : [`${folder}/${name}`],
  );
}

Deno.test("docs/operating.md lists every shared limit with its total", () => {
  const [table] = tables(section(operating, "Shared limits"));
  const rows = new Map(
    table?.rows.map(([what = "", ...cells]) => [what, cells.join(" ")]),
  );
  const bounds = files("server").flatMap(boundsIn)
    .filter(([name]) => !NOT_SHARED.includes(name));
  assertEquals(
    bounds.map(([name]) => name).sort(),
    Object.keys(SHARED).sort(),
    "a new limit: add it to the table of shared limits",
  );
  for (const [name, value] of bounds) {
    const row = rows.get(SHARED[name] ?? "") ?? "";
    assert(row.includes(value.toLocaleString("en")), `${name}: ${row}`);
  }
});

Deno.test("docs/operating.md's alerts ask for metrics that there are", async () => {
  const known = metricNames(await metrics());
  const [table] = tables(section(operating, "Alerts"));
  const names = table?.rows.flatMap(([, when = ""]) => named(when)) ?? [];
  assert(names.length > 5);
  assertEquals(names.filter((name) => !known.includes(name)), []);
});

Deno.test("docs/grafana.json shows every metric, and asks for no other", async () => {
  const known = metricNames(await metrics());
  const { panels } = JSON.parse(Deno.readTextFileSync("docs/grafana.json"));
  const shown = new Set(
    panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.flatMap(({ expr }) => named(expr))
    ),
  );
  assertEquals([...shown].sort(), known);
});
