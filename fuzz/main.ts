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

const HELP = `Sends a real server what no client should: broken handshakes and
frames, random and mutated requests, in every dialect and over HTTP.

Usage: deno task fuzz [settings]

  --seed N       of all that is sent (default: a random one)
  --count N      inputs (default 10000)
  --seconds N    after which it ends with fewer (default 600)
  --transport T  of the server: ws (the default) or native
  --cost         look for inputs that cost more than their size instead: every
                 field, header, query, body and text, made of all that has ever
                 been slow, 1, 2, 4 and 8 times as long
  --quick        with --cost: only of what has been slow most often
  --only WORDS   with --cost: only inputs whose names have these words in them
  --help         this text

It prints its figures as JSON, and exits 0 when the process lived, a witness in
a room noticed nothing, and memory came back; with --cost, when no input held
the event loop for more than 50 ms or took more than linear time. It exits 1 on
any finding, 2 on wrong usage.`;

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
