import { TRUSTED } from "../../server/grant.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { HubbubError } from "../../protocol/errors.ts";
import { Sessions } from "../../server/sessions.ts";
import { FakeReader } from "../helpers/reader.ts";

function bench() {
  const sessions = new Sessions(() => 0);
  let count = 0;
  const begin = (name?: string) =>
    sessions.begin(new FakeReader(), {
      id: `s${++count}`,
      name,
      grant: TRUSTED,
    });
  return { sessions, begin };
}

function assertRefused(code: string, act: () => unknown): HubbubError {
  const error = assertThrows(act, HubbubError);
  assertEquals(error.code, code);
  return error;
}

Deno.test("promise 6: a name belongs to one session at a time", () => {
  const { begin, sessions } = bench();
  const ada = begin("Ada");
  for (const spelling of ["Ada", "ADA", "Ａｄａ", " ada ", "A\u200Dda"]) {
    const { details } = assertRefused("name_taken", () => begin(spelling));
    assert(details.suggestion?.endsWith(" 2"));
  }
  assertEquals(sessions.size, 1);
  sessions.end(ada);
  assertEquals(begin("ada").name, "ada");
});

Deno.test("Sessions.begin() suggests a name that is really free", () => {
  const { begin } = bench();
  begin("Ada");
  begin("Ada 2");
  const { details } = assertRefused("name_taken", () => begin("Ada"));
  assertEquals(details.suggestion, "Ada 3");
  assertEquals(begin(details.suggestion).name, "Ada 3");
});

Deno.test("Sessions.begin() gives a readable name to whoever asks for none", () => {
  const { begin } = bench();
  const names = [begin().name, begin().name, begin().name];
  assertEquals(names, ["Amber Badger", "Amber Badger 2", "Amber Badger 3"]);
});

Deno.test("Sessions.begin() leaves nothing behind when it refuses", () => {
  const { begin, sessions } = bench();
  assertRefused("bad_name", () => begin("Server"));
  assertRefused("bad_name", () => begin(""));
  assertEquals(sessions.all(), []);
});

Deno.test("Sessions.rename() frees the old name and takes the new one", () => {
  const { begin, sessions } = bench();
  const session = begin("Ada");
  sessions.rename(session, "Countess");
  assertEquals(session.name, "Countess");
  begin("Ada");
  assertRefused("name_taken", () => begin("countess"));
});

Deno.test("Sessions.rename() lets one's own name be spelled anew", () => {
  const { begin, sessions } = bench();
  const session = begin("ada");
  sessions.rename(session, "ADA");
  assertEquals(session.name, "ADA");
  assertRefused("name_taken", () => begin("Ada"));
});

Deno.test("promise 6: Sessions.rename() takes nobody's name, and changes nothing then", () => {
  const { begin, sessions } = bench();
  begin("Ada");
  const bob = begin("Bob");
  assertRefused("name_taken", () => sessions.rename(bob, "ada"));
  assertRefused("bad_name", () => sessions.rename(bob, "Server"));
  assertEquals(bob.name, "Bob");
  assertRefused("name_taken", () => begin("Bob"));
});

Deno.test("Sessions.get() finds a session by its id until it ends", () => {
  const { begin, sessions } = bench();
  const ada = begin("Ada");
  assertEquals(sessions.get("s1"), ada);
  sessions.end(ada);
  assertEquals(sessions.get("s1"), undefined);
});
