/** When members that lag are looked after. */

import { assertEquals } from "@std/assert";
import { SlowReaders } from "../../../server/rooms/slow_readers.ts";
import type { Member } from "../../../server/rooms/session.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { fakeSession } from "../../helpers/doubles/reader.ts";

/** A member that has got nothing yet. */
function memberOf(name: string): Member {
  return {
    session: fakeSession(name),
    cursor: 0,
    announced: 0,
    replayUntil: 0,
    announceLive: false,
    attached: true,
    fetching: false,
    stalePresence: false,
    sent: undefined,
    joinedAnew: false,
    rules: undefined,
    slowSince: -1,
    looks: 0,
  };
}

/** Slow readers, and when each of their members was looked after. */
function bench() {
  const clock = new FakeClock(0);
  const slowReaders = new SlowReaders(clock);
  const looks = new Map<Member, number[]>();
  let taking = (_: Member): boolean => false;
  const room = {
    due(member: Member) {
      looks.set(member, [...looks.get(member) ?? [], clock.now()]);
      if (taking(member)) member.cursor++;
      slowReaders.add(member, room);
    },
  };
  return {
    clock,
    slowReaders,
    room,
    of: (member: Member) => looks.get(member) ?? [],
    takes: (takes: (member: Member) => boolean) => taking = takes,
  };
}

Deno.test("a member that takes nothing is looked after ever less, but never forgotten", () => {
  const { clock, slowReaders, room, of } = bench();
  const ada = memberOf("Ada");
  slowReaders.add(ada, room);
  assertEquals(of(ada), [], "not within the turn");
  clock.endTurn();
  clock.pass(75);
  assertEquals(of(ada), [0, 1, 3, 7, 15, 35, 55, 75]);
});

Deno.test("a member that has taken something is looked after in the next turn", () => {
  const { clock, slowReaders, room, of, takes } = bench();
  const ada = memberOf("Ada");
  slowReaders.add(ada, room);
  clock.endTurn();
  clock.pass(35);
  takes(() => clock.now() === 55 && ada.cursor < 3);
  clock.pass(20);
  clock.endTurn();
  assertEquals(of(ada).slice(-4), [55, 55, 55, 55], "thrice, and once in vain");
  clock.pass(1);
  assertEquals(of(ada).at(-1), 56);
});

Deno.test("a member that was given something by a tick waits anew, and is looked after once", () => {
  const { clock, slowReaders, room, of } = bench();
  const ada = memberOf("Ada");
  slowReaders.add(ada, room);
  clock.endTurn();
  clock.pass(15);
  // The tick finds it drained, then full again.
  ada.cursor++;
  slowReaders.add(ada, room);
  clock.endTurn();
  clock.pass(19);
  assertEquals(of(ada).slice(-6), [15, 15, 16, 18, 22, 30]);
});

Deno.test("one that takes nothing keeps no other waiting", () => {
  const { clock, slowReaders, room, of } = bench();
  const [ada, bob] = [memberOf("Ada"), memberOf("Bob")];
  slowReaders.add(ada, room);
  clock.endTurn();
  clock.pass(15);
  slowReaders.add(bob, room);
  clock.endTurn();
  clock.pass(1);
  assertEquals(of(bob), [15, 16]);
  assertEquals(of(ada).at(-1), 15);
});

Deno.test("no slow reader is served after the stop", () => {
  const { clock, slowReaders, room, of } = bench();
  const ada = memberOf("Ada");
  slowReaders.add(ada, room);
  clock.endTurn();
  slowReaders.stop();
  clock.pass(100);
  assertEquals(of(ada), [0]);
  assertEquals(clock.waiting, 0);
});
