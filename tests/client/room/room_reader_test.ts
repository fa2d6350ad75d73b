import { assert, assertEquals, fail } from "@std/assert";
import { RoomReader, type Step } from "../../../client/room/room_reader.ts";
import type { HistoryEvent } from "../../../protocol/events.ts";
import { joined, message, messages, seeded } from "../fakes.ts";

function page(
  from: number,
  to: number,
  more: Partial<HistoryEvent> = {},
): HistoryEvent {
  return {
    type: "history",
    room: "lobby",
    epoch: "e1",
    first: 1,
    head: to,
    messages: messages(from, to),
    ...more,
  };
}

function seqs(steps: Step[]): number[] {
  return steps.flatMap((step) =>
    step.kind === "message" ? [step.message.seq] : []
  );
}

function readerAt(seq: number): RoomReader {
  const reader = new RoomReader();
  reader.joined(joined({ head: seq, after: seq }));
  return reader;
}

Deno.test("RoomReader gives nothing before the room is joined", () => {
  const reader = new RoomReader();
  assertEquals(reader.message(message(1)), []);
  assertEquals(reader.cursor, undefined);
});

Deno.test("RoomReader starts after joined.after and marks replayed messages", () => {
  const reader = new RoomReader();
  assertEquals(reader.joined(joined({ head: 9, after: 7 })), []);
  assertEquals(
    [7, 8, 9, 10].flatMap((seq) => reader.message(message(seq)))
      .map((step) =>
        step.kind === "message" && [step.message.seq, step.replay]
      ),
    [[8, true], [9, true], [10, false]],
  );
  assertEquals(reader.cursor, { epoch: "e1", seq: 10 });
});

Deno.test("RoomReader drops a message it has had", () => {
  const reader = readerAt(5);
  assertEquals(reader.message(message(5)), []);
  assertEquals(seqs(reader.message(message(6))), [6]);
  assertEquals(reader.message(message(6)), []);
});

Deno.test("RoomReader asks for a hole once, fills it and goes on", () => {
  const reader = readerAt(5);
  assertEquals(reader.message(message(8)), [{ kind: "fetch", after: 5 }]);
  assertEquals(reader.message(message(9)), []);
  assertEquals(seqs(reader.page(page(6, 9))), [6, 7, 8, 9]);
  assertEquals(seqs(reader.message(message(10))), [10]);
});

Deno.test("RoomReader asks on until all that is ahead has come", () => {
  const reader = readerAt(0);
  reader.message(message(5));
  const steps = reader.page(page(1, 3));
  assertEquals(seqs(steps), [1, 2, 3]);
  assertEquals(steps.at(-1), { kind: "fetch", after: 3 });
  assertEquals(seqs(reader.page(page(4, 5))), [4, 5]);
});

Deno.test("RoomReader reports a gap that retention removed", () => {
  const reader = readerAt(2);
  reader.message(message(9));
  const steps = reader.page(page(7, 9, { first: 7 }));
  assertEquals(steps[0], { kind: "gap", gap: { from: 3, to: 6, missed: 4 } });
  assertEquals(seqs(steps), [7, 8, 9]);
});

Deno.test("RoomReader asks to resync rather than for the same page for ever", () => {
  const reader = readerAt(2);
  reader.message(message(9));
  assertEquals(reader.page(page(1, 0, { head: 2 })), [{ kind: "resync" }]);
});

Deno.test("RoomReader asks to resync when a page is of another epoch", () => {
  const reader = readerAt(2);
  reader.message(message(9));
  assertEquals(reader.page(page(3, 9, { epoch: "e2" })), [{ kind: "resync" }]);
});

Deno.test("RoomReader skips the range of a gap event once", () => {
  const reader = readerAt(2);
  const gap = { type: "gap", room: "lobby", from: 3, to: 6 } as const;
  assertEquals(reader.gap(gap), [
    { kind: "gap", gap: { from: 3, to: 6, missed: 4 } },
  ]);
  assertEquals(reader.gap(gap), []);
  assertEquals(seqs(reader.message(message(7))), [7]);
});

Deno.test("RoomReader resumes without a reset in the same epoch", () => {
  const reader = readerAt(5);
  assertEquals(reader.joined(joined({ head: 8, after: 5 })), []);
  assertEquals(seqs(reader.message(message(6))), [6]);
});

Deno.test("RoomReader reports the size of the gap after a partial recovery", () => {
  const reader = readerAt(5);
  const back = {
    head: 20,
    after: 12,
    recovered: "partial",
    missed: 7,
  } as const;
  assertEquals(reader.joined(joined(back)), [
    { kind: "gap", gap: { from: 6, to: 12, missed: 7 } },
  ]);
  assertEquals(reader.cursor, { epoch: "e1", seq: 12 });
});

for (
  const [what, back] of [
    ["another epoch", { epoch: "e2", recovered: "none", head: 3, after: 1 }],
    ["nothing recovered", { recovered: "none", head: 3, after: 1 }],
  ] as const
) {
  Deno.test(`RoomReader starts over after ${what}`, () => {
    const reader = readerAt(5);
    assertEquals(reader.joined(joined(back)), [{ kind: "reset" }]);
    assertEquals(reader.cursor?.seq, 1);
    assertEquals(seqs(reader.message(message(2))), [2]);
  });
}

/**
 * Plays a server that loses, repeats and forgets at random: the reader must
 * give every message once and in order, but for those it says are gone.
 */
function playFaults(seed: number): void {
  const random = seeded(seed);
  const upTo = (n: number) => Math.floor(random() * (n + 1));
  const reader = new RoomReader();
  let head = upTo(5);
  let first = 1;
  let next = head + 1;
  const waiting: Step[] = [...reader.joined(joined({ head, after: head }))];

  const work = () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      switch (step.kind) {
        case "message":
          assertEquals(step.message.seq, next++, `in order, seed ${seed}`);
          break;
        case "gap":
          assertEquals(step.gap.from, next, `in order, seed ${seed}`);
          assert(step.gap.to < first, `still kept, seed ${seed}`);
          next = step.gap.to + 1;
          break;
        case "fetch": {
          const from = Math.max(first, step.after + 1);
          const to = Math.min(head, from + 2);
          waiting.push(...reader.page(page(from, to, { first, head })));
          break;
        }
        default:
          fail(`Unexpected ${step.kind}, seed ${seed}`);
      }
    }
  };

  for (let i = 0; i < 300; i++) {
    const dice = random();
    if (dice < 0.6) {
      head++;
      if (random() < 0.8) waiting.push(...reader.message(message(head)));
    } else if (dice < 0.8) {
      const seq = head - upTo(4);
      if (seq >= first) waiting.push(...reader.message(message(seq)));
    } else if (dice < 0.85) {
      first = Math.min(head + 1, first + upTo(3));
    } else if (dice < 0.95) {
      const after = Math.max(next - 1, first - 1);
      const recovered = after >= next ? "partial" : "full";
      waiting.push(...reader.joined(joined({ head, after, recovered })));
    }
    work();
  }
  head++;
  waiting.push(...reader.message(message(head)));
  work();
  assertEquals(next, head + 1, `nothing is missing, seed ${seed}`);
}

Deno.test("RoomReader reads each message once whatever a server does", () => {
  for (let seed = 1; seed <= 500; seed++) playFaults(seed);
});
