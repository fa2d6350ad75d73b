/** The terminal client's command line. Pure. */

import { parseArgs } from "@std/cli/parse-args";
import { checkName, checkRoom, DEFAULT_ROOM } from "../../protocol/names.ts";

/** What the command line asks for. */
export interface Options {
  /** The WebSocket to connect to. */
  readonly url: string;
  readonly room: string;
  readonly name: string | undefined;
  /** The signed token, where the server asks for one; never shown. */
  readonly token: string | undefined;
  /** Old messages to show on joining; undefined is the server's default. */
  readonly history: number | undefined;
  /** Print messages as JSON. */
  readonly json: boolean;
}

/** A command line that makes no sense; its message says what to write. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Where the server is when nothing else is said: its own default. */
const DEFAULT_URL = "ws://127.0.0.1:8000/ws";

/** The text of `--help`. */
export const HELP = `Chat in the terminal, or pipe messages in and out.

Usage: deno task chat [URL] [--name NAME] [--room ROOM] [--token TEXT]
                      [--history N] [--json]

  URL           address of the server or of a room's page
                (default ${DEFAULT_URL})
  --name NAME   your name (default: the server picks one)
  --room ROOM   the room to join (default ${DEFAULT_ROOM})
  --token TEXT  the access token, if the server requires one; set HUBBUB_TOKEN
                instead to keep it out of the process list
  --history N   number of old messages to show (default: the server decides)
  --json        print each message as one line of JSON
  --help        show this help

In a terminal: type a message and press Enter; /help lists the commands.

In a pipe it is a filter. With a pipe or file on stdin, it publishes each line
that is not empty, and exits when all are stored. With a terminal or nothing on
stdin, it prints the room's messages, oldest first, until you stop it. With
pipes on both sides it does both: it prints new messages of others, and exits
when stdin ends. Errors go to stderr.

  echo done | deno task chat --room ci
  deno task chat --room ci --json | head -1

Exit codes: 0 success; 1 cannot connect, removed from the room, a message was
not stored, or the output was closed; 2 wrong usage; 3 the access token is
missing, invalid or expired; 130 interrupted.`;

/**
 * Reads the command line.
 *
 * @param args The arguments.
 * @param secret The token in the environment, which one in the arguments beats.
 * @returns What they ask for; `"help"` for `--help`.
 * @throws {UsageError} In words for people.
 */
export function readOptions(
  args: readonly string[],
  secret?: string,
): Options | "help" {
  const flags = parseArgs(args, {
    boolean: ["json", "help"],
    string: ["_", "name", "room", "token", "history"],
    unknown: (arg, key) => {
      if (key !== undefined) throw new UsageError(`Unknown option "${arg}"`);
    },
  });
  if (flags.help) return "help";
  const [given, ...more] = flags._.map(String);
  if (more.length > 0) {
    throw new UsageError(`Only one URL is allowed. Leave out "${more[0]}"`);
  }
  const address = readAddress(given ?? DEFAULT_URL);
  const name = text(flags, "name") ?? address.name;
  return {
    url: address.url,
    room: checked(checkRoom, text(flags, "room") ?? address.room),
    name: name === undefined ? undefined : checked(checkName, name),
    token: text(flags, "token") ?? address.token ?? (secret || undefined),
    history: count(text(flags, "history")),
    json: flags.json === true,
  };
}

/** What an address says: the page's and the server's are both understood. */
function readAddress(
  given: string,
): Pick<Options, "url" | "room" | "name" | "token"> {
  const full = given.includes("://") ? given : `ws://${given}`;
  if (!URL.canParse(full)) throw new UsageError(`"${given}" is not a URL`);
  const url = new URL(full);
  if (!/^(ws|http)s?:$/.test(url.protocol)) {
    throw new UsageError(
      `"${given}" is not a server's URL. Start it with ws, wss, http or https`,
    );
  }
  const { searchParams } = url;
  const name = searchParams.get("name") ?? undefined;
  const token = /^#token=(.+)$/.exec(url.hash)?.[1];
  // A page stands beside its WebSocket; so does an address without a path.
  const isPage = url.protocol.startsWith("http") || url.pathname === "/";
  const [, path, inPath] = /^(.*\/ws)(?:\/([^/]+))?$/.exec(decoded(url)) ?? [];
  const room = searchParams.get("room") ?? inPath ?? DEFAULT_ROOM;
  if (path !== undefined) url.pathname = path;
  else if (isPage) {
    url.pathname =
      // The chat's own page, or another one beside it.
      `${url.pathname.replace(/\/(?:lab|lessons)?\/?$/, "")}/ws`;
  }
  url.protocol = url.protocol.replace("http", "ws");
  url.search = url.hash = "";
  return { url: url.href, room, name, token };
}

function decoded({ pathname, href }: URL): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new UsageError(`"${href}" is not a URL: its path is not valid`);
  }
}

function text(
  flags: Record<string, unknown>,
  flag: string,
): string | undefined {
  const value = flags[flag];
  if (value === "") throw new UsageError(`--${flag} needs a value`);
  return typeof value === "string" ? value : undefined;
}

function count(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,6}$/.test(value)) {
    throw new UsageError(`--history needs a number from 0, not "${value}"`);
  }
  return Number(value);
}

function checked(check: (value: string) => string, value: string): string {
  try {
    return check(value);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
