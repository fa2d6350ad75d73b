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
