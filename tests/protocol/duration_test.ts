import { assertEquals } from "@std/assert";
import { durationWords, readDuration } from "../../protocol/duration.ts";

Deno.test("readDuration() reads seconds, minutes, hours and days", () => {
  assertEquals(["45s", "10m", "2H", "7d"].map(readDuration), [
    45_000,
    600_000,
    7_200_000,
    604_800_000,
  ]);
  for (const words of ["", "10", "m", "1.5h", "-1s", "10 m", "1w"]) {
    assertEquals(readDuration(words), undefined, words);
  }
});

Deno.test("durationWords() says it in the largest unit that is not too coarse", () => {
  for (
    const [ms, words] of [
      [0, "0 seconds"],
      [1, "1 second"],
      [1_000, "1 second"],
      [1_001, "2 seconds"],
      [60_000, "1 minute"],
      [90_000, "90 seconds"],
      [120_001, "3 minutes"],
      [3_600_000, "1 hour"],
      [86_400_000, "1 day"],
      [30 * 86_400_000, "30 days"],
    ] as const
  ) {
    assertEquals(durationWords(ms), words);
  }
});
