/**
 * `deno task token`: makes a signed token for somebody who is to come in.
 */

import { parseArgs } from "@std/cli/parse-args";
import { SignJWT } from "jose";
import { checkName, checkRoom } from "../protocol/names.ts";
import { RIGHTS } from "../protocol/rights.ts";
import { complain, print } from "./print.ts";

const HELP = `Makes a token for a Hubbub server that runs with an auth secret.

Usage: deno task token [settings]

  --name NAME         the name its bearer goes by (default: any it asks for)
  --user ID           who it is in the long run (default: the name)
  --rooms LIST        rooms it is for, * stands for anything (default *)
  --rights LIST       of read, write, moderate (default read,write)
  --moderate          all of them: for who keeps order
  --for TIME          how long it is good: 90m, 12h, 7d (default 1d)
  --audience TEXT     who it is for, where the server runs with
                      --auth-audience (default: HUBBUB_AUTH_AUDIENCE)
  --issuer TEXT       who made it, where the server runs with --auth-issuer
                      (default: HUBBUB_AUTH_ISSUER)
  --auth-secret TEXT  the server's secret (default: HUBBUB_AUTH_SECRET)`;

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

function fail(message: string): never {
  complain("token", message);
  Deno.exit(2);
}

/** Seconds in words such as `12h`. */
function seconds(words: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(words) ?? [];
  const length = UNITS[unit];
  if (count === undefined || length === undefined || Number(count) === 0) {
    fail(`--for must be a time such as 90m, 12h or 7d, not "${words}"`);
  }
  return Number(count) * length;
}

function list(words: string): string[] {
  return words.split(",").map((word) => word.trim()).filter((word) =>
    word !== ""
  );
}

/** What a check makes of words; a token must not be one nobody can use. */
function checked(
  flag: string,
  words: string,
  check: (words: string) => string,
) {
  try {
    return check(words);
  } catch (error) {
    fail(`--${flag} "${words}" cannot be: ${(error as Error).message}`);
  }
}

const NAMES = [
  "name",
  "user",
  "rooms",
  "rights",
  "for",
  "audience",
  "issuer",
  "auth-secret",
];
const args = parseArgs(Deno.args, {
  string: NAMES,
  boolean: ["help", "moderate"],
  unknown: (arg) => fail(`Unknown setting "${arg}". --help lists them all`),
});
if (args["help"] === true) {
  print("token", HELP);
  Deno.exit(0);
}
const text = (name: string): string | undefined => {
  const value = args[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};
const secret = text("auth-secret") ?? Deno.env.get("HUBBUB_AUTH_SECRET");
if (secret === undefined) {
  fail("Set HUBBUB_AUTH_SECRET, or --auth-secret, to the server's secret");
}
const rights = args["moderate"] === true
  ? [...RIGHTS]
  : list(text("rights") ?? "read,write");
const unknown = rights.find((right) =>
  !RIGHTS.some((known) => known === right)
);
if (unknown !== undefined) {
  fail(`--rights must be of ${RIGHTS.join(", ")}, not "${unknown}"`);
}
const given = text("name");
const name = given && checked("name", given, checkName);
const user = text("user") ?? name;
const rooms = list(text("rooms") ?? "*");
for (const room of rooms) {
  checked("rooms", room, () => checkRoom(room.replaceAll("*", "x")));
}
const claims = { ...(name !== undefined && { name }), rooms, rights };
const jwt = new SignJWT(claims).setProtectedHeader({ alg: "HS256" })
  .setIssuedAt().setExpirationTime(
    Math.floor(Date.now() / 1000) + seconds(text("for") ?? "1d"),
  );
if (user !== undefined) jwt.setSubject(user);
const audience = text("audience") ?? Deno.env.get("HUBBUB_AUTH_AUDIENCE");
if (audience) jwt.setAudience(audience);
const issuer = text("issuer") ?? Deno.env.get("HUBBUB_AUTH_ISSUER");
if (issuer) jwt.setIssuer(issuer);
print("token", await jwt.sign(new TextEncoder().encode(secret)));
