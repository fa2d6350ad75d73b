/** That the soak itself runs, and finds nothing in a short time. */

import { assertEquals, assertGreater } from "@std/assert";
import { FLEET_KINDS, SERVER_KINDS } from "../../../soak/faults/faults.ts";
import type { Report } from "../../../soak/figures.ts";
import { runTask } from "../../helpers/programs/run.ts";
import { ignore } from "../redis/redis.ts";

const soak = (...args: string[]) => runTask("soak", args);

Deno.test("deno task soak: a short run with every kind of fault violates nothing", async () => {
  const { code, stdout, stderr } = await soak(
    ...["--seed", "1", "--seconds", "5", "--faults", "2"],
    ...["--clients", "10", "--rooms", "2", "--json"],
  );
  const report = JSON.parse(stdout) as Report;
  assertEquals(report.violations, [], stderr);
  assertEquals([code, report.seed], [0, 1]);
  const { "all kept": all, "little kept": little } = report.stages;
  for (const kind of SERVER_KINDS) {
    assertEquals([all?.faults[kind], little?.faults[kind]], [2, 1], kind);
  }
  assertGreater(all?.deliveries ?? 0, 100);
  assertGreater(all?.resumes.full ?? 0, 0);
});

Deno.test({
  name: `deno task soak: a short run of a fleet violates nothing${
    ignore ? " (needs redis-server)" : ""
  }`,
  ignore,
  async fn() {
    const { code, stdout, stderr } = await soak(
      ...["--nodes", "3", "--store", "redis"],
      ...["--seed", "1", "--seconds", "5", "--faults", "1"],
      ...["--clients", "10", "--rooms", "2", "--json"],
    );
    const report = JSON.parse(stdout) as Report;
    assertEquals(report.violations, [], stderr);
    assertEquals([code, report.nodes], [0, 3]);
    const { "all kept": all, "little kept": little } = report.stages;
    for (const kind of FLEET_KINDS) {
      assertEquals([all?.faults[kind], little?.faults[kind]], [1, 1], kind);
    }
    assertGreater(all?.deliveries ?? 0, 100);
    assertGreater(all?.resumes.full ?? 0, 0);
  },
});

Deno.test("deno task soak: wrong usage prints one line and exits with 2", async () => {
  for (
    const args of [
      ["--clients", "many"],
      ["--seeds=1"],
      ["--rooms", "0"],
      ["--store", "paper"],
      ["--nodes", "3"],
    ]
  ) {
    const { code, stdout, stderr } = await soak(...args);
    assertEquals([code, stdout, stderr.trim().split("\n").length], [2, "", 1]);
  }
});

Deno.test("deno task soak --help describes the soak", async () => {
  const { code, stdout } = await soak("--help");
  assertEquals([code, stdout.includes("--deliveries")], [0, true]);
});
