/** That lines without seqs are compared as well as messages with them. */

import { assertEquals } from "@std/assert";
import { LineReading } from "../../soak/checks/line_reader_position.ts";
import { DeliveryCheck } from "../../soak/checks/delivery_check.ts";
import { inWords } from "../../soak/checks/violation.ts";

const room = "hall";

/** A room in which Bob reads lines, and is not shown his own. */
function hall() {
  const check = new DeliveryCheck();
  check.hides("bob", (text) => text.startsWith("bob"));
  const lines = new LineReading(check, { reader: "bob", room });
  lines.began(10);
  const stored = (...texts: string[]) => {
    for (const text of texts) {
      check.sent(text);
      const seq = check.log(room).top + 1;
      check.acked({ author: "ada", room, seq, text });
    }
  };
  const end = () => {
    lines.finish();
    check.finish([{ reader: "bob", room }]);
    return check.violations.map(inWords);
  };
  return { check, lines, stored, end };
}

Deno.test("LineReaderPosition waits until another reader reports a line's seq", () => {
  const { check, lines, stored, end } = hall();
  lines.line("a", false);
  assertEquals([lines.settled, check.deliveries], [false, 0]);
  stored("a");
  assertEquals([lines.settled, check.deliveries], [true, 1]);
  assertEquals(end(), []);
});

Deno.test("LineReading expects a reader's own lines in a replay only", () => {
  const { lines, stored, end } = hall();
  stored("a", "bob-1", "b", "bob-2");
  lines.line("a", false);
  lines.line("b", false);
  lines.began(10);
  for (const text of ["a", "bob-1", "b", "bob-2"]) lines.line(text, true);
  stored("c");
  lines.line("c", false);
  assertEquals(end(), []);
});

Deno.test("LineReading sees lines that come in another order", () => {
  const { lines, stored, end } = hall();
  stored("a", "b");
  lines.line("b", true);
  lines.line("a", true);
  assertEquals(end(), [
    'room "hall", seq 1, reader "bob": delivered twice or out of order: it had seq 2',
  ]);
});

Deno.test("LineReading sees a line that is left out", () => {
  const { lines, stored, end } = hall();
  stored("a", "b", "c");
  lines.line("a", false);
  lines.line("c", false);
  assertEquals(end(), [
    'room "hall", seq 3, reader "bob": seq 2 to 2 were left out before',
  ]);
});

Deno.test("LineReaderPosition reports a line that no other reader got", () => {
  const { lines, end } = hall();
  lines.line("a", false);
  assertEquals(end(), [
    'room "hall", reader "bob": got "a", which nobody else knows of',
  ]);
});

Deno.test("LineReading goes over messages that are gone", () => {
  const { check, lines, stored, end } = hall();
  stored("a", "b", "c");
  lines.line("a", false);
  lines.gone();
  lines.line("c", false);
  assertEquals(check.gaps, 1);
  // All is kept here, so there may be no gap at all.
  assertEquals(end(), [
    'room "hall", seq 2, reader "bob": told that it is gone, but the newest is only 3',
  ]);
});
