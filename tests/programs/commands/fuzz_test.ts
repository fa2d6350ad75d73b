/** That the fuzzer itself runs, and finds nothing in a short time. */

import { assert, assertEquals } from "@std/assert";
import type { CostReport } from "../../../fuzz/cost/cost.ts";
import type { Report } from "../../../fuzz/fuzz.ts";
import { KINDS } from "../../../fuzz/hostile_visitor.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";
import { runTask } from "../../helpers/programs/run.ts";

const fuzz = (...args: string[]) => runTask("fuzz", args);

for (const transport of TRANSPORTS) {
  Deno.test(`promise 5: deno task fuzz: a short run with every kind of input finds nothing over ${transport}`, async () => {
    const { code, stdout, stderr } = await fuzz(
      ...["--seed", "1", "--count", "3000", "--seconds", "8"],
      ...["--transport", transport],
    );
    const report = JSON.parse(stdout) as Report;
    assertEquals([report.findings, code, report.seed], [[], 0, 1], stderr);
    for (const kind of KINDS) assert(report.inputs[kind] > 0, kind);
    assert(report.echoes > 0);
  });
}

Deno.test("promise 9: deno task fuzz --cost --quick finds no input that costs more than its size", async () => {
  const { code, stdout, stderr } = await fuzz("--cost", "--quick");
  const report = JSON.parse(stdout) as CostReport;
  assertEquals([report.findings, code], [[], 0], stderr);
  assert(report.inputs > 500, stdout);
});

Deno.test("deno task fuzz: wrong usage prints one line and exits with 2", async () => {
  for (const args of [["--count", "many"], ["--seeds=1"], ["--transport=x"]]) {
    const { code, stdout, stderr } = await fuzz(...args);
    assertEquals([code, stdout, stderr.trim().split("\n").length], [2, "", 1]);
  }
});
