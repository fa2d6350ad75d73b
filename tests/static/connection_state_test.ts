/** A connection in the lab: what happened in, what it is like out. */

import { assertEquals } from "@std/assert";
import {
  type Connection,
  type Happening,
  median,
  next,
  PLOTTED,
  stateOf,
  UNCONNECTED,
} from "../../static/lab/model/connection_state.ts";
import { pathWords, statusWords } from "../../static/lab/model/lab_words.ts";

const CONNECTING: Happening = { kind: "connecting", at: 100 };
const OPENED: Happening = {
  kind: "opened",
  at: 103,
  protocol: "hubbub.v1",
  extensions: "",
};
const CLOSED: Happening = {
  kind: "closed",
  at: 200,
  code: 1000,
  reason: "Bye",
  clean: true,
};

function after(...happenings: Happening[]): Connection {
  return happenings.reduce(next, UNCONNECTED);
}

function looked(readyState: number, buffered = 0, at = 150): Happening {
  return { kind: "looked", readyState, buffered, at };
}

Deno.test("the path has each state once, with its time", () => {
  const connection = after(
    CONNECTING,
    looked(0),
    OPENED,
    looked(1),
    looked(1),
    looked(2, 0, 190),
    CLOSED,
    looked(3),
  );
  assertEquals(connection.path, [
    { state: "CONNECTING", at: 100 },
    { state: "OPEN", at: 103 },
    { state: "CLOSING", at: 190 },
    { state: "CLOSED", at: 200 },
  ]);
  assertEquals(
    pathWords(connection),
    "readyState: CONNECTING, then OPEN after 3.0 ms, " +
      "then CLOSING after 90 ms, then CLOSED after 100 ms",
  );
});

Deno.test("a path may leave out states that the page never saw", () => {
  const states = ({ path }: Connection) => path.map(({ state }) => state);
  assertEquals(states(after(CONNECTING, CLOSED)), ["CONNECTING", "CLOSED"]);
  assertEquals(states(after(CONNECTING, OPENED, CLOSED)), [
    "CONNECTING",
    "OPEN",
    "CLOSED",
  ]);
});

Deno.test("connecting again starts from nothing", () => {
  const connection = after(CONNECTING, OPENED, CLOSED, {
    ...CONNECTING,
    at: 300,
  });
  assertEquals(connection, {
    ...UNCONNECTED,
    path: [{ state: "CONNECTING", at: 300 }],
  });
  assertEquals(stateOf(UNCONNECTED), undefined);
});

Deno.test("statusWords() describes the state and the end", () => {
  for (
    const [connection, words] of [
      [UNCONNECTED, "Not connected yet"],
      [after(CONNECTING), "Connecting…"],
      [after(CONNECTING, OPENED), "Open, speaks hubbub.v1"],
      [
        after(CONNECTING, OPENED, looked(2)),
        "Closing: waits for the other side",
      ],
      [
        after(CONNECTING, OPENED, CLOSED),
        "Closed: 1000, a normal end, “Bye”",
      ],
      [
        after(CONNECTING, { ...CLOSED, code: 1006, reason: "", clean: false }),
        "Never opened: 1006, lost or never opened: no close frame, not clean",
      ],
    ] as const
  ) assertEquals(statusWords(connection), words);
});

Deno.test("a round trip is from a send to the next frame in", () => {
  const sent = (at: number, asks = true): Happening => ({
    kind: "sent",
    at,
    size: 5,
    asks,
  });
  const received = (at: number): Happening => ({
    kind: "received",
    at,
    size: 11,
  });
  const connection = after(
    CONNECTING,
    OPENED,
    received(104), // A greeting answers nothing.
    sent(110),
    sent(111), // The first one's answer is still on its way.
    received(114),
    received(115),
    sent(120),
    received(121),
    sent(130, false), // Nobody answers this one.
    received(190),
  );
  assertEquals(connection.roundTrips, [4, 1]);
  assertEquals(connection.sent, { frames: 4, bytes: 20 });
  assertEquals(connection.received, { frames: 5, bytes: 55 });
  assertEquals(connection.heardAt, 190);
});

Deno.test("bufferedAmount is plotted from its rise to its end", () => {
  const connection = after(
    CONNECTING,
    OPENED,
    ...[0, 0, 10, 30, 5, 0, 0].map((buffered) => looked(1, buffered)),
  );
  assertEquals(connection.bufferedLately, [10, 30, 5, 0]);
  assertEquals(connection.peak, 30);
  assertEquals(connection.buffered, 0);
});

Deno.test("a plot has the newest values only", () => {
  const many = Array.from({ length: 200 }, (_, n) => looked(1, n + 1));
  const { bufferedLately } = after(CONNECTING, OPENED, ...many);
  assertEquals(bufferedLately.length, PLOTTED);
  assertEquals(bufferedLately.at(-1), 200);
});

Deno.test("median() is the value in the middle", () => {
  assertEquals(median([]), undefined);
  assertEquals(median([9, 1, 100]), 9);
});
