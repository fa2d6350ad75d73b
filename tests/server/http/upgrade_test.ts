import { assert, assertEquals } from "@std/assert";
import { isChatPath, readHandshake } from "../../../server/http/upgrade.ts";

function enter(path: string, offered: string | null = null) {
  return readHandshake(new URL(path, "http://localhost"), {
    offered,
    authorization: null,
  });
}

/** Dialect, room and chosen subprotocol of an accepted handshake. */
function entered(path: string, offered?: string) {
  const handshake = enter(path, offered ?? null);
  assert("entry" in handshake, JSON.stringify(handshake));
  const { entry, protocol } = handshake;
  return [entry.dialect.name, entry.room, protocol];
}

for (
  const [path, offered, ...wanted] of [
    ["/", undefined, "text", "lobby", undefined],
    ["/ws", undefined, "simple", "lobby", undefined],
    ["/ws/hall", undefined, "simple", "hall", undefined],
    ["/text", undefined, "text", "lobby", undefined],
    ["/text/Hall", undefined, "text", "hall", undefined],
    ["/ws/%D0%B4%D0%BE%D0%BC", undefined, "simple", "дом", undefined],
    ["/ws", "hubbub.v1", "hubbub.v1", undefined, "hubbub.v1"],
    ["/ws/hall", "hubbub.v1", "hubbub.v1", "hall", "hubbub.v1"],
    ["/ws", "hubbub.text", "text", "lobby", "hubbub.text"],
    ["/", "hubbub.v1", "hubbub.v1", undefined, "hubbub.v1"],
    ["/ws", "other, hubbub.v1", "hubbub.v1", undefined, "hubbub.v1"],
    ["/ws", "hubbub.text,hubbub.v1", "text", "lobby", "hubbub.text"],
    ["/ws", " hubbub.v1 ,x", "hubbub.v1", undefined, "hubbub.v1"],
    ["/ws", "", "simple", "lobby", undefined],
    ["/ws/", undefined, "simple", "lobby", undefined],
    ["/text/hall/", undefined, "text", "hall", undefined],
  ] as [string, string | undefined, ...unknown[]][]
) {
  Deno.test(`readHandshake() of ${path} offering ${offered ?? "nothing"} enters ${wanted.slice(0, 2).join(" ")}`, () => {
    assertEquals(entered(path, offered) as unknown[], wanted);
  });
}

for (
  const [path, offered, words] of [
    ["/ws", "soap", 'No subprotocol of "soap" is supported. Offer hubbub.v1'],
    ["/ws", "constructor", "No subprotocol"],
    ["/ws", "HUBBUB.V1", "No subprotocol"],
    ["/ws/a%20b", null, "This room name is invalid"],
    ["/ws/%", null, "This room name is invalid"],
    ["/ws/%E0%A4", null, "This room name is invalid"],
    ["/ws/a%2Fb", null, "This room name is invalid"],
    ["/ws?history=many", null, "history must be a number"],
    ["/ws?history=-1", null, "history must be a number"],
  ] as [string, string | null, string][]
) {
  Deno.test(`promise 7: readHandshake() refuses ${path} offering ${offered ?? "nothing"} in words`, () => {
    const handshake = enter(path, offered);
    assert("refused" in handshake);
    assert(handshake.refused.startsWith(words), handshake.refused);
  });
}

Deno.test("readHandshake() takes name and history from the query", () => {
  const handshake = enter("/ws?name=Ada%20L&history=0");
  assert("entry" in handshake);
  assertEquals([handshake.entry.name, handshake.entry.history], ["Ada L", 0]);
});

Deno.test("isChatPath() knows the paths with a chat behind them", () => {
  const paths = ["/", "/ws", "/ws/", "/ws/a", "/text", "/text/a", "/text/a/"];
  const others = ["/ws//", "/ws/a/b", "/wsx", "/texts", "/healthz", "//ws"];
  assertEquals(paths.filter(isChatPath), paths);
  assertEquals(others.filter(isChatPath), []);
});
