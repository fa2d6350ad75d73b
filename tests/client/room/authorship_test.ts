/** Which messages are one's own, whatever names and ids say. */

import { assertEquals } from "@std/assert";
import { Authorship } from "../../../client/room/authorship.ts";

const nothingSent = () => false;

Deno.test("a message is the user's own when the server marks it", () => {
  const own = new Authorship();
  own.expect([3, 5]);
  assertEquals(
    [3, 4, 5].map((seq) => own.isOwn({ seq }, nothingSent)),
    [true, false, true],
  );
  assertEquals(own.isOwn({ seq: 6, own: true }, nothingSent), true);
});

Deno.test("a sent message is marked as own, whether its ack comes first or last", () => {
  const own = new Authorship();
  own.acked({ cid: "a", seq: 1 }, 0);
  assertEquals(own.isOwn({ seq: 1, cid: "a" }, nothingSent), true);
  assertEquals(own.isOwn({ seq: 2, cid: "b" }, (cid) => cid === "b"), true);
  own.acked({ cid: "b", seq: 2 }, 2);
  assertEquals(own.isOwn({ seq: 2 }, nothingSent), false, "nothing is kept");
});

Deno.test("another author's message with the same id is not the user's own", () => {
  const own = new Authorship();
  const sent = (cid: string) => cid === "a";
  assertEquals(own.isOwn({ seq: 1, cid: "a" }, sent), true);
  assertEquals(own.isOwn({ seq: 2, cid: "a" }, sent), false, "before the ack");
  own.acked({ cid: "a", seq: 1 }, 2);
  assertEquals(own.isOwn({ seq: 3, cid: "a" }, nothingSent), false);
});

Deno.test("pending own messages of an earlier epoch are dropped", () => {
  const own = new Authorship();
  own.expect([2]);
  own.joined();
  assertEquals(own.isOwn({ seq: 2 }, nothingSent), false);
});
