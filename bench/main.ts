/**
 * The benchmark: one command, one run. Measures Hubbub and its peers in turn
 * on this machine, round by round, with one load generator in a process of its
 * own; prints medians and ratios, holds them against the targets, and writes
 * every figure as JSON.
 */

import { dirname } from "node:path";
import { orFail } from "../tools/arguments.ts";
import { FLEET } from "./fleet.ts";
import { GROWTH } from "./growth.ts";
import {
  choose,
  helpText,
  type NamedCase,
  type Options,
  readOptions,
} from "./options.ts";
import { installPackages, unpack } from "./packages.ts";
import { available, type PeerName } from "./peers.ts";
import { scenarioTable, short } from "./report.ts";
import { type Measures, Results } from "./results.ts";
import type { Plan, Scenario, Side } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { judge, targetTable } from "./targets.ts";

const EVERYTHING = [...SCENARIOS, ...GROWTH, ...FLEET];
/** Cores that others may use before a measurement counts as disturbed. */
const DISTURBED = 0.15;

type Chosen = ReadonlyMap<Scenario, readonly NamedCase[]>;

/** Prints an error about the command line and exits. */
function refuse(message: string): never {
  console.error(`bench: ${message}`);
  Deno.exit(2);
}

function options(): Options {
  const options = orFail(() => readOptions(Deno.args), refuse);
  if (options !== "help") return options;
  console.log(helpText(EVERYTHING));
  Deno.exit(0);
}

/** Installs the peers to measure. */
async function prepare({ peers, before, warmMs, measureMs }: Options) {
  await installPackages();
  if (before !== undefined) await unpack(before);
  const runnable: PeerName[] = [];
  for (const peer of peers) {
    if (await available(peer)) runnable.push(peer);
    else console.error(`${peer} cannot run here and is left out`);
  }
  return { peers: runnable, warmMs, measureMs };
}

function pick({ only }: Options, plan: Plan): Chosen {
  return orFail(() => choose(EVERYTHING, only, plan), refuse);
}

/** Measures one side; again, if others disturbed it and there is patience. */
async function measure(side: Side, patience: number): Promise<Measures> {
  const measures = await side.run();
  const disturbed = (measures["others"] ?? 0) > DISTURBED;
  return disturbed && patience > 0 ? measure(side, patience - 1) : measures;
}

/** Measures everything, round by round. */
async function run(
  chosen: Chosen,
  { rounds, patience }: Options,
): Promise<{ results: Results; failures: string[] }> {
  const results = new Results();
  const failures: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [{ columns, mostRounds = rounds }, cases] of chosen) {
      if (round > mostRounds) continue;
      for (const [name, { sides }] of cases) {
        for (const side of sides) {
          const label = `${round}/${rounds} ${name} ${side.name}`;
          try {
            const measures = await measure(side, patience);
            results.add({ name, side: side.name, round, measures });
            const figures = columns.map((column) =>
              `${column} ${short(measures[column] ?? NaN)}`
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
  return { results, failures };
}

const asked = options();
const started = performance.now();
const plan = await prepare(asked);
const chosen = pick(asked, plan);
const { results, failures } = await run(chosen, asked);

for (const [scenario, cases] of chosen) {
  console.log(`\n${scenario.title}\n`);
  console.log(scenarioTable(scenario, cases, results));
}
const verdicts = judge(results);
if (verdicts.length > 0) {
  console.log(`\nTargets, medians of the ratios within a round\n`);
  console.log(targetTable(verdicts));
}
if (failures.length > 0) {
  console.log(`\nNot measured\n\n${failures.join("\n")}`);
}

const disturbed =
  results.samples.filter(({ measures }) =>
    (measures["others"] ?? 0) > DISTURBED
  ).length;
const machine = {
  os: Deno.build.os,
  arch: Deno.build.arch,
  cores: navigator.hardwareConcurrency,
  deno: Deno.version.deno,
};
await Deno.mkdir(dirname(asked.out), { recursive: true });
await Deno.writeTextFile(
  asked.out,
  JSON.stringify(
    {
      at: new Date().toISOString(),
      machine,
      plan,
      disturbed,
      verdicts,
      failures,
      samples: results.samples,
    },
    null,
    1,
  ),
);
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
console.log(
  `\n${minutes} minutes on ${machine.cores} cores, Deno ${machine.deno}; ` +
    `${disturbed} of ${results.samples.length} measurements were disturbed ` +
    `by other programs; every figure is in ${asked.out}`,
);
