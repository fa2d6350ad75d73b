/** How much is read of a log at once. */

import { assertEquals } from "@std/assert";
import { takePage } from "../../server/store/page_size.ts";
import {
  PAGE_CHARACTERS,
  type StoredMessage,
} from "../../server/store/store.ts";

/** Messages with texts of these lengths. */
function* texts(...lengths: number[]): Generator<StoredMessage> {
  for (const [index, length] of lengths.entries()) {
    const text = "x".repeat(length);
    yield {
      room: "hall",
      seq: index + 1,
      from: "Ada",
      text,
      at: 0,
      author: "a",
    };
  }
}

const ALL = PAGE_CHARACTERS;

for (
  const [what, lengths, seqs] of [
    ["nothing", [], []],
    ["as many as fit", [ALL - 2, 2, 1], [1, 2]],
    ["one that is longer than a page", [ALL + 1, 1], [1]],
    ["none behind one that does not fit", [1, ALL, 1], [1]],
  ] as const
) {
  Deno.test(`takePage() takes ${what}`, () => {
    assertEquals(takePage(texts(...lengths)).map(({ seq }) => seq), [...seqs]);
  });
}
