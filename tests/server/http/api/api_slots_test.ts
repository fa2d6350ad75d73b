/** Places that requests share: no party takes all of them; coded bodies. */

import { assertEquals, assertThrows } from "@std/assert";
import { exportLimits } from "../../../../server/http/api/export.ts";
import { importLimits } from "../../../../server/http/api/import.ts";
import { ApiBench } from "../../../helpers/benches/api_bench.ts";

Deno.test("promise 10: no single room, user or address can occupy all import slots", () => {
  for (const party of ["address", "room", "user"]) {
    const limits = importLimits();
    let count = 0;
    const enter = (other = false) => {
      const n = other ? "other" : String(count++);
      const of = (kind: string) => kind === party && !other ? "same" : n;
      return limits.enter(of("address"), [
        `room ${of("room")}`,
        `user ${of("user")}`,
      ]);
    };
    const [leave] = [enter(), enter()];
    assertThrows(enter, Error, party);
    enter(true);
    leave();
    leave();
    enter();
    assertThrows(enter, Error, party);
  }
});

Deno.test("promise 10: imports and exports are bounded in all", () => {
  for (
    const [limits, most] of [[importLimits(), 8], [
      exportLimits(),
      100,
    ]] as const
  ) {
    for (let n = 0; n < most; n++) limits.enter(`${n}`);
    assertThrows(() => limits.enter("more"), Error, "Too many");
  }
});

for (
  const [path, type] of [
    ["messages", "application/json"],
    ["messages", "text/plain"],
    ["import", "application/x-ndjson"],
    ["bans", "application/json"],
    ["kick", "application/json"],
    ["announcements", "application/json"],
  ] as const
) {
  Deno.test(`a body with Content-Encoding is refused with 415: ${path}, ${type}`, async () => {
    for (const coding of ["gzip", "br", "identity, gzip", "x"]) {
      const api = new ApiBench();
      const answer = await api.ask(`/api/rooms/hall/${path}`, {
        method: "POST",
        headers: { "content-type": type, "content-encoding": coding },
        body: '{"from":"Ada","text":"Hello"}',
      });
      assertEquals([answer.status, (await answer.json()).code], [
        415,
        "unsupported_type",
      ]);
    }
  });
}
