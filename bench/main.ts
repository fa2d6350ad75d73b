/**
 * The benchmark: one command, one run. Measures Hubbub and its peers in turn
 * on this machine, round by round, with one load generator in a process of its
 * own; prints medians and ratios, and writes every figure as JSON.
 */

import { parseArgs } from "@std/cli/parse-args";
import { installPackages } from "./packages.ts";
import { available, type PeerName, PEERS } from "./peers.ts";
import { scenarioTable, short } from "./report.ts";
import { Results } from "./results.ts";
import type { Case, Plan, Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const HELP = `Usage: deno task bench [options]

  --only NAMES    scenarios, or cases such as fanout:1000x8; with commas
                  (${SCENARIOS.map(({ name }) => name).join(", ")})
  --peers NAMES   who is measured; with commas
                  (${Object.keys(PEERS).join(", ")})
  --rounds N      how often each is measured, 3
  --quick         shorter, and twice: for a look, not for figures to keep
  --out FILE      where the JSON goes, .tmp/bench.json`;

/** Ends with a line that says what was wrong with the command. */
function misused(message: string): never {
  console.error(`bench: ${message}\n\n${HELP}`);
  Deno.exit(2);
}

function list(value: unknown): string[] | undefined {
  return typeof value === "string" ? value.split(",") : undefined;
}

const args = parseArgs(Deno.args, {
  boolean: ["quick", "help"],
  string: ["only", "peers", "rounds", "out"],
  unknown: (arg) => misused(`Unknown option "${arg}"`),
});
if (args["help"]) {
  console.log(HELP);
  Deno.exit(0);
}
const quick = args["quick"] === true;
const rounds = Number(args["rounds"] ?? (quick ? 2 : 3));
if (!(rounds >= 1)) misused("--rounds must be a number from 1");
const out = String(args["out"] ?? ".tmp/bench.json");
const only = list(args["only"]);
const peers = list(args["peers"]) ?? Object.keys(PEERS);
for (const peer of peers) {
  if (!Object.hasOwn(PEERS, peer)) misused(`Unknown peer "${peer}"`);
}

await installPackages();
const runnable: PeerName[] = [];
for (const peer of peers as PeerName[]) {
  if (await available(peer)) runnable.push(peer);
  else console.error(`${peer} cannot run here and is left out`);
}
const plan: Plan = {
  peers: runnable,
  warmMs: quick ? 800 : 1000,
  measureMs: quick ? 1200 : 1500,
};

/** The cases that are to be measured, by scenario. */
const chosen = new Map<Scenario, (readonly [id: string, Case])[]>();
for (const scenario of SCENARIOS) {
  const { name } = scenario;
  const cases = scenario.cases(plan).map((each) =>
    [`${name}:${each.name}`, each] as const
  ).filter(([id]) =>
    only?.some((w) => w === name || w === id) ?? !scenario.extra
  );
  if (cases.length > 0) chosen.set(scenario, cases);
}
if (chosen.size === 0) misused(`Nothing is called "${only}"`);

const results = new Results();
const failures: string[] = [];
const started = performance.now();
for (let round = 1; round <= rounds; round++) {
  for (const [{ columns }, cases] of chosen) {
    for (const [name, { sides }] of cases) {
      for (const side of sides) {
        const label = `${round}/${rounds} ${name} ${side.name}`;
        try {
          const measures = await side.run();
          results.add({ name, side: side.name, round, measures });
          const figures = columns.map((c) =>
            `${c} ${short(measures[c] ?? NaN)}`
          );
          console.error(`${label}: ${figures.join(", ")}`);
        } catch (error) {
          const reason = error instanceof Error ? error.message : error;
          failures.push(`${label}: ${reason}`);
          console.error(failures.at(-1));
        }
      }
    }
  }
}

for (const [scenario, cases] of chosen) {
  console.log(`\n${scenario.title}\n`);
  console.log(scenarioTable(scenario, cases, results));
}
if (failures.length > 0) {
  console.log(`\nNot measured:\n${failures.join("\n")}`);
}
await Deno.mkdir(new URL("../.tmp/", import.meta.url), { recursive: true });
await Deno.writeTextFile(
  out,
  JSON.stringify(
    {
      at: new Date().toISOString(),
      machine: {
        os: Deno.build.os,
        arch: Deno.build.arch,
        cores: navigator.hardwareConcurrency,
        deno: Deno.version.deno,
      },
      rounds,
      plan,
      failures,
      samples: results.samples,
    },
    null,
    1,
  ),
);
const minutes = (performance.now() - started) / 60_000;
console.log(`\n${minutes.toFixed(1)} minutes; every figure is in ${out}`);
