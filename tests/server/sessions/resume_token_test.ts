import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Tokens } from "../../../server/sessions/resume_token.ts";

const tokens = new Tokens(new Uint8Array(32).fill(7));

Deno.test("Tokens.verify() gives the session a token was issued for", () => {
  assertEquals(tokens.verify(tokens.issue("k3v9")), {
    session: "k3v9",
    guest: "k3v9",
  });
  assertEquals(tokens.verify(tokens.issue("k3v9", "a1")), {
    session: "k3v9",
    guest: "a1",
  });
});

Deno.test("Tokens.issue() gives the same token with the same secret, after a restart too", () => {
  const again = new Tokens(new Uint8Array(32).fill(7));
  assertEquals(again.issue("k3v9"), tokens.issue("k3v9"));
  assertMatch(tokens.issue("k3v9"), /^k3v9\.[\w-]{32}$/);
});

const token = tokens.issue("k3v9");
for (
  const [kind, forged] of [
    ["nothing", ""],
    ["a dot", "."],
    ["no dot", "k3v9"],
    ["no signature", "k3v9."],
    ["no session", token.slice(4)],
    ["another session", token.replace("k3v9", "k3v8")],
    ["a shorter signature", token.slice(0, -1)],
    ["a longer signature", `${token}A`],
    ["another secret's", new Tokens(new Uint8Array(32)).issue("k3v9")],
    ["something not ASCII", "k3v9.ééééééééééééééééééééééééééééééé"],
    ["a lone surrogate", "k3v9.\ud800"],
  ] as const
) {
  Deno.test(`Tokens.verify() refuses a token with ${kind}`, () => {
    assertEquals(tokens.verify(forged), undefined);
  });
}

Deno.test("a session's secret is no guest's, nor the other way round", () => {
  assertEquals(tokens.verifyGuest(tokens.issueGuest("k3v9")), "k3v9");
  assertEquals(tokens.verifyGuest(tokens.issue("k3v9")), undefined);
  assertEquals(tokens.verify(tokens.issueGuest("k3v9")), undefined);
  assertEquals(tokens.verifyGuest(""), undefined);
});

Deno.test("Tokens.issue() signs each session differently", () => {
  const [, a] = tokens.issue("a").split(".");
  const [, b] = tokens.issue("b").split(".");
  assertNotEquals(a, b);
});
