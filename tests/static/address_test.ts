import { assertEquals } from "@std/assert";
import {
  changesPerson,
  hasName,
  readAddress,
  readToken,
} from "../../static/chat/model/address.ts";
import { signed } from "../helpers/tokens.ts";

Deno.test("readAddress() tells a message number from a token", () => {
  const read = (hash: string) => {
    const { room, seq, token } = readAddress(`http://h/?room=tea${hash}`);
    return [room, seq, token];
  };
  assertEquals(read(""), ["tea", undefined, undefined]);
  assertEquals(read("#12"), ["tea", 12, undefined]);
  assertEquals(read("#token=a.b-_.c"), ["tea", undefined, "a.b-_.c"]);
  assertEquals(read("#token="), ["tea", undefined, undefined]);
});

Deno.test("readToken() takes a token in lines, and in its link", () => {
  assertEquals(readToken(" a.b\n .c "), "a.b.c");
  assertEquals(readToken("https://h/?room=tea#token=a.b.c"), "a.b.c");
  assertEquals(readToken("  "), "");
});

Deno.test("hasName() is true for tokens with a name", async () => {
  assertEquals(hasName(await signed({ name: "Zoë ÿÿ>>??" })), true);
  for (const token of [await signed({ sub: "ada" }), "nonsense", undefined]) {
    assertEquals(hasName(token), false);
  }
});

/** A token that says this; nobody looks at its signature. */
function saying(claims: object): string {
  return `e30.${btoa(JSON.stringify(claims))}.x`;
}

Deno.test("a link's token asks for confirmation where it changes the user", () => {
  const ada = saying({ sub: "ada", name: "Ada" });
  for (
    const [token, now, asks] of [
      [ada, {}, false],
      [ada, { token: ada, name: "Ada" }, false],
      [saying({ sub: "ada", exp: 9 }), { token: ada }, false],
      [ada, { token: saying({}) }, false],
      [ada, { name: "Ada" }, true],
      ["hubbub-operator-x", { name: "Ada" }, true],
      ["hubbub-operator-x", { token: "hubbub-operator-x", name: "A" }, false],
      [saying({ sub: "eve", name: "Ada" }), { token: ada }, true],
      [saying({ name: "Ada" }), { token: ada }, true],
      ["nonsense", { token: ada }, true],
    ] as const
  ) {
    assertEquals(changesPerson(token, now), asks, `${token} ${now}`);
  }
});
