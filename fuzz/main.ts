/** The fuzzer as a program: reads what to do, does it, tells what came of it. */

import { parseArgs } from "@std/cli/parse-args";
import { fileURLToPath } from "node:url";
import {
  type TransportName,
  TRANSPORTS,
} from "../server/transport/open_transport.ts";
import { fuzzCost } from "./cost/cost.ts";
import { endOnSignals } from "../soak/servers/server_process.ts";
import { fuzz } from "./fuzz.ts";

const HELP =
  `Sends invalid input to a real server: broken handshakes and frames,
random and mutated requests, in every dialect and over HTTP.

Usage: deno task fuzz [settings]

  --seed N       seed of all inputs (default: random)
  --count N      number of inputs (default 10000)
  --seconds N    time limit (default 600)
  --transport T  transport of the server: ws or native (default ws)
  --cost         look for slow inputs instead: fill every field, header, query,
                 body and text with patterns that were slow before, at 1, 2, 4
                 and 8 times the length
  --quick        with --cost: only the patterns that were slow most often
  --only WORDS   with --cost: only inputs whose names contain these words
  --help         show this help

It prints its figures as JSON. Exit codes: 0 when the server survived, another
client in the room noticed nothing, and memory was freed; with --cost, 0 when no
input blocked the event loop for more than 50 ms or took more than linear time;
1 on any finding; 2 on wrong usage.`;

const MOST = 2 ** 31;

/** Ends with a line that says what is wrong. */
function refuse(message: string): never {
  console.error(`fuzz: ${message}. --help lists the settings`);
  Deno.exit(2);
}

const flags = parseArgs(Deno.args, {
  string: ["seed", "count", "seconds", "transport", "only"],
  boolean: ["help", "cost", "quick"],
  unknown: (arg) => refuse(`Unknown setting "${arg}"`),
});
if (flags["help"] === true) {
  console.log(HELP);
  Deno.exit(0);
}

function number(name: string, fallback: number): number {
  const words = flags[name];
  if (words === undefined) return fallback;
  const value = Number(words);
  if (/^\d+$/.test(String(words)) && value <= MOST) return value;
  refuse(`--${name} must be a whole number, not "${words}"`);
}

function transport(): TransportName {
  const words = flags["transport"] ?? "ws";
  const name = TRANSPORTS.find((name) => name === words);
  return name ?? refuse(`--transport must be ${TRANSPORTS.join(" or ")}`);
}

/** Ends with what was found. */
function finish(report: { readonly findings: readonly string[] }): never {
  console.log(JSON.stringify(report, null, 2));
  Deno.exit(report.findings.length === 0 ? 0 : 1);
}

if (flags["cost"] === true) {
  finish(
    await fuzzCost({
      transport: transport(),
      quick: flags["quick"] === true,
      only: String(flags["only"] ?? ""),
      onFinding: (finding) => console.error(finding),
    }),
  );
}
endOnSignals();
finish(
  await fuzz({
    seed: number("seed", Math.floor(Math.random() * MOST)),
    count: number("count", 10_000),
    seconds: number("seconds", 600),
    transport: transport(),
    folder: fileURLToPath(new URL("../.tmp", import.meta.url)),
  }),
);
