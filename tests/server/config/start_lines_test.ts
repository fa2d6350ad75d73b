import { assertEquals } from "@std/assert";
import { readConfig } from "../../../server/config/load.ts";
import { accessOf, startLines } from "../../../server/config/start_lines.ts";

const SECRET = "x".repeat(32);
const NETWORK = "Everyone on your network can connect";
const OPEN = "Everyone can read and write without an access token. " +
  "Set --auth-secret to require one.";

/** What a server started with these prints after its address. */
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

Deno.test("the startup log says where the server is reachable and whether it requires a token", () => {
  assertEquals(said(), [`Only this machine can connect. ${OPEN}`, "open"]);
  assertEquals(said("--trust-proxy"), [
    `Only this machine and clients of your proxy can connect. ${OPEN}`,
    "open",
  ]);
  for (const host of ["0.0.0.0", "::"]) {
    assertEquals(said("--host", host), [
      `${NETWORK} (${host} means every address of this machine). ${OPEN}`,
      "open",
    ]);
  }
  const token = ["--auth-secret", SECRET];
  assertEquals(said("--host", "192.0.2.7", ...token), [
    `${NETWORK} (the server listens on 192.0.2.7). Clients need an access token.`,
    "token",
  ]);
  assertEquals(said("--host", "::1", ...token, "--guests", "read"), [
    "Only this machine can connect. Clients need an access token; guests " +
    "without one can read.",
    "token, guests read",
  ]);
  assertEquals(said(...token, "--guests", "write"), [
    "Only this machine can connect. Clients need an access token; guests " +
    "without one can read and write.",
    "token, guests write",
  ]);
});
