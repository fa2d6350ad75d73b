/** A whole run: a server, the witness, and visitors until there were enough. */

import type { TransportName } from "../server/transport/open_transport.ts";
import {
  readOpenResources,
  resourcesReturn,
} from "../soak/checks/open_resources.ts";
import { seeded } from "../soak/random.ts";
import { freePort, ServerProcess } from "../soak/servers/server_process.ts";
import { RandomInputs } from "./random_inputs.ts";
import { type Tally, visit } from "./hostile_visitor.ts";
import { Bystander } from "./bystander.ts";

/** How to run. */
export interface FuzzOptions {
  readonly seed: number;
  /** Inputs to send. */
  readonly count: number;
  /** Seconds after which it ends with fewer. */
  readonly seconds: number;
  /** That of the server. */
  readonly transport: TransportName;
  /** Where the database goes; a folder is made in it, and removed. */
  readonly folder: string;
}

/** What came of it. */
export interface Report {
  readonly seed: number;
  readonly inputs: Tally;
  readonly seconds: number;
  readonly echoes: number;
  readonly slowestEchoMs: number;
  /** Memory of the server process in MiB, if known. */
  readonly memory?: {
    readonly before: number;
    readonly peak: number;
    readonly after: number;
  };
  readonly findings: readonly string[];
}

const VISITORS = 24;
/** Of the inputs: memory is compared with what it was after these. */
const WARM_UP = 0.1;
/** What more may be held in the end: the garbage of a heap that has grown. */
const MOST_GROWTH = 64 * 1024 * 1024;
const SETTLE_MS = 10_000;
/** Longest time until resources are closed; server timeouts have to expire. */
const RETURN_MS = 60_000;
/** Findings that are kept; one is bad enough. */
const MOST_FINDINGS = 20;
/** Nothing is refused for coming too fast: that would be all there is to see. */
const FLAGS = [
  "--rate",
  "0",
  "--byte-rate",
  "0",
  "--request-rate",
  "0",
  "--join-rate",
  "0",
  "--rename-rate",
  "0",
  "--connect-rate",
  "0",
  "--http-rate",
  "0",
  "--grace",
  "1",
  "--trust-proxy",
];

/** Runs it all. */
export async function fuzz(options: FuzzOptions): Promise<Report> {
  const { seed, count, seconds, transport, folder: parent } = options;
  const random = seeded(seed);
  const findings: string[] = [];
  const complain = (words: string) => {
    if (findings.length < MOST_FINDINGS) findings.push(words);
  };
  Deno.mkdirSync(parent, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: parent });
  const port = freePort(random());
  const server = await ServerProcess.start(
    { folder, port, flags: [...FLAGS, "--transport", transport] },
    complain,
  );
  const operator = Deno.readTextFileSync(
    `${folder}/hubbub.db.operator-token`,
  ).trim();
  const inputs: Tally = { handshake: 0, frame: 0, saying: 0, request: 0 };
  const sent = () => Object.values(inputs).reduce((sum, n) => sum + n, 0);
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const visits = async (until: number) => {
    // Each visitor has its own generator, so timing does not change the input.
    const visitor = async (random: RandomInputs) => {
      while (sent() < until && elapsed() < seconds && findings.length === 0) {
        await visit({ port, operator }, random, inputs);
      }
    };
    await Promise.all(Array.from(
      { length: VISITORS },
      () => visitor(new RandomInputs(seeded(Math.floor(random() * 2 ** 32)))),
    )).catch((error) => complain(`the server takes no connection: ${error}`));
  };
  try {
    const open = await readOpenResources(port);
    const bystander = await Bystander.enter(port, complain);
    await visits(count * WARM_UP);
    const before = await server.memory();
    await visits(count);
    const after = before && await settle(server, before.now + MOST_GROWTH);
    if (before && after && after.now > before.now + MOST_GROWTH) {
      complain(`memory went from ${mib(before.now)} to ${mib(after.now)} MiB`);
    }
    const took = Math.round(elapsed());
    await bystander.leave();
    const left = await resourcesReturn(port, { before: open, ms: RETURN_MS });
    if (left !== "") complain(`what was open did not end: ${left}`);
    const { code } = await server.stop();
    if (code !== 0) complain(`the server ended with ${code}`);
    return {
      seed,
      inputs,
      seconds: took,
      echoes: bystander.echoes,
      slowestEchoMs: bystander.slowestMs,
      ...(before && after && {
        memory: {
          before: mib(before.now),
          peak: mib(after.peak),
          after: mib(after.now),
        },
      }),
      findings,
    };
  } catch (error) {
    await server.kill().catch(() => {});
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits until server memory is below a limit or time is over; returns it. */
async function settle(server: ServerProcess, most: number) {
  const end = performance.now() + SETTLE_MS;
  while (true) {
    const memory = await server.memory();
    if (memory === undefined || memory.now <= most) return memory;
    if (performance.now() > end) return memory;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
