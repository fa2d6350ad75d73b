import { assertEquals } from "@std/assert";
import { Outbox, type OutboxEntry } from "../../../client/sending/outbox.ts";

function outboxOf(count: number, limit = 200): Outbox<OutboxEntry> {
  const outbox = new Outbox<OutboxEntry>(limit);
  for (let i = 1; i <= count; i++) {
    outbox.add({ cid: `c${i}`, room: i % 2 ? "odd" : "even", text: "" });
  }
  return outbox;
}

const anywhere = () => true;

function cids(entries: readonly OutboxEntry[]): string {
  return entries.map(({ cid }) => cid).join(" ");
}

Deno.test("Outbox.take() gives each entry once, in order", () => {
  const outbox = outboxOf(3);
  assertEquals(cids(outbox.take(anywhere)), "c1 c2 c3");
  assertEquals(cids(outbox.take(anywhere)), "");
});

Deno.test("Outbox.take() leaves messages for a closed room", () => {
  const outbox = outboxOf(4);
  assertEquals(cids(outbox.take((room) => room === "even")), "c2 c4");
  assertEquals(cids(outbox.take(anywhere)), "c1 c3");
});

Deno.test("Outbox.take() keeps few unanswered at a time", () => {
  const outbox = outboxOf(100);
  const first = outbox.take(anywhere);
  assertEquals(first.length, 32);
  assertEquals(outbox.take(anywhere), []);
  for (const { cid } of first.slice(0, 5)) outbox.remove(cid);
  assertEquals(cids(outbox.take(anywhere)), "c33 c34 c35 c36 c37");
});

Deno.test("Outbox.take() keeps few characters unanswered at a time, but one message of any length", () => {
  const outbox = new Outbox<OutboxEntry>(200);
  const lengths = [60_000, 5_000, 5_000, 200_000, 1];
  for (const [i, length] of lengths.entries()) {
    outbox.add({ cid: `c${i + 1}`, room: "odd", text: "x".repeat(length) });
  }
  assertEquals(cids(outbox.take(anywhere)), "c1 c2");
  outbox.remove("c1");
  assertEquals(cids(outbox.take(anywhere)), "c3");
  outbox.remove("c2");
  assertEquals(outbox.take(anywhere), [], "c5 does not overtake c4");
  outbox.remove("c3");
  assertEquals(cids(outbox.take(anywhere)), "c4");
  assertEquals(outbox.take(anywhere), []);
  outbox.remove("c4");
  assertEquals(cids(outbox.take(anywhere)), "c5");
});

Deno.test("Outbox.add() refuses messages over the limit and keeps the others", () => {
  const outbox = outboxOf(3, 3);
  assertEquals(outbox.add({ cid: "c4", room: "odd", text: "" }), false);
  assertEquals(cids(outbox.entries), "c1 c2 c3");
  outbox.remove("c1");
  assertEquals(outbox.add({ cid: "c4", room: "odd", text: "" }), true);
});

Deno.test("Outbox.restore() takes everything, whatever the limit", () => {
  const outbox = outboxOf(0, 2);
  const left = outboxOf(3).entries;
  outbox.restore(left);
  assertEquals(cids(outbox.take(anywhere)), "c1 c2 c3");
  assertEquals(outbox.add({ cid: "c4", room: "odd", text: "" }), false);
});

Deno.test("Outbox sends one at a time and in order after a postponed one", () => {
  const outbox = outboxOf(3);
  outbox.take(anywhere);
  outbox.postpone("c1");
  outbox.postpone("c2");
  assertEquals(outbox.take(anywhere), [], "c3 is still unanswered");
  outbox.postpone("c3");
  for (const cid of ["c1", "c2", "c3"]) {
    assertEquals(cids(outbox.take(anywhere)), cid);
    assertEquals(outbox.take(anywhere), []);
    outbox.remove(cid);
  }
  outbox.add({ cid: "c4", room: "odd", text: "" });
  outbox.add({ cid: "c5", room: "odd", text: "" });
  assertEquals(cids(outbox.take(anywhere)), "c4 c5", "back to normal");
});

Deno.test("Outbox.disconnected() sends all that is unanswered again, in order", () => {
  const outbox = outboxOf(4);
  outbox.take(anywhere);
  outbox.remove("c2");
  outbox.disconnected();
  assertEquals(cids(outbox.take(anywhere)), "c1 c3 c4");
});

Deno.test("Outbox keeps a failed entry for a retry, at the end of the line", () => {
  const outbox = outboxOf(2);
  outbox.take(anywhere);
  outbox.fail("c1");
  outbox.disconnected();
  assertEquals(cids(outbox.take(anywhere)), "c2");
  assertEquals(outbox.hasFailed("c1"), true);
  assertEquals(outbox.retry("c1")?.cid, "c1");
  assertEquals(outbox.retry("c1"), undefined);
  assertEquals(cids(outbox.entries), "c2 c1");
  assertEquals(cids(outbox.take(anywhere)), "c1");
});

Deno.test("Outbox forgets the oldest of too many failed ones", () => {
  const outbox = outboxOf(0, 2);
  for (const cid of ["c1", "c2", "c3"]) {
    outbox.add({ cid, room: "odd", text: "" });
    outbox.take(anywhere);
    outbox.fail(cid);
  }
  assertEquals(cids(outbox.entries), "c2 c3");
});

Deno.test("Outbox.postpone() affects only messages in flight: a late refusal resumes nothing", () => {
  const outbox = outboxOf(2);
  assertEquals(outbox.postpone("c1"), false, "not sent yet");
  outbox.take(anywhere);
  outbox.fail("c1");
  assertEquals(outbox.postpone("c1"), false, "failed for good");
  assertEquals(cids(outbox.take(anywhere)), "");
  assertEquals([outbox.hasFailed("c1"), outbox.postpone("c3")], [true, false]);
});

Deno.test("Outbox sends as many as usual on a new connection, also after a postponed one", () => {
  const outbox = outboxOf(3);
  outbox.take(anywhere);
  outbox.postpone("c1");
  outbox.disconnected();
  assertEquals(cids(outbox.take(anywhere)), "c1 c2 c3");
});
