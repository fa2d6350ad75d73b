/**
 * Where the server's time goes: runs a fan-out against Hubbub under V8's
 * sampling profiler and prints the functions by their own time.
 */

import { orFail } from "../tools/arguments.ts";
import type { TrafficResult } from "./load/spec.ts";
import { installPackages } from "./packages.ts";
import type { Launch } from "./processes.ts";
import { HELP, readProfileOptions } from "./profile_options.ts";
import { short, table } from "./report.ts";
import { load, withDirectory } from "./scenario.ts";

/** What is read of a profile
 * (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile). */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Microseconds spent in each function itself, most first. */
function ownTimes({ nodes, samples, timeDeltas }: CpuProfile) {
  const names = new Map(nodes.map(({ id, callFrame }) => {
    const { functionName, url, lineNumber } = callFrame;
    const file = url.split("/").slice(-2).join("/");
    return [
      id,
      `${functionName || "(anonymous)"}${
        file === "" ? "" : ` ${file}:${lineNumber + 1}`
      }`,
    ];
  }));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? "?";
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return [...times].sort(([, a], [, b]) => b - a);
}

/** The only profile in a directory. */
async function readProfile(dir: string): Promise<string> {
  for await (const { name } of Deno.readDir(dir)) {
    if (name.endsWith(".cpuprofile")) {
      return await Deno.readTextFile(`${dir}/${name}`);
    }
  }
  throw new Error("The server wrote no profile");
}

const options = orFail(
  () => readProfileOptions(Deno.args),
  (message) => {
    console.error(`profile: ${message}`);
    Deno.exit(2);
  },
);
if (options === "help") {
  console.log(HELP);
  Deno.exit(0);
}
const { rooms, readers, publishers, inFlight, seconds, top, keep } = options;

await installPackages();
await withDirectory(async (dir) => {
  const profiled = (launch: Launch): Launch => {
    const [run = "run", ...rest] = launch.args;
    return {
      ...launch,
      args: [run, "--cpu-prof", `--cpu-prof-dir=${dir}`, ...rest],
    };
  };
  const { deliveries, perFrame, cores } = await load<TrafficResult>("hubbub", {
    kind: "traffic",
    rooms,
    readers,
    publishers,
    inFlight,
    warmMs: 500,
    measureMs: seconds * 1000,
  }, { change: profiled });
  const profile = await readProfile(dir);
  if (keep !== undefined) await Deno.writeTextFile(keep, profile);
  const times = ownTimes(JSON.parse(profile));
  const all = times.filter(([name]) => name !== "(idle)")
    .reduce((sum, [, time]) => sum + time, 0);
  console.log(
    `${short(deliveries)} deliveries a second, ${
      short(perFrame)
    } messages a frame, server at ${short(cores.server)} cores\n`,
  );
  console.log(table([
    ["function", "where", "own time"],
    ...times.filter(([name]) => name !== "(idle)")
      .slice(0, top)
      .map(([name, time]) => {
        const [functionName = "", where = ""] = name.split(/ (?=[^ ]*$)/);
        return [functionName, where, `${(time / all * 100).toFixed(1)} %`];
      }),
  ]));
});
