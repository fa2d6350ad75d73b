/** Cost fuzzing: no input may cost more than its size. */

import { InProcessServer } from "../../tests/helpers/in_process.ts";
import type { TransportName } from "../../server/transport/open_transport.ts";
import { FEW, fill, UNITS } from "./alphabets.ts";
import { type Kind, kindsOf } from "./kinds.ts";
import { type Growth, growthOf, held } from "./measure.ts";
import { costOf } from "./talk.ts";

/** How to run. */
export interface CostOptions {
  readonly transport: TransportName;
  /** Whether only the units of {@linkcode FEW} are tried, and an input alone
   * only where nothing often stands around it. */
  readonly quick: boolean;
  /** Part of the names of the kinds that are tried; all by default. */
  readonly only?: string | undefined;
  /** Receives each finding as it is made. */
  readonly onFinding?: (finding: string) => void;
}

/** What came of it. */
export interface CostReport {
  readonly transport: TransportName;
  readonly kinds: number;
  /** Kinds, each with each unit, bare and with what stands around it. */
  readonly inputs: number;
  readonly seconds: number;
  /** The longest that any of them has held the event loop, milliseconds. */
  readonly slowestMs: number;
  readonly slowest: string;
  readonly findings: readonly string[];
}

/** The page, for the headers that are about files. */
const PAGE = {
  body: new TextEncoder().encode("<!doctype html>"),
  type: "text/html",
  etag: '"page"',
};
/** How the server is started. Nothing is refused for coming too fast: that would
 * be all there is to see. */
export const SETTINGS = {
  rate: 0,
  byteRate: 0,
  httpRate: 0,
  requestRate: 0,
  joinRate: 0,
  renameRate: 0,
  history: 0,
  trustProxy: true,
  maxPerAddress: 10_000,
  grace: 0,
  assets: new Map([["index.html", PAGE]]),
} as const;
/** The server breaks connections with too much of a body after this time; one
 * that stops before would have the runtime read all of it first. */
const LINGER_MS = 1_500;
/** What can stand in a head. */
const ASCII = /^[\x20-\x7e]*$/;

/** Runs it all. */
export async function fuzzCost(options: CostOptions): Promise<CostReport> {
  const { transport, quick, only = "", onFinding } = options;
  const units = quick ? FEW : Object.keys(UNITS);
  await using server = await InProcessServer.start({ ...SETTINGS, transport });
  const token = server.operator.authorization.replace("Bearer ", "");
  const kinds = kindsOf(transport, token).filter(({ name }) =>
    name.includes(only)
  );
  const start = performance.now();
  const findings: string[] = [];
  let [inputs, slowestMs, slowest] = [0, 0, ""];
  const run = async (kind: Kind, unit: string, isWrapped: boolean) => {
    const name = `${kind.name}: ${unit}${
      isWrapped ? ", with more around" : ""
    }`;
    inputs++;
    const { heldMs, finding } = await tried(
      kind,
      UNITS[unit]!,
      isWrapped,
      server.port,
    ).catch((error) => ({ heldMs: 0, finding: `it fails: ${error}` }));
    if (heldMs > slowestMs) [slowestMs, slowest] = [heldMs, name];
    if (finding === undefined) return;
    findings.push(`${name}: ${finding}`);
    onFinding?.(`${name}: ${finding}`);
  };
  for (const kind of kinds) {
    for (const unit of kind.counts ? ["letters"] : units) {
      if (kind.ascii && !ASCII.test(UNITS[unit]!)) continue;
      const isWrapped = kind.around !== undefined;
      if (!quick || !isWrapped) await run(kind, unit, false);
      if (isWrapped) await run(kind, unit, true);
    }
  }
  await new Promise((done) => setTimeout(done, LINGER_MS));
  return {
    transport,
    kinds: kinds.length,
    inputs,
    seconds: Math.round((performance.now() - start) / 1000),
    slowestMs: Math.round(slowestMs),
    slowest,
    findings,
  };
}

function tried(
  kind: Kind,
  unit: string,
  isWrapped: boolean,
  port: number,
): Promise<Growth> {
  const { measure = "bytes" } = kind;
  const [before, after] = isWrapped ? kind.around ?? ["", ""] : ["", ""];
  return growthOf(kind.most, async (size) => {
    const put = await kind.put(before + fill(unit, size, measure) + after);
    return await (typeof put === "function" ? held(put) : costOf(port, put));
  });
}
