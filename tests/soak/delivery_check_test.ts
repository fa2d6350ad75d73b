/** That the truth checker sees each kind of violation, and nothing else. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { DeliveryCheck, type Join } from "../../soak/checks/delivery_check.ts";
import { inWords } from "../../soak/checks/violation.ts";

const room = "hall";
const JOIN: Join = {
  room,
  epoch: "e1",
  limit: 10,
  after: 0,
  head: 0,
  recovered: "none",
  missed: 0,
};

/** What somebody who has read up to `seq` is told on joining again. */
function resume(seq: number, told: Partial<Join>): Join {
  return {
    ...JOIN,
    since: { epoch: "e1", seq },
    after: seq,
    head: 9,
    recovered: "full",
    ...told,
  };
}

/** A checker in whose room Ada has said `count` messages, all acked, and Bob
 * has joined at the start. */
function hall(count: number, retain?: number): DeliveryCheck {
  const check = new DeliveryCheck(retain);
  for (let seq = 1; seq <= count; seq++) {
    check.sent(`t${seq}`);
    check.acked({ author: "ada", room, seq, text: `t${seq}` });
  }
  check.joined("bob", JOIN);
  return check;
}

/** A reader gets the messages with these seqs. */
function reads(check: DeliveryCheck, reader: string, ...seqs: number[]): void {
  for (const seq of seqs) {
    check.delivered(reader, { room, seq, text: `t${seq}` });
  }
}

function finish(check: DeliveryCheck): void {
  check.finish([{ reader: "bob", room }]);
}

/** Everything that must be seen: what happens, and the words for it. */
const VIOLATIONS: Readonly<
  Record<string, [happens: (check: DeliveryCheck) => void, words: string]>
> = {
  "an acked message that nobody gets": [
    (check) => {
      reads(check, "bob", 1, 2);
      finish(check);
    },
    'room "hall", seq 3, reader "bob": never got it: it ended at seq 2, the newest is 3, known from the ack to ada',
  ],
  "an acked seq that carries another text": [
    (check) => check.delivered("bob", { room, seq: 1, text: "t9" }),
    'room "hall", seq 1, reader "bob": carries "t9", but "t1" for the ack to ada',
  ],
  "a seq that is acked for two texts": [
    (check) => check.acked({ author: "eve", room, seq: 3, text: "t9" }),
    'room "hall", seq 3, reader "the ack to eve": carries "t9", but "t3" for the ack to ada',
  ],
  "a repeat that is acked with another seq": [
    (check) => check.acked({ author: "ada", room, seq: 4, text: "t3" }),
    'seq 4, reader "the ack to ada": "t3" is stored twice: as seq 3 too',
  ],
  "a message that comes twice": [
    (check) => reads(check, "bob", 1, 2, 2),
    'room "hall", seq 2, reader "bob": delivered twice or out of order: it had seq 2',
  ],
  "a message that comes too early": [
    (check) => reads(check, "bob", 1, 3),
    'room "hall", seq 3, reader "bob": seq 2 to 2 were left out before',
  ],
  "two readers that see another order": [
    (check) => {
      reads(check, "bob", 1, 2, 3);
      check.joined("eve", JOIN);
      check.delivered("eve", { room, seq: 1, text: "t2" });
    },
    'room "hall", seq 1, reader "eve": carries "t2", but "t1" for the ack to ada',
  ],
  "a text that nobody sent": [
    (check) => {
      reads(check, "bob", 1, 2, 3);
      check.delivered("bob", { room, seq: 4, text: "half" });
      finish(check);
    },
    'room "hall", seq 4, reader "bob": nobody sent "half"',
  ],
  "a seq that nobody is told of": [
    (check) => {
      check.sent("t5");
      check.acked({ author: "ada", room, seq: 5, text: "t5" });
      check.finish([]);
    },
    'room "hall", seq 4: no client reported it',
  ],
  "a gap where nothing may be gone": [
    (check) => {
      check.gap("bob", room, { from: 1, to: 2 });
      reads(check, "bob", 3);
      finish(check);
    },
    'room "hall", seq 2, reader "bob": told that it is gone, but the newest is only 3',
  ],
  "a gap that does not follow what was read": [
    (check) => check.gap("bob", room, { from: 2, to: 3 }),
    'room "hall", seq 2, reader "bob": told that it to 3 are gone, but it had 0',
  ],
  "a cursor that is off by one": [
    (check) => {
      reads(check, "bob", 1, 2);
      check.joined("bob", resume(2, { after: 3 }));
    },
    'room "hall", seq 3, reader "bob": resumed behind it instead of behind 2',
  ],
  "a join that begins too late": [
    (check) => check.joined("eve", { ...JOIN, head: 3, limit: 2, after: 2 }),
    'room "hall", seq 2, reader "eve": joined behind it instead of behind 1',
  ],
  "a cursor that is not known any more": [
    (check) => {
      reads(check, "bob", 1, 2);
      check.joined("bob", resume(2, { recovered: "none" }));
    },
    'room "hall", seq 2, reader "bob": its cursor was not known',
  ],
  "a partial resume where nothing may be gone": [
    (check) =>
      check.joined(
        "bob",
        resume(0, { recovered: "partial", after: 2, missed: 2 }),
      ),
    'room "hall", seq 2, reader "bob": told that it is gone, but the newest is 9',
  ],
  "a wrong number of missed messages": [
    (check) => check.joined("bob", resume(0, { missed: 4 })),
    'room "hall", seq 0, reader "bob": told that 4 are gone since 0',
  ],
  "a room whose log begins anew": [
    (check) => check.joined("bob", resume(0, { epoch: "e2" })),
    'room "hall", reader "bob": the log began anew: epoch e1 became e2',
  ],
  "a replay that does not reach back": [
    (check) => {
      check.began("eve", room, 2);
      reads(check, "eve", 1);
      check.began("eve", room, 2);
      check.delivered("eve", { room, seq: 3, text: "t3", replay: true });
      check.sent("t4");
      reads(check, "eve", 4);
    },
    'room "hall", seq 2, reader "eve": it to 2 were not replayed, though the reader got only 1 of the newest 2',
  ],
  "a ghost": [
    (check) => check.present(room, ["bob", "eve"], ["bob"]),
    'room "hall", reader "eve": a ghost: listed but not here',
  ],
  "somebody who is here and not listed": [
    (check) => check.present(room, [], ["bob"]),
    'room "hall", reader "bob": here but not listed',
  ],
  "a name that is listed twice": [
    (check) => check.present(room, ["bob", "bob"], ["bob"]),
    'room "hall": listed twice: bob, bob',
  ],
  "memory that does not come back": [
    (check) => check.memory(100, 211, 110),
    "memory did not come back: 100 bytes before, 211 after; 110 more would be allowed",
  ],
};

