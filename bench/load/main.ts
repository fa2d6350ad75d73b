/**
 * The load generator. Its one argument describes the load. It generates the load,
 * prints the measurements and exits.
 */

import process from "node:process";
import { idle } from "./idle.ts";
import { join } from "./join.ts";
import { presence } from "./presence.ts";
import type { LoadResult, LoadSpec } from "./spec.ts";
import { traffic } from "./traffic.ts";

/** No load takes longer, whatever the server does. */
const MOST_MS = 60_000;

function run(spec: LoadSpec): Promise<LoadResult> {
  switch (spec.kind) {
    case "traffic":
      return traffic(spec);
    case "join":
      return join(spec);
    case "idle":
      return idle(spec);
    case "presence":
      return presence(spec);
  }
}

setTimeout(() => {
  console.error("The load took too long");
  process.exit(1);
}, MOST_MS);
const spec: LoadSpec = JSON.parse(process.argv[2] ?? "{}");
try {
  console.log(JSON.stringify(await run(spec)));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
