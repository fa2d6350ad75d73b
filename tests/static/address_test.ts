import { assertEquals } from "@std/assert";
import {
  hasName,
  readAddress,
  readToken,
} from "../../static/chat/model/address.ts";
import { signed } from "../helpers/tokens.ts";

Deno.test("readAddress() tells a message from a token", () => {
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

Deno.test("hasName() knows whose token names its bearer", async () => {
  assertEquals(hasName(await signed({ name: "Zoë ÿÿ>>??" })), true);
  for (const token of [await signed({ sub: "ada" }), "nonsense", undefined]) {
    assertEquals(hasName(token), false);
  }
});
