/** How often the same line is logged. */

import { assertEquals } from "@std/assert";
import { limitLog } from "../../../server/runtime/log_limits.ts";
import { createLogger } from "../../../server/runtime/logger.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

Deno.test("limitLog() writes 100 lines of a message, then one in ten seconds, and how many were left out", () => {
  const clock = new FakeClock();
  let lines: Record<string, unknown>[] = [];
  const log = limitLog(
    createLogger({
      level: "debug",
      pretty: false,
      now: () => clock.now(),
      write: (line) => lines.push(JSON.parse(line)),
    }),
    clock,
  );
  const told = () => {
    const messages = lines.map(({ message, count }) => count ?? message);
    lines = [];
    return messages;
  };
  for (let i = 0; i < 1_000; i++) log.info("evicted", { connection: i });
  assertEquals(told().length, 100);
  // Other messages have their own rate.
  log.error("request failed");
  assertEquals(told(), ["request failed"]);
  for (let i = 0; i < 300; i++) log.debug("opened");
  assertEquals(told().length, 300);
  clock.pass(60_000);
  assertEquals(lines.map(({ level, line, count }) => [level, line, count]), [
    ["warn", "evicted", 900],
  ]);
  lines = [];
  for (let i = 0; i < 20; i++) log.info("evicted");
  assertEquals(told().length, 6);
  clock.pass(60_000);
  assertEquals(told(), [14]);
  clock.pass(600_000);
  assertEquals(told(), []);
});