for (const [name, [happens, words]] of Object.entries(VIOLATIONS)) {
  Deno.test(`Truth sees ${name}`, () => {
    const check = hall(3);
    happens(check);
    const found = check.violations.map(inWords);
    assertStringIncludes(found.join("\n"), words);
  });
}

Deno.test("Truth has nothing against a reader that gets everything once", () => {
  const check = hall(3);
  reads(check, "bob", 1, 2);
  check.joined("bob", resume(2, { head: 3 }));
  reads(check, "bob", 3);
  check.acked({ author: "ada", room, seq: 2, text: "t2" });
  check.present(room, ["bob", "ada"], ["ada", "bob"]);
  check.memory(100, 110, 10);
  finish(check);
  assertEquals(check.violations, []);
  assertEquals([check.messages, check.deliveries], [3, 3]);
  assertEquals(check.resumes, { full: 1, partial: 0, none: 0 });
});

Deno.test("DeliveryCheck accepts a gap of messages that are no longer kept", () => {
  const check = hall(9, 4);
  check.gap("bob", room, { from: 1, to: 3 });
  reads(check, "bob", 4);
  check.joined(
    "bob",
    resume(4, { recovered: "partial", after: 5, missed: 1 }),
  );
  reads(check, "bob", 6, 7, 8, 9);
  finish(check);
  assertEquals(check.violations, []);
  assertEquals([check.gaps, check.resumes.partial], [1, 1]);
});

Deno.test("DeliveryCheck accepts a replay whose start is removed before it arrives", () => {
  const check = hall(9, 4);
  check.began("eve", room, 3);
  reads(check, "eve", 1);
  check.began("eve", room, 3);
  check.gap("eve", room, { from: 4, to: 5 });
  reads(check, "eve", 6, 7, 8, 9);
  assertEquals(check.violations, []);
});

Deno.test("Truth has nothing against a replay that is full and reaches back no further", () => {
  const check = hall(9);
  check.began("eve", room, 2);
  reads(check, "eve", 1, 2);
  check.began("eve", room, 2);
  for (const seq of [8, 9]) {
    check.delivered("eve", { room, seq, text: `t${seq}`, replay: true });
  }
  check.sent("t10");
  reads(check, "eve", 10);
  assertEquals(check.violations, []);
  assertEquals(check.complete("eve", room), true);
});

Deno.test("Truth counts violations it does not keep in words", () => {
  const check = hall(0);
  for (let n = 0; n < 1_000; n++) check.present(room, ["eve"], []);
  assertEquals(check.violationCount, 1_000);
  assertEquals(check.violations.length, 200);
});

Deno.test("promise 11: DeliveryCheck reports a client closed for a fault of another room", () => {
  const check = new DeliveryCheck();
  for (let n = 0; n < 3; n++) check.broken("hall");
  check.broken("yard");
  check.isolated(new Map([["hall", 3]]), 1);
  assertEquals(check.violations, []);
  check.broken("yard");
  check.isolated(new Map([["hall", 3]]), 1);
  assertEquals(check.violationCount, 1);
});
