/** The command line of `deno task token`. */

import { checkName, checkRoom } from "../protocol/names.ts";
import { RIGHTS } from "../protocol/rights.ts";
import { OPERATOR_USER } from "../server/auth/operator_token.ts";
import { ConfigError, readWords, secret } from "../server/config/parsers.ts";
import { readArguments, readVariable } from "./arguments.ts";

/** The text of `--help`. */
export const HELP =
  `Makes an access token for a Hubbub server that runs with --auth-secret.

Usage: deno task token [settings]

  --name NAME         fixed name (default: the user chooses a name)
  --user ID           permanent user id (default: the name)
  --rooms LIST        rooms, comma-separated; * matches any text (default *)
  --rights LIST       read, write, moderate (default read,write)
  --moderate          all rights, for moderators
  --for TIME          validity: 90m, 12h, 7d (default 1d)
  --audience TEXT     audience, if the server runs with --auth-audience
                      (default: HUBBUB_AUTH_AUDIENCE)
  --issuer TEXT       issuer, if the server runs with --auth-issuer
                      (default: HUBBUB_AUTH_ISSUER)
  --auth-secret TEXT  the server's secret (default: HUBBUB_AUTH_SECRET)`;

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** Returns the seconds of a duration such as `12h`. */
function seconds(words: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(words) ?? [];
  const length = UNITS[unit];
  if (count !== undefined && length !== undefined && Number(count) > 0) {
    return Number(count) * length;
  }
  throw new ConfigError(
    "must be a number from 1 to 999999 and m, h or d, such as 90m, 12h or 7d",
  );
}

/** Returns the parts of a comma-separated list, at least one. */
function list(words: string): string[] {
  const parts = words.split(",").map((word) => word.trim())
    .filter((word) => word !== "");
  if (parts.length > 0) return parts;
  throw new ConfigError("must be a comma-separated list");
}

/** Returns the rights of a comma-separated list. */
function rightsOf(words: string): string[] {
  const rights = list(words);
  const known: readonly string[] = RIGHTS;
  const unknown = rights.find((right) => !known.includes(right));
  if (unknown === undefined) return rights;
  throw new ConfigError(
    `must be a comma-separated list of ${RIGHTS.join(", ")}`,
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
    throw new ConfigError(
      `--${flag} "${words}" is not valid: ${(error as Error).message}`,
    );
  }
}

/** Returns a valid user id. */
function userOf(words: string): string {
  if (words !== OPERATOR_USER) return words;
  throw new ConfigError(
    "must be another id: this one is reserved for the operator",
  );
}

const VALUES = [
  "name",
  "user",
  "rooms",
  "rights",
  "for",
  "audience",
  "issuer",
  "auth-secret",
];

/**
 * Reads the token's claims and the secret to sign it with.
 *
 * @param args The command line; the environment provides defaults.
 * @returns `"help"` for `--help`.
 * @throws {ConfigError} If an argument is invalid.
 */
export function readTokenOptions(args: readonly string[]) {
  const read = readArguments(args, { values: VALUES, switches: ["moderate"] });
  if (read === "help") return read;
  const { values, switches } = read;
  const value = <T>(
    flag: string,
    parse: (words: string) => T,
    show: (words: string) => string = String,
  ) => {
    const words = values.get(flag);
    if (words === undefined) return undefined;
    return readWords(`--${flag}`, words, { parse, show });
  };
  const text = (words: string) => words;
  const hidden = () => "…";
  const key = value("auth-secret", secret, hidden) ??
    readVariable("HUBBUB_AUTH_SECRET", { parse: secret, show: hidden });
  if (key === undefined) {
    throw new ConfigError(
      "Set HUBBUB_AUTH_SECRET, or --auth-secret, to the server's secret",
    );
  }
  if (switches.has("moderate") && values.has("rights")) {
    throw new ConfigError(
      "--moderate and --rights exclude each other. Leave one out",
    );
  }
  const given = value("name", text);
  const name = given && checked("name", given, checkName);
  const rooms = value("rooms", list) ?? ["*"];
  for (const room of rooms) {
    checked("rooms", room, () => checkRoom(room.replaceAll("*", "x")));
  }
  return {
    key,
    name,
    rooms,
    rights: switches.has("moderate")
      ? [...RIGHTS]
      : value("rights", rightsOf) ?? ["read", "write"],
    // The name stands for a user id that is left out.
    user: value("user", userOf) ?? value("name", userOf),
    seconds: value("for", seconds) ?? UNITS["d"]!,
    audience: value("audience", text) ??
      readVariable("HUBBUB_AUTH_AUDIENCE", { parse: text }),
    issuer: value("issuer", text) ??
      readVariable("HUBBUB_AUTH_ISSUER", { parse: text }),
  };
}
