/** The fuzzer's command-line program: runs the fuzzer and prints its findings. */

import { fileURLToPath } from "node:url";
import { orFail } from "../tools/arguments.ts";
import { fuzzCost } from "./cost/cost.ts";
import { endOnSignals } from "../soak/servers/server_process.ts";
import { fuzz } from "./fuzz.ts";
import { HELP, readFuzzOptions } from "./fuzz_options.ts";

/** Prints an error and exits with code 2. */
function refuse(message: string): never {
  console.error(`fuzz: ${message}`);
  Deno.exit(2);
}

/** Prints the findings and exits. */
function finish(report: { readonly findings: readonly string[] }): never {
  console.log(JSON.stringify(report, null, 2));
  Deno.exit(report.findings.length === 0 ? 0 : 1);
}

const asked = orFail(() => readFuzzOptions(Deno.args, Math.random), refuse);
if (asked === "help") {
  console.log(HELP);
  Deno.exit(0);
}
const { transport, cost, quick, only, seed, count, seconds } = asked;
if (cost) {
  finish(
    await fuzzCost({
      transport,
      quick,
      only,
      onFinding: (finding) => console.error(finding),
    }),
  );
}
endOnSignals();
finish(
  await fuzz({
    seed,
    count,
    seconds,
    transport,
    folder: fileURLToPath(new URL("../.tmp", import.meta.url)),
  }),
);
