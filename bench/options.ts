/** The command line of the benchmark. */

import { ConfigError, readWords } from "../server/config/parsers.ts";
import { readArguments, readNumbers } from "../tools/arguments.ts";
import { type PeerName, PEERS, USUAL_PEERS } from "./peers.ts";
import type { Case, Plan, Scenario } from "./scenario.ts";

/** Options of the benchmark. */
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
 * @throws {ConfigError} When it makes no sense.
 */
export function readOptions(args: readonly string[]): Options | "help" {
  const read = readArguments(args, {
    values: ["only", "peers", "before", "rounds", "patience", "out"],
    switches: ["quick"],
  });
  if (read === "help") return read;
  const { values, switches } = read;
  const quick = switches.has("quick");
  const before = values.get("before");
  const only = values.get("only");
  const named = values.get("peers");
  const peers: readonly PeerName[] = named === undefined
    ? USUAL_PEERS
    : readWords("--peers", named, { parse: peersOf });
  return {
    only: only === undefined
      ? undefined
      : readWords("--only", only, { parse: list }),
    // Beside Hubbub as it is now.
    peers: before === undefined ? peers : peers.toSpliced(1, 0, "before"),
    ...readNumbers(read, {
      rounds: { least: 1, most: 1_000, fallback: quick ? 2 : 3 },
      patience: { least: 0, most: 1_000, fallback: 0 },
    }),
    // V8 compiles in steps: after 0.9 s, 100x64 is a fifth slower.
    warmMs: quick ? 800 : 2_500,
    measureMs: 1_200,
    before,
    out: values.get("out") ?? ".tmp/bench.json",
  };
}

/** The parts of a list with commas between them, at least one. */
function list(words: string): string[] {
  const parts = words.split(",").map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.length > 0) return parts;
  throw new ConfigError("must be names with commas between them");
}

function peersOf(words: string): PeerName[] {
  const names = list(words);
  const known = Object.keys(PEERS);
  if (names.every((name): name is PeerName => known.includes(name))) {
    return names;
  }
  throw new ConfigError(`must be some of ${known.join(", ")}`);
}

/** A case, by the name that `--only` takes. */
export type NamedCase = readonly [id: string, Case];

/**
 * Selects the scenarios to measure.
 *
 * @param scenarios All there are.
 * @param only What was asked for.
 * @param plan How they are measured.
 * @returns Their cases.
 * @throws {ConfigError} When nothing is called that.
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
    throw new ConfigError(
      `--only must name scenarios or cases that --help lists, not "${only}"`,
    );
  }
  return chosen;
}
