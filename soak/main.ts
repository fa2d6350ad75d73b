/** The soak's command-line program: runs a soak and prints its report. */

import { fileURLToPath } from "node:url";
import { orFail } from "../tools/arguments.ts";
import { reportInWords } from "./figures.ts";
import { hasRedis } from "./servers/redis_process.ts";
import { Soak } from "./soak.ts";
import { HELP, readSoakOptions } from "./soak_options.ts";

const SCRATCH = fileURLToPath(new URL("../.tmp", import.meta.url));

/** Prints an error and exits with code 2. */
function refuse(message: string): never {
  console.error(`soak: ${message}`);
  Deno.exit(2);
}

const asked = orFail(() => readSoakOptions(Deno.args, Math.random), refuse);
if (asked === "help") {
  console.log(HELP);
  Deno.exit(0);
}
const { options, json } = asked;
if (options.store === "redis" && !await hasRedis()) {
  refuse(
    "--store redis needs redis-server, which is not installed. " +
      "Install it (Debian: apt install redis-server)",
  );
}
console.error(`soak: seed ${options.seed}`);
const soak = new Soak({
  ...options,
  folder: SCRATCH,
  progress: (line) => console.error(line),
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    soak.abandon().finally(() => Deno.exit(1));
  });
}
const report = await soak.run();
console.log(json ? JSON.stringify(report, null, 2) : reportInWords(report));
Deno.exit(report.passed ? 0 : 1);
