import { assertEquals } from "@std/assert";
import { limitWarnings } from "../../../server/observability/limit_warnings.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

Deno.test("fullLog() names a limit that turns people away, each once a minute", () => {
  const clock = new FakeClock();
  const lines: unknown[] = [];
  const log = {
    warn: (message: string, fields?: object) => lines.push([message, fields]),
  };
  const config = { maxConnections: 9, maxPerAddress: 2 };
  const full = limitWarnings(log, { clock, config });
  const ofAll = ["connections refused", { limit: "--max-connections 9" }];
  const ofOne = ["connections refused", { limit: "--max-per-address 2" }];
  full("maxPerAddress");
  full("maxPerAddress");
  full("maxConnections");
  assertEquals(lines.splice(0), [ofOne, ofAll]);
  clock.pass(59_999);
  full("maxPerAddress");
  assertEquals(lines, []);
  clock.pass(1);
  full("maxPerAddress");
  full("maxConnections");
  assertEquals(lines, [ofOne, ofAll]);
});
