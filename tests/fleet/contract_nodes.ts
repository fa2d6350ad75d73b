/**
 * What a fleet promises of several nodes, as tests that every adapter for more
 * than one passes: names, sessions that go from node to node, who is where, and
 * nodes that die, stop or are paused.
 */

import { assert, assertEquals } from "@std/assert";
import { assertRefused } from "./contract.ts";
import { insist } from "../helpers/insist.ts";
import { FleetBench, type Node, type Place } from "./bench.ts";

/** Resolves when a node knows of so many. */
async function untilNodes(node: Node, count: number): Promise<void> {
  while (node.fleet.nodes !== count) {
    await new Promise((again) => setTimeout(again, 20));
  }
}

/**
 * Registers the tests of one adapter.
 *
 * @param adapter For the tests' names.
 * @param open Makes an empty place; each test has its own.
 * @param options `ignore` when this machine cannot run them.
 */
export function nodesContract(
  adapter: string,
  open: () => Promise<Place>,
  { ignore = false }: { ignore?: boolean } = {},
): void {
  const test = (
    title: string,
    run: (a: Node, b: Node, fleet: FleetBench) => Promise<void>,
  ) =>
    Deno.test({
      name: `${adapter} nodes: ${title}`,
      ignore,
      async fn() {
        await using fleet = new FleetBench(await open());
        await run(await fleet.join(), await fleet.join(), fleet);
      },
    });

  test(
    "promise 6: of two nodes that request a name at the same time, only one gets it",
    async (a, b) => {
      for (let round = 1; round <= 20; round++) {
        const name = `Ada the ${round}th`;
        const asked = await Promise.allSettled([a.begin(name), b.begin(name)]);
        const won = asked.filter(({ status }) => status === "fulfilled");
        assertEquals(won.length, 1);
      }
    },
  );

  test(
    "promise 6: a name that is taken, lent, freed or given up counts on all nodes",
    async (a, b) => {
      const guest = { user: undefined, fallback: "Script" };
      const ada = await a.begin("Ada");
      const error = await assertRefused("name_taken", () => b.begin("ada"));
      assertEquals(error.details.suggestion, "ada 2");
      await assertRefused("name_taken", () => b.fleet.lend("Ada", guest));
      const bob = await b.begin("Bob");
      await assertRefused(
        "name_taken",
        () => b.fleet.rename(bob.session, "Ada"),
      );
      assertEquals(
        await a.fleet.rename(ada.session, "Countess"),
        "Countess",
      );
      await b.fleet.rename(bob.session, "Ada");
      a.fleet.release(ada.session);
      await insist(() => b.begin("Countess"));
    },
  );

  test(
    "promise 6: a name confusable with one on another node is taken until that one is released",
    async (a, b) => {
      const bill = await a.begin("BiII");
      const error = await assertRefused("name_taken", () => b.begin("Bill"));
      assertEquals(error.details.suggestion, "Bill 2");
      const lending = { user: undefined, fallback: "Script" };
      await assertRefused("name_taken", () => b.fleet.lend("Bill", lending));
      const bob = await b.begin("Bob");
      const rename = (name: string) => b.fleet.rename(bob.session, name);
      await assertRefused("name_taken", () => rename("Bill"));
      await assertRefused("name_taken", () => rename("biLL"));
      // Nobody passes for oneself.
      assertEquals(await a.fleet.rename(bill.session, "Bill"), "Bill");
      await assertRefused("name_taken", () => b.begin("BiII"));
      await a.fleet.rename(bill.session, "Ada");
      assertEquals(await rename("BiII"), "BiII");
      await assertRefused("name_taken", () => a.begin("Bill"));
      b.fleet.release(bob.session);
      await insist(() => a.begin("Bill"));
    },
  );

  test(
    "promise 6: of confusable names requested at the same time on two nodes, only one is granted",
    async (a, b) => {
      for (let round = 2; round < 12; round++) {
        const answers = await Promise.allSettled([
          a.begin(`Bill ${round}`),
          b.begin(`BiII ${round}`),
        ]);
        const had = answers.map(({ status }) => status).sort();
        assertEquals(had, ["fulfilled", "rejected"]);
      }
    },
  );

  test(
    "promise 6: a user on another node with a name confusable with a signed one is renamed and notified",
    async (a, b) => {
      const desk = await a.begin("KarI");
      const phone = await b.claim({ guest: desk.session });
      const token = { user: "u9", name: "Karl", signed: true };
      assertEquals((await b.claim(token)).name, "Karl");
      for (const [node, { session }] of [[a, desk], [b, phone]] as const) {
        await node.until(() => node.fleet.nameOf(session) === "KarI 2");
        assertEquals(node.renames, [[session, "KarI 2"]]);
      }
      await assertRefused("name_taken", () => a.begin("KarI"));
      // By a rename, and where a script is lent a name.
      const eve = await a.begin("B0b");
      const user = await b.claim({ user: "u8" });
      const signed = { signed: true };
      assertEquals(await b.fleet.rename(user.session, "Bob", signed), "Bob");
      await a.until(() => a.fleet.nameOf(eve.session) === "B0b 2");
      const kim = await a.begin("KiII");
      const lending = { user: "u7", fallback: "Script", signed: true };
      assertEquals(await b.fleet.lend("Kill", lending), "Kill");
      await a.until(() => a.fleet.nameOf(kim.session) === "KiII 2");
      // Not where a token states the other name.
      const other = { user: "u6", name: "KarI", signed: true };
      assertEquals((await a.claim(other)).name, "KarI 3");
    },
  );

  test(
    "promise 6: looks are held as long as their name: by other sessions, and by no dead node",
    async (a, b, fleet) => {
      const c = await fleet.join();
      const desk = await a.begin("Bill");
      const phone = await b.claim({ guest: desk.session });
      a.fleet.release(desk.session);
      await assertRefused("name_taken", () => c.begin("BiII"));
      assertEquals(
        (await c.claim({ session: phone.session, guest: desk.session })).name,
        "Bill",
      );
      await assertRefused("name_taken", () => b.begin("BiII"));
      const will = await c.begin("Will");
      c.clock.pause();
      const kim = await insist(() => b.begin("BiII"));
      await b.begin("WiII");
      const again = { session: phone.session, guest: desk.session };
      await assertRefused(
        "name_taken",
        () => a.claim({ ...again, name: "Bill" }),
      );
      b.fleet.release(kim.session);
      await insist(() => a.claim({ ...again, name: "Bill" }));
      await assertRefused("name_taken", () => b.begin("BiII"));
      // It takes back no name that looks like one that was given meanwhile.
      c.clock.resume();
      await c.until(() => c.nameless.includes(will.session));
      await assertRefused("name_taken", () => c.begin("Will"));
    },
  );

  test(
    "a session resumes on another node and the first node gets an event",
    async (a, b) => {
      const { session } = await a.begin("Ada");
      assertEquals(await b.claim({ session }), {
        session,
        name: "Ada",
        resumed: true,
      });
      await a.until(() => a.gone.includes(session));
      // It is no longer that node's to end.
      a.fleet.release(session);
      await assertRefused("name_taken", () => a.begin("Ada"));
      assertEquals(b.gone, []);
    },
  );

  for (const who of [{ user: "ada" }, { guest: "0123456789abcdef" }]) {
    const [kind] = Object.keys(who);
    test(
      `promise 6: a ${kind} has one name on all nodes, is renamed on all, and keeps it when one dies`,
      async (a, b, fleet) => {
        const desk = await a.claim({ ...who, name: "Ada" });
        const phone = await b.claim({ ...who, name: "Somebody" });
        assertEquals([phone.name, phone.resumed], ["Ada", false]);
        assertEquals([a.gone, b.gone], [[], []]);
        await a.fleet.rename(desk.session, "Countess Ada");
        await b.until(() => b.renames.length > 0);
        assertEquals(b.renames[0], [phone.session, "Countess Ada"]);
        const c = await fleet.join();
        await c.begin("Ada");
        a.clock.pause();
        await untilNodes(b, 2);
        await assertRefused("name_taken", () => c.begin("Countess Ada"));
        // The name goes from the dead node to the living, and on.
        assertEquals((await c.claim({ ...who })).name, "Countess Ada");
        b.fleet.release(phone.session);
        await assertRefused("name_taken", () => b.begin("Countess Ada"));
        a.clock.resume();
      },
    );

    test(
      `a node that was paused learns the name its ${kind} has by then`,
      async (a, b) => {
        const desk = await a.claim({ ...who, name: "Ada" });
        const phone = await b.claim({ ...who });
        a.clock.pause();
        await untilNodes(b, 1);
        await b.fleet.rename(phone.session, "Countess");
        await b.begin("Ada");
        a.clock.resume();
        await a.until(() =>
          a.renames.some(([session, name]) =>
            session === desk.session && name === "Countess"
          )
        );
        assertEquals(a.nameless, []);
        await assertRefused("name_taken", () => b.begin("countess"));
      },
    );
  }

  for (const who of [{ user: "ada" }, { guest: "0123456789abcdef" }]) {
    const [kind] = Object.keys(who);
    test(
      `promise 6: of names that a ${kind} is given at once on two nodes, one holds on both, and the other is free`,
      async (a, b) => {
        const desk = await a.claim({ ...who, name: "Ada" });
        const phone = await b.claim({ ...who });
        for (let round = 1; round <= 20; round++) {
          const given = [`Ada the ${round}th`, `Countess the ${round}th`];
          const [late] = await Promise.all([
            b.claim({ ...who }),
            a.fleet.rename(desk.session, given[0]!),
            b.fleet.rename(phone.session, given[1]!),
          ]);
          const names = () => [
            a.fleet.nameOf(desk.session)!,
            b.fleet.nameOf(phone.session)!,
            b.fleet.nameOf(late.session)!,
          ];
          const settled = () => {
            const [name = "", ...others] = names();
            return given.includes(name) && others.every((one) => one === name);
          };
          const events = [a, b].map((node) => node.until(settled));
          await Promise.race(events);
          const [name] = names();
          assertEquals((await a.claim({ ...who })).name, name);
          assertEquals((await b.claim({ ...who })).name, name);
          await assertRefused("name_taken", () => a.begin(name));
          const lost = given.find((one) => one !== name);
          const stranger = await b.begin(lost);
          assertEquals(stranger.name, lost);
          assertEquals(settled(), true);
        }
      },
    );
  }

  test(
    "promise 6: a guest on another node loses a signed name and its sessions there are notified",
    async (a, b) => {
      const desk = await a.begin("Beat");
      const phone = await b.claim({ guest: desk.session });
      const user = await b.claim({ user: "u9", name: "Beat", signed: true });
      assertEquals(user.name, "Beat");
      for (const [node, { session }] of [[a, desk], [b, phone]] as const) {
        await node.until(() => node.fleet.nameOf(session) === "Beat 2");
        assertEquals(node.renames, [[session, "Beat 2"]]);
      }
      // Also to who takes up a session of it elsewhere.
      const again = await b.claim({ session: desk.session });
      assertEquals([again.resumed, again.name], [true, "Beat 2"]);
    },
  );

  test(
    "promise 6: a session that is taken up has the name its person has by then",
    async (a, b, fleet) => {
      const old = await a.claim({ user: "ada", name: "Ada" });
      a.clock.pause();
      await untilNodes(b, 1);
      const now = await b.claim({ user: "ada", name: "Countess" });
      assertEquals(now.name, "Countess");
      const c = await fleet.join();
      const again = await c.claim({ user: "ada", session: old.session });
      assertEquals(again.name, "Countess");
      await c.begin("Ada");
      a.clock.resume();
    },
  );

  test(
    "two sessions that one person begins at once have one name",
    async (a, b) => {
      for (let round = 0; round < 10; round++) {
        const user = `u${round}`;
        const [one, two] = await Promise.all([
          a.claim({ user, name: `A${round}` }),
          b.claim({ user, name: `B${round}` }),
        ]);
        assertEquals(one.name, two.name);
      }
    },
  );

  test("a session that hops is where it hopped last", async (a, b) => {
    const { session } = await a.begin("Ada");
    for (let hop = 0; hop < 10; hop++) {
      await b.claim({ session });
      await a.claim({ session });
    }
    await b.until(() => b.gone.length > 0);
    await b.claim({ session });
    await a.until(() => a.gone.length > 0);
    const { length } = b.gone;
    // It is b's: what b was told of earlier takes does not end it.
    await b.fleet.rename(session, "Countess");
    await assertRefused("name_taken", () => a.begin("Countess"));
    assertEquals(b.gone.length, length);
  });

  test(
    "does not resume a session of another user or dialect",
    async (a, b) => {
      const { session } = await a.claim({ name: "Ada", user: "ada" });
      const others = [
        await b.claim({ session, user: "eve", name: "Eve" }),
        await b.claim({ session, user: "ada", dialect: "x", name: "Kim" }),
      ];
      for (const other of others) {
        assertEquals([other.resumed, other.session === session], [
          false,
          false,
        ]);
      }
      assertEquals(a.gone, []);
      const own = await b.claim({ session, user: "ada", name: "Any" });
      assertEquals([own.resumed, own.name], [true, "Ada"]);
    },
  );

  test("all nodes know the members of a room", async (a, b, fleet) => {
    const atA = await a.enter("hall", { s1: "Ada" });
    const atB = await b.enter("hall");
    await atB.shows("Ada");
    atB.become({ s2: "Bob" });
    await atA.shows("Bob");
    atA.become({ s1: "Countess", s3: "Kim" });
    await atB.shows("Countess", "Kim");
    const late = await (await fleet.join()).enter("hall");
    assertEquals(late.names, ["Bob", "Countess", "Kim"]);
    const elsewhere = await b.enter("yard");
    assertEquals(elsewhere.names, []);
    atA.become({});
    await atB.shows();
    assertEquals(atB.departures.length, 1);
  });

  test("a node that leaves a room has no members in it", async (a, b) => {
    const atA = await a.enter("hall", { s1: "Ada" });
    const atB = await b.enter("hall", { s2: "Bob" });
    await Promise.all([atA.shows("Bob"), atB.shows("Ada")]);
    atA.members.clear();
    atA.here.leave();
    await atB.shows();
    const again = await a.enter("hall", { s1: "Ada" });
    assertEquals(again.names, ["Bob"]);
    await atB.shows("Ada");
  });

  test(
    "a node that does not list its members reports their number",
    async (a, b) => {
      const atA = await a.enter("hall", { s1: "Ada" });
      const atB = await b.enter("hall");
      atA.count = 300;
      atA.here.changed();
      await atB.until(() => [...atB.others.values()][0]?.count === 300);
      assertEquals([...atB.others.values()][0]?.members, undefined);
    },
  );

  test("typing is reported on the other nodes only", async (a, b) => {
    const atA = await a.enter("hall", { s1: "Ada" });
    const atB = await b.enter("hall", { s2: "Bob" });
    await Promise.all([atA.shows("Bob"), atB.shows("Ada")]);
    atA.here.typing("Ada");
    await atB.until(() => atB.typists.includes("Ada"));
    atB.here.typing("Bob");
    await atA.until(() => atA.typists.length > 0);
    assertEquals(atA.typists, ["Bob"]);
  });

  test(
    "a dead node's members leave once, and its names are free then",
    async (a, b, fleet) => {
      await a.begin("Ada");
      await a.enter("hall", { s1: "Ada" });
      await a.enter("yard", { s1: "Ada" });
      const rooms = [await b.enter("hall"), await b.enter("yard")];
      await Promise.all(rooms.map((room) => room.shows("Ada")));
      a.clock.pause();
      await assertRefused("name_taken", () => b.begin("Ada"));
      await Promise.all(rooms.map((room) => room.shows()));
      await b.begin("Ada");
      await untilNodes(b, 1);
      for (const room of rooms) assertEquals(room.departures.length, 1);
      const late = await (await fleet.join()).enter("hall");
      assertEquals(late.names, []);
    },
  );

  test("a dead node's session is taken up with its name", async (a, b) => {
    const { session } = await a.begin("Ada");
    a.clock.pause();
    const again = await b.claim({ session, name: "Ada" });
    assertEquals([again.resumed, again.name], [true, "Ada"]);
    await untilNodes(b, 1);
    await assertRefused("name_taken", () => b.begin("Ada"));
  });

  test(
    "a dead node's session can be taken up when its members have left, too",
    async (a, b) => {
      const ada = await a.begin("Ada");
      const eve = await a.begin("Eve");
      a.clock.pause();
      await untilNodes(b, 1);
      await b.begin("Eve");
      const again = await b.claim({ session: ada.session });
      assertEquals([again.resumed, again.name], [true, "Ada"]);
      assertEquals((await b.claim({ session: eve.session })).resumed, false);
    },
  );

  test(
    "removes the state that a dead node left behind",
    async (a, b) => {
      const sessions: string[] = [];
      for (let i = 1; i <= 100; i++) {
        sessions.push((await a.begin(`Ada the ${i}th`)).session);
      }
      a.clock.pause();
      // To look whether one is still there is to take it up.
      let there = true;
      while (there) {
        await new Promise((again) => setTimeout(again, 100));
        const session = sessions.shift();
        assert(session !== undefined, "They are still there");
        there = (await b.claim({ session })).resumed;
      }
    },
  );

  test(
    "a node that stops leaves its sessions to be taken up elsewhere",
    async (a, b, fleet) => {
      const { session } = await a.begin("Ada");
      await a.enter("hall", { [session]: "Ada" });
      const room = await b.enter("hall");
      await room.shows("Ada");
      await fleet.stop(a);
      await assertRefused("name_taken", () => b.begin("Ada"));
      assertEquals(room.names, ["Ada"]);
      assertEquals((await b.claim({ session })).resumed, true);
      await room.shows();
      assertEquals(room.departures.length, 1);
      await assertRefused("name_taken", () => b.begin("Ada"));
    },
  );

  test(
    "a node without sessions is removed at once when it stops",
    async (a, b, fleet) => {
      await untilNodes(b, 2);
      await fleet.stop(a);
      await untilNodes(b, 1);
    },
  );

  test(
    "a node paused for longer than its lease takes back names that are still free",
    async (a, b) => {
      const ada = await a.begin("Ada");
      const kim = await a.begin("Kim");
      const eve = await a.begin("Eve");
      const members = { [ada.session]: "Ada", [eve.session]: "Eve" };
      await a.enter("hall", members);
      const room = await b.enter("hall");
      await room.shows("Ada", "Eve");
      a.clock.pause();
      await room.shows();
      await b.begin("Ada");
      await b.claim({ session: kim.session, name: "Kim" });
      a.clock.resume();
      await a.until(() => a.nameless.length === 1 && a.gone.length === 1);
      assertEquals([a.nameless, a.gone], [[ada.session], [kim.session]]);
      await room.shows("Ada", "Eve");
      await assertRefused("name_taken", () => b.begin("Eve"));
      await assertRefused("name_taken", () => a.begin("Ada"));
    },
  );

  test("nodes know the other nodes' counts", async (a, b, fleet) => {
    const c = await fleet.join();
    a.fleet.share(() => new Map([["x", 2], ["y", 1]]));
    b.fleet.share(() => new Map([["x", 3]]));
    const until = async (node: Node, x: number, y: number) => {
      while (
        (node.fleet.elsewhere.get("x") ?? 0) !== x ||
        (node.fleet.elsewhere.get("y") ?? 0) !== y
      ) {
        await new Promise((again) => setTimeout(again, 20));
      }
    };
    await Promise.all([until(c, 5, 1), until(b, 2, 1), until(a, 3, 0)]);
    await fleet.stop(a);
    await until(c, 3, 0);
    b.clock.pause();
    await until(c, 0, 0);
  });

  test("nodes know how many they are", async (a, b, fleet) => {
    await Promise.all([untilNodes(a, 2), untilNodes(b, 2)]);
    const c = await fleet.join();
    assert(c.fleet.nodes >= 3);
    await untilNodes(a, 3);
  });
}
