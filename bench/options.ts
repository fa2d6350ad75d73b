/** The command line of the benchmark. */

import { parseArgs } from "@std/cli/parse-args";
import { type PeerName, PEERS, USUAL_PEERS } from "./peers.ts";
import type { Case, Plan, Scenario } from "./scenario.ts";

/** How the benchmark was asked to run. */
export interface Options {
  /** Names of scenarios, families of them, or cases; absent: the usual. */
  readonly only: readonly string[] | undefined;
  readonly peers: readonly PeerName[];
  readonly rounds: number;
  /** How often a measurement that others disturbed is made again. */
  readonly patience: number;
  readonly warmMs: number;
  readonly measureMs: number;
  /** A commit that is measured too. */
  readonly before: string | undefined;
  readonly out: string;
}

/** A command that makes no sense, told in one line. */
export class OptionsError extends Error {
  override name = "OptionsError";
}

/** What the options mean. */
export function helpText(scenarios: readonly Scenario[]): string {
  const usual = scenarios.filter(({ extra }) => !extra);
  const extra = scenarios.filter(({ extra }) => extra);
  return `Usage: deno task bench [options]

  --only NAMES     scenarios, or cases such as fanout:1000x8; with commas
                   ${names(usual)}
                   not measured unless asked for: growth and fleet, which are
                   ${names(extra)}
  --peers NAMES    who is measured; with commas
                   ${USUAL_PEERS.join(", ")};
                   bare is Hubbub for clients without its library, turns a loop
                   on Deno that keeps nothing and sends a frame a turn; or
                   native, which is Hubbub with --transport native
  --before COMMIT  also Hubbub as it was then, as the side "before"
  --rounds N       how often each is measured, 3
  --patience N     how often to measure again what other programs disturbed, 0
  --quick          shorter, and twice: for a look, not for figures to keep
  --out FILE       where the JSON goes, .tmp/bench.json`;
}

function names(scenarios: readonly Scenario[]): string {
  return scenarios.map(({ name }) => name).join(", ");
}

/**
 * Reads the command line.
 *
 * @returns The options, or "help".
 * @throws {OptionsError} When it makes no sense.
 */
export function readOptions(args: readonly string[]): Options | "help" {
  const flags = parseArgs(args, {
    boolean: ["quick", "help"],
    string: ["only", "peers", "before", "rounds", "patience", "out"],
    unknown(arg) {
      throw new OptionsError(`Unknown option "${arg}"`);
    },
  });
  if (flags["help"]) return "help";
  const quick = flags["quick"] === true;
  const before = flags["before"] as string | undefined;
  const peers = list(flags["peers"]) ?? [...USUAL_PEERS];
  for (const peer of peers) {
    if (!Object.hasOwn(PEERS, peer)) {
      throw new OptionsError(`Unknown peer "${peer}"`);
    }
  }
  if (before !== undefined) peers.splice(1, 0, "before");
  return {
    only: list(flags["only"]),
    peers: peers as PeerName[],
    rounds: whole("rounds", flags["rounds"], quick ? 2 : 3),
    patience: whole("patience", flags["patience"], 0),
    // V8 compiles in steps: after 0.9 s, 100x64 is a fifth slower.
    warmMs: quick ? 800 : 2_500,
    measureMs: 1_200,
    before,
    out: String(flags["out"] ?? ".tmp/bench.json"),
  };
}

function list(value: unknown): string[] | undefined {
  return typeof value === "string" ? value.split(",") : undefined;
}

function whole(name: string, value: unknown, fallback: number): number {
  const number = value === undefined ? fallback : Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new OptionsError(`--${name} must be a whole number`);
}

/** A case, by the name that `--only` takes. */
export type NamedCase = readonly [id: string, Case];

/**
 * Picks what is measured.
 *
 * @param scenarios All there are.
 * @param only What was asked for.
 * @param plan How they are measured.
 * @returns Their cases.
 * @throws {OptionsError} When nothing is called that.
 */
export function choose(
  scenarios: readonly Scenario[],
  only: readonly string[] | undefined,
  plan: Plan,
): ReadonlyMap<Scenario, readonly NamedCase[]> {
  const chosen = new Map<Scenario, readonly NamedCase[]>();
  for (const scenario of scenarios) {
    const { name, extra } = scenario;
    const wants = (id: string) =>
      only === undefined
        ? !extra
        : only.some((wanted) =>
          wanted === name || name.startsWith(`${wanted}-`) || wanted === id
        );
    const cases = scenario.cases(plan)
      .filter(({ sides }) => sides.length > 0)
      .map((each) => [`${name}:${each.name}`, each] as const)
      .filter(([id]) => wants(id));
    if (cases.length > 0) chosen.set(scenario, cases);
  }
  if (chosen.size === 0) {
    throw new OptionsError(`Nothing to measure is called "${only}"`);
  }
  return chosen;
}
