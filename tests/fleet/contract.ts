/**
 * What a fleet promises of names, as tests that every adapter passes, also one
 * that is alone.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubbubError } from "../../protocol/errors.ts";
import { FleetBench, type Node, type Place } from "./bench.ts";

/** Fails unless something is refused with this code. */
export async function assertRefused(
  code: string,
  act: () => unknown,
): Promise<HubbubError> {
  const error = await assertRejects(async () => await act(), HubbubError);
  assertEquals(error.code, code);
  return error;
}

/**
 * Registers the tests of one adapter.
 *
 * @param adapter For the tests' names.
 * @param open Makes an empty place; each test has its own.
 * @param options `ignore` when this machine cannot run them.
 */
export function namesContract(
  adapter: string,
  open: () => Promise<Place>,
  { ignore = false }: { ignore?: boolean } = {},
): void {
  const test = (title: string, run: (node: Node) => Promise<void>) =>
    Deno.test({
      name: `${adapter} names: ${title}`,
      ignore,
      async fn() {
        await using fleet = new FleetBench(await open());
        await run(await fleet.join());
      },
    });

  test("promise 6: a name belongs to one session at a time", async (node) => {
    const ada = await node.begin("Ada");
    for (const name of ["Ada", "ADA", "Ａｄａ", " ada ", "A\u200Dda"]) {
      const error = await assertRefused("name_taken", () => node.begin(name));
      assert(error.details.suggestion?.endsWith(" 2"));
    }
    node.fleet.release(ada.session);
    assertEquals((await node.begin("ada")).name, "ada");
  });

  test("promise 6: a name that looks like the name of a present user is taken", async (node) => {
    // Cyrillic and Greek letters for Latin ones, each name of one alphabet.
    const looks = { Capa: "\u0421\u0430\u0440\u0430", oo: "\u03BF\u03BF" };
    for (const [name, other] of Object.entries(looks)) {
      for (const [first, second] of [[name, other], [other, name]] as const) {
        const { session } = await node.begin(first);
        const error = await assertRefused(
          "name_taken",
          () => node.begin(second),
        );
        assertEquals(error.details.suggestion, `${second} 2`);
        await assertRefused(
          "name_taken",
          async () =>
            await node.fleet.lend(second, {
              user: undefined,
              fallback: "Script",
            }),
        );
        const bob = await node.begin("Bob");
        await assertRefused(
          "name_taken",
          async () => await node.fleet.rename(bob.session, second),
        );
        // Nobody passes for oneself.
        assertEquals(await node.fleet.rename(session, second), second);
        await assertRefused("name_taken", () => node.begin(first));
        node.fleet.release(session);
        node.fleet.release(bob.session);
      }
      const again = await node.begin(other);
      node.fleet.release(again.session);
    }
  });

  test("names that a reader can tell apart are two names", async (node) => {
    for (
      const name of ["Arnie", "Amie", "Ali", "All", "Lia", "Ila", "Ö", "O"]
    ) {
      assertEquals((await node.begin(name)).name, name);
    }
  });

  test("a free name that is suggested is free", async (node) => {
    await node.begin("Ada");
    await node.begin("Ada 2");
    const { details } = await assertRefused(
      "name_taken",
      () => node.begin("Ada"),
    );
    assertEquals(details.suggestion, "Ada 3");
    assertEquals((await node.begin(details.suggestion)).name, "Ada 3");
  });

  test("assigns a readable name to a user who requests none", async (node) => {
    const names = [];
    for (let i = 0; i < 3; i++) names.push((await node.begin()).name);
    assertEquals(names, ["Amber Badger", "Amber Badger 2", "Amber Badger 3"]);
  });

  test("a hundred names of the same words can be had", async (node) => {
    const all = await Promise.all(
      Array.from({ length: 100 }, () => node.begin()),
    );
    assertEquals(new Set(all.map(({ name }) => name)).size, 100);
    assertEquals(new Set(all.map(({ session }) => session)).size, 100);
  });

  test("a refused name leaves nothing behind", async (node) => {
    await assertRefused("bad_name", () => node.begin("Server"));
    await assertRefused("bad_name", () => node.begin(""));
    const ada = await node.begin("Ada");
    await assertRefused("name_taken", () => node.begin("Ada"));
    node.fleet.release(ada.session);
    assertEquals((await node.begin("Ada")).name, "Ada");
  });

  test("a rename frees the old name and takes the new one", async (node) => {
    const { session } = await node.begin("Ada");
    assertEquals(await node.fleet.rename(session, "Countess"), "Countess");
    await node.begin("Ada");
    await assertRefused("name_taken", () => node.begin("countess"));
    node.fleet.release(session);
    await node.begin("Countess");
  });

  test("a user can change the spelling of their own name", async (node) => {
    const { session } = await node.begin("ada");
    assertEquals(await node.fleet.rename(session, "ADA"), "ADA");
    await assertRefused("name_taken", () => node.begin("Ada"));
  });

  test(
    "promise 6: a rename to a taken name is refused and changes nothing",
    async (node) => {
      await node.begin("Ada");
      const { session } = await node.begin("Bob");
      const { rename } = {
        rename: (name: string) => node.fleet.rename(session, name),
      };
      const error = await assertRefused("name_taken", () => rename("ada"));
      assertEquals(error.details.suggestion, "ada 2");
      await assertRefused("bad_name", () => rename("Server"));
      await assertRefused("name_taken", () => node.begin("Bob"));
    },
  );

  test("a session is taken up with its name and id", async (node) => {
    const { session } = await node.begin("Ada");
    const again = await node.claim({ session, name: "Somebody" });
    assertEquals(again, { session, name: "Ada", resumed: true });
    await assertRefused("name_taken", () => node.begin("Ada"));
  });

  test("a session that has ended begins anew with its id", async (node) => {
    const { session } = await node.begin("Ada");
    node.fleet.release(session);
    await node.begin("Ada");
    await assertRefused(
      "name_taken",
      () => node.claim({ session, name: "Ada" }),
    );
    const again = await node.claim({ session, name: "Countess" });
    assertEquals(again, { session, name: "Countess", resumed: false });
  });

  for (const who of [{ user: "ada" }, { guest: "0123456789abcdef" }]) {
    const [kind] = Object.keys(who);
    test(
      `promise 6: all sessions of one ${kind} have one name, until the last ends`,
      async (node) => {
        const desk = await node.claim({ ...who, name: "Ada" });
        const phone = await node.claim({ ...who, name: "Somebody" });
        assertEquals([phone.name, phone.resumed], ["Ada", false]);
        assert(desk.session !== phone.session);
        assertEquals((await node.claim({ ...who })).name, "Ada");
        node.fleet.release(desk.session);
        await assertRefused("name_taken", () => node.begin("Ada"));
        const again = await node.claim({ ...who, session: desk.session });
        assertEquals([again.session, again.name], [desk.session, "Ada"]);
        await node.fleet.rename(phone.session, "Countess");
        assertEquals((await node.claim({ ...who })).name, "Countess");
        await node.begin("Ada");
        await assertRefused("name_taken", () => node.begin("Countess"));
        await assertRefused(
          "name_taken",
          () => node.fleet.rename(desk.session, "Ada"),
        );
        await node.fleet.rename(desk.session, "COUNTESS");
      },
    );
  }

  test("a guest is the session it began with, and no user of that name", async (node) => {
    const first = await node.begin("Ada");
    const second = await node.claim({ guest: first.session });
    assertEquals(second.name, "Ada");
    await assertRefused(
      "name_taken",
      () => node.claim({ user: first.session, name: "Ada" }),
    );
    node.fleet.release(first.session);
    node.fleet.release(second.session);
    await node.begin("Ada");
  });

  test("promise 6: a user whose signed token states a name takes it from a guest in all sessions", async (node) => {
    const desk = await node.begin("Beat");
    const phone = await node.claim({ guest: desk.session });
    const user = await node.claim({ user: "u9", name: "BEAT", signed: true });
    assertEquals(user.name, "BEAT");
    for (const { session } of [desk, phone]) {
      await node.until(() => node.fleet.nameOf(session) === "BEAT 2");
      await node.until(() =>
        node.renames.some(([one, name]) => one === session && name === "BEAT 2")
      );
    }
    await assertRefused("name_taken", () => node.begin("beat 2"));
    await assertRefused("name_taken", () => node.begin("beat"));
    // With the next name that the person is given, too, and what it is lent.
    const eve = await node.begin("Eve");
    await assertRefused(
      "name_taken",
      async () => await node.fleet.rename(user.session, "Eve"),
    );
    const rename = { signed: true };
    assertEquals(await node.fleet.rename(user.session, "Eve", rename), "Eve");
    await node.until(() => node.fleet.nameOf(eve.session) === "Eve 2");
    const kim = await node.begin("Kim");
    const lending = { user: "u8", fallback: "Script", signed: true };
    assertEquals(await node.fleet.lend("Kim", lending), "Kim");
    await node.until(() => node.fleet.nameOf(kim.session) === "Kim 2");
    await node.begin("Kim");
  });

  test("promise 6: a signed name takes precedence over guests with that name or a confusable one", async (node) => {
    const guest = { user: undefined, guest: undefined };
    let users = 0;
    for (
      const [looks, stated] of [
        ["KarI", "Karl"],
        ["B0b", "Bob"],
        ["\u0421\u0430\u0440\u0430", "Capa"],
        ["Te\u0251cher", "Teacher"],
        ["Dora", "Dora"],
      ] as const
    ) {
      for (const way of ["claim", "rename", "lend"]) {
        for (const who of [guest, { user: `nameless ${++users}` }]) {
          // A name that was released may be free a little later.
          const number = ++users;
          const [held, name] = [`${looks}${number}`, `${stated}${number}`];
          const desk = await node.claim({ ...who, name: held });
          const mate = who.user === undefined ? { guest: desk.session } : who;
          const phone = await node.claim(mate);
          assertEquals([desk.name, phone.name], [held, held]);
          const token = { user: `signed ${++users}`, signed: true };
          const sessions: string[] = [];
          if (way === "lend") {
            const lending = { ...token, fallback: "Script" };
            assertEquals(await node.fleet.lend(name, lending), name);
          } else if (way === "claim") {
            const { session, ...own } = await node.claim({ ...token, name });
            assertEquals(own.name, name);
            sessions.push(session);
          } else {
            const { session } = await node.claim({ user: token.user });
            sessions.push(session);
            assertEquals(
              await node.fleet.rename(session, name, { signed: true }),
              name,
            );
            // It is the token's from now on.
            const other = { user: "other", name, signed: true };
            const second = await node.claim(other);
            assert(second.name.startsWith(`${name} `));
            node.fleet.release(second.session);
          }
          for (const { session } of [desk, phone]) {
            await node.until(() =>
              node.renames.some(([one, name]) =>
                one === session && name.startsWith(`${held} `)
              )
            );
            sessions.push(session);
          }
          for (const session of sessions) node.fleet.release(session);
        }
      }
    }
  });

  test("a signed name does not replace a look-alike that a token states", async (node) => {
    const first = await node.claim({ user: "a", name: "KarI", signed: true });
    const token = { user: "b", name: "Karl", signed: true };
    assertEquals((await node.claim(token)).name, "Karl 2");
    const lending = { user: "c", fallback: "Script", signed: true };
    assertEquals(await node.fleet.lend("Karl", lending), "Karl 3");
    assertEquals(node.fleet.nameOf(first.session), "KarI");
    assertEquals(node.renames, []);
  });

  test("promise 6: a user has one name, with a session and without", async (node) => {
    const token = { name: "Nora", signed: true };
    await node.claim({ ...token, user: "a" });
    const second = await node.claim({ ...token, user: "b" });
    assertEquals(second.name, "Nora 2");
    const lending = { user: "b", fallback: "Script" };
    const signed = { ...lending, signed: true };
    assertEquals(await node.fleet.lend("Nora", signed), "Nora 2");
    assertEquals(await node.fleet.lend(undefined, lending), "Nora 2");
    assertEquals(await node.fleet.lend("nora 2", lending), "nora 2");
    await node.claim({ user: "c", name: "Will" });
    // Nobody passes for oneself.
    const own = { user: "c", fallback: "Script" };
    assertEquals(await node.fleet.lend("WiII", own), "WiII");
    assertEquals((await node.claim({ user: "c", name: "WiII" })).name, "Will");
    assertEquals(node.renames, []);
  });

  test("promise 6: of confusable names requested at the same time, only one is granted", async (node) => {
    for (let round = 1; round <= 5; round++) {
      const names = ["Bill", "BiII", "Bi11"].map((name) => `${name}${round}`);
      const asked = await Promise.allSettled(
        names.map((name) => node.begin(name)),
      );
      const won = asked.filter(({ status }) => status === "fulfilled");
      assertEquals(won.length, 1);
      const ways = ["Will", "WiII", "Wi11"].map((name) => `${name}${round}`);
      const others = await Promise.all(ways.map(() => node.begin()));
      const renamed = await Promise.allSettled(
        ways.map(async (name, index) =>
          await node.fleet.rename(others[index]?.session ?? "", name)
        ),
      );
      const got = renamed.filter(({ status }) => status === "fulfilled");
      assertEquals(got.length, 1);
    }
    // A token's wins also over those that are under way: the guest is renamed, or
    // refused if it comes second.
    const [guest, user] = await Promise.allSettled([
      node.begin("KarI"),
      node.claim({ user: "k", name: "Karl", signed: true }),
    ]);
    assert(user.status === "fulfilled");
    assertEquals(user.value.name, "Karl");
    if (guest.status === "fulfilled") {
      const { session } = guest.value;
      await node.until(() => node.fleet.nameOf(session) === "KarI 2");
    } else {
      assertEquals(guest.reason.code, "name_taken");
    }
  });

  test("of two users whose tokens state the same name, the second gets a variant", async (node) => {
    const token = { name: "Sam", signed: true };
    const first = await node.claim({ ...token, user: "a" });
    const second = await node.claim({ ...token, user: "b" });
    assertEquals([first.name, second.name], ["Sam", "Sam 2"]);
    assertEquals((await node.claim({ ...token, user: "b" })).name, "Sam 2");
    await assertRefused(
      "name_taken",
      async () =>
        await node.fleet.rename(second.session, "Sam", { signed: true }),
    );
    const lending = { user: "c", fallback: "Script", signed: true };
    assertEquals(await node.fleet.lend("Sam", lending), "Sam 3");
    await assertRefused(
      "bad_name",
      () => node.claim({ user: "d", name: "Server", signed: true }),
    );
    assertEquals(node.renames, []);
  });

  test("a name stated by a token is kept, without a sub and against other devices too", async (node) => {
    const token = { name: "Ada", signed: true };
    const first = await node.claim(token);
    assertEquals((await node.claim(token)).name, "Ada 2");
    assertEquals(node.fleet.nameOf(first.session), "Ada");
    const named = await node.claim({ user: "u", name: "Beth", signed: true });
    const other = await node.claim({ user: "u" });
    await assertRefused(
      "forbidden",
      async () => await node.fleet.rename(other.session, "Carla"),
    );
    assertEquals(await node.fleet.rename(other.session, "BETH"), "BETH");
    node.fleet.release(named.session);
    assertEquals(await node.fleet.rename(other.session, "Carla"), "Carla");
  });

  test("a guest's name passes to the same person's token only", async (node) => {
    const guest = await node.begin("Gus");
    const other = { user: "u1", name: "Gus" };
    await assertRefused("name_taken", () => node.claim(other));
    await assertRefused(
      "name_taken",
      () => node.claim({ ...other, guest: "0123456789abcdef" }),
    );
    const own = await node.claim({ ...other, guest: guest.session });
    assertEquals([own.name, own.resumed], ["Gus", false]);
    await node.until(() => node.fleet.nameOf(guest.session) === "Gus 2");
  });

  test("promise 6: a name kept for a returning user is not taken", async (node) => {
    const { fleet } = node;
    const guest = { user: undefined, fallback: "Script" };
    assertEquals(await fleet.lend("Ada", guest), "Ada");
    assertEquals(await fleet.lend(undefined, guest), "Script");
    await node.claim({ name: "Ada", user: "ada" });
    const error = await assertRefused(
      "name_taken",
      () => fleet.lend("ADA", guest),
    );
    assertEquals(error.details.suggestion, "ADA 2");
    assertEquals(await fleet.lend("ADA", { ...guest, user: "ada" }), "ADA");
    await assertRefused(
      "name_taken",
      () => fleet.lend("ada", { ...guest, user: "bob" }),
    );
    await node.begin("Script");
    assertEquals(await fleet.lend(undefined, guest), "Script 2");
    await assertRefused("bad_name", () => fleet.lend("Server", guest));
  });
}
