/** The lab's address as a link. */

import { assertEquals } from "@std/assert";
import { resolve } from "../../static/lab/model/target.ts";
import { readLink, writeLink } from "../../static/lab/model/lab_link.ts";

const here = "http://127.0.0.1:8000";
const options = { here, first: "/lessons/echo" };

Deno.test("a link of the lab leads to where it was written", () => {
  const addresses = [
    "ws://127.0.0.1:8000/lessons/echo",
    "ws://127.0.0.1:8000/ws?name=Ada%20%26%20Bob",
    "wss://other.example:8443/a?b=c&d=%2F",
    "ws://",
    "",
    " x y ",
    "ws://[::1]/é👩‍💻",
    "\ud800",
  ];
  for (const address of addresses) {
    for (const protocols of ["", "hubbub.v1", "a, b c", "a&b=1"]) {
      const a = { address, protocols };
      const link = writeLink({ a, b: a }, here);
      const { a: again, b } = readLink(link, options);
      assertEquals(b, again);
      assertEquals(again.protocols, protocols);
      assertEquals(
        resolve(again.address, here)?.href,
        resolve(address, here)?.href,
      );
      assertEquals(
        readLink(writeLink({ a: again, b }, here), options).a,
        again,
      );
      assertEquals(readLink(writeLink({ a, b: undefined }, here), options), {
        a: again,
        b: undefined,
      });
    }
  }
});

Deno.test("a link of the lab is short, and can be read", () => {
  const a = { address: `ws://127.0.0.1:8000/lessons/says`, protocols: "" };
  const b = { address: "wss://b.example/x", protocols: "hubbub.v1" };
  assertEquals(
    writeLink({ a, b }, here),
    "?a=/lessons/says&b=wss://b.example/x&bp=hubbub.v1",
  );
  assertEquals(
    readLink("", options).a.address,
    "ws://127.0.0.1:8000/lessons/echo",
  );
});
