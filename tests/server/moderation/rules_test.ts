/** The house rules, as data; addresses, and slow mode. */

import { assertEquals } from "@std/assert";
import {
  type Ban,
  isAbout,
  ModerationRules,
  RULE_KEYS,
} from "../../../server/moderation/rules.ts";
import { monotonicAt as at } from "../../../server/runtime/clock.ts";
import { SlowMode } from "../../../server/moderation/slow_mode.ts";

function ban(fields: Partial<Ban>): Ban {
  return { kind: "ban", room: "*", by: "Ada", at: 0, until: 1_000, ...fields };
}

function rulesWith(...bans: readonly Ban[]): ModerationRules {
  const rules = new ModerationRules();
  rules.replace(
    new Map(bans.map((ban) => [RULE_KEYS.ban(ban), JSON.stringify(ban)])),
  );
  return rules;
}

const SOMEBODY = { name: "Bob", author: "s1", address: "192.0.2.7" };

Deno.test("ModerationRules matches bans by name, user, address and recorded author", () => {
  for (
    const fields of [
      { name: "BOB" },
      { name: "ｂｏｂ" },
      { name: "Rob", author: "s1" },
      { address: "192.0.2.7" },
      { address: "::ffff:192.0.2.7" },
    ]
  ) {
    const rules = rulesWith(ban(fields));
    assertEquals(rules.banOf(SOMEBODY, "*", 0)?.by, "Ada");
    assertEquals(rules.banOf(SOMEBODY, "hall", 0)?.by, "Ada");
  }
  for (const fields of [{ name: "Rob" }, { address: "192.0.2.8" }]) {
    assertEquals(rulesWith(ban(fields)).banOf(SOMEBODY, "*", 0), undefined);
  }
  const user = rulesWith(ban({ user: "u1" }));
  const known = { ...SOMEBODY, author: "user:u1" };
  assertEquals(user.banOf(known, "hall", 0)?.user, "u1");
  assertEquals(user.banOf(SOMEBODY, "hall", 0), undefined);
});

Deno.test("ModerationRules bans look-alikes of a name, and unbans them together", () => {
  const looks = {
    Rocco: ["R0cc0", "\uA4E3\uA4F3\uA4DA\uA4DA\uA4F3"],
    Evi: ["\u0415\u0475\u0456", "\uA4F0\uA4E6\uA4F2"],
    Bill9: ["BiII9", "Bi119"],
    oleg: ["0leg", "ole\u0261"],
  };
  for (const [name, others] of Object.entries(looks)) {
    for (const other of others) {
      for (const [banned, comes] of [[name, other], [other, name]] as const) {
        const rules = rulesWith(ban({ name: banned, room: "hall" }));
        const person = { ...SOMEBODY, name: comes };
        assertEquals(rules.banOf(person, "hall", 0)?.name, banned);
        assertEquals(rules.banOf(person, "yard", 0), undefined);
        // A token's name is no imitation, unless it is the same.
        const stated = { ...person, isNameStated: true };
        assertEquals(rules.banOf(stated, "hall", 0), undefined);
        const same = { ...stated, name: banned };
        assertEquals(rules.banOf(same, "hall", 0)?.name, banned);
        // Who is here already may be somebody else.
        assertEquals(isAbout(ban({ name: banned }), person), false);
        assertEquals(rules.bansOn({ name: comes, room: "hall" }), [
          RULE_KEYS.ban(ban({ name: banned, room: "hall" })),
        ]);
        assertEquals(rules.bansOn({ name: "Zoe", room: "hall" }), []);
        assertEquals(rules.bans("hall", 0).length, 1);
      }
    }
  }
});

Deno.test("ModerationRules applies bans per room and time, and returns the longest", () => {
  const rules = rulesWith(
    ban({ name: "Bob", room: "hall", until: 2_000 }),
    ban({ address: "192.0.2.7", until: 1_000 }),
  );
  assertEquals(rules.banOf(SOMEBODY, "hall", 0)?.until, 2_000);
  assertEquals(rules.banOf(SOMEBODY, "yard", 0)?.until, 1_000);
  assertEquals(rules.banOf(SOMEBODY, "yard", 1_000), undefined);
  assertEquals(rules.banOf(SOMEBODY, "hall", 1_999)?.name, "Bob");
  assertEquals(rules.over(1_000), ["ban/*/address 192.0.2.7"]);
  assertEquals(rules.bans("hall", 0).map(({ name }) => name), ["Bob"]);
  assertEquals(rules.bans("*", 1_000), []);
});

Deno.test("ModerationRules reports changes, and ignores invalid documents", () => {
  const rules = new ModerationRules();
  const documents = new Map([
    [RULE_KEYS.lock("hall"), "{}"],
    [RULE_KEYS.slow("yard"), '{"everyMs":5}'],
    ["ban/nonsense", "nonsense"],
    ["of a later version/x", "{}"],
  ]);
  assertEquals(rules.replace(documents).rooms, ["hall", "yard"]);
  assertEquals(rules.of("hall"), { locked: true, slowMs: 0 });
  assertEquals(rules.of("yard"), { locked: false, slowMs: 5 });
  assertEquals(rules.replace(new Map(documents)).rooms, []);
  const announcement = { id: "1", by: "Ada", at: 0, until: 1, text: "Tea" };
  documents.set("announcement/1", JSON.stringify(announcement));
  documents.delete(RULE_KEYS.lock("hall"));
  const change = rules.replace(documents);
  assertEquals([change.rooms, change.announcements], [["hall"], [
    announcement,
  ]]);
});

Deno.test("SlowMode lets each author write once per interval, and repeat the last message", () => {
  const slow = new SlowMode();
  const ada = { room: "hall", author: "ada", cid: "c1" };
  assertEquals(slow.wait(ada, 1_000, at(0)), 0);
  slow.wrote(ada, 1_000, at(0));
  assertEquals(slow.wait(ada, 1_000, at(1)), 0, "the same message again");
  const next = { ...ada, cid: "c2" };
  assertEquals(slow.wait(next, 1_000, at(1)), 999);
  assertEquals(slow.wait({ ...next, author: "bob" }, 1_000, at(1)), 0);
  assertEquals(slow.wait({ ...next, room: "yard" }, 1_000, at(1)), 0);
  assertEquals(slow.wait(next, 1_000, at(1_000)), 0);
  slow.failed("hall", "ada");
  assertEquals(slow.wait(next, 1_000, at(1)), 0);
});

Deno.test("SlowMode drops only authors whose wait is over, even with many authors", () => {
  const slow = new SlowMode();
  for (let n = 0; n < 100; n++) {
    slow.wrote({ room: "hall", author: `early ${n}` }, 1_000, at(0));
  }
  slow.wrote({ room: "hall", author: "ada" }, 1_000, at(500));
  slow.wrote({ room: "hall", author: "bob" }, 1_000, at(1_000));
  assertEquals(
    slow.wait({ room: "hall", author: "ada" }, 1_000, at(1_000)),
    500,
  );
  assertEquals(
    slow.wait({ room: "hall", author: "bob" }, 1_000, at(1_000)),
    1_000,
  );
});
