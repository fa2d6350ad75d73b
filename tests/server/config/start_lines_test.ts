import { assertEquals } from "@std/assert";
import { readConfig } from "../../../server/config/load.ts";
import { accessOf, startLines } from "../../../server/config/start_lines.ts";

const SECRET = "x".repeat(32);
const NETWORK = "Everyone on your network reaches it";
const OPEN = "It asks for no token: all of them may read and write. " +
  "--auth-secret changes that.";

/** What a server started with these says behind its address. */
function said(...args: string[]): [line: string, access: string] {
  const config = readConfig(args, () => undefined);
  if (config === "help") throw new Error("No settings");
  const [first, second = ""] = startLines(
    new URL("http://localhost:8000/"),
    config,
  );
  assertEquals(first, "Hubbub is listening on http://localhost:8000");
  return [second, accessOf(config)];
}

Deno.test("the start lines say who reaches the server and whether a token is asked for", () => {
  assertEquals(said(), [`This machine reaches it. ${OPEN}`, "open"]);
  assertEquals(said("--trust-proxy"), [
    `This machine reaches it, and whoever comes through its proxy. ${OPEN}`,
    "open",
  ]);
  for (const host of ["0.0.0.0", "::"]) {
    assertEquals(said("--host", host), [
      `${NETWORK} (${host} is every address of this machine). ${OPEN}`,
      "open",
    ]);
  }
  const token = ["--auth-secret", SECRET];
  assertEquals(said("--host", "192.0.2.7", ...token), [
    `${NETWORK} (it listens on 192.0.2.7). It asks for a token.`,
    "token",
  ]);
  assertEquals(said("--host", "::1", ...token, "--guests", "read"), [
    "This machine reaches it. It asks for a token; guests without one may read.",
    "token, guests read",
  ]);
  assertEquals(said(...token, "--guests", "write"), [
    "This machine reaches it. It asks for a token; guests without one may " +
    "read and write.",
    "token, guests write",
  ]);
});
