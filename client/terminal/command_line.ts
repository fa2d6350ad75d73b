/** The terminal client's command line. Pure. */

import { parseArgs } from "@std/cli/parse-args";
import { checkName, checkRoom, DEFAULT_ROOM } from "../../protocol/names.ts";

/** The options of the command line. */
export interface Options {
  /** The WebSocket to connect to. */
  readonly url: string;
  readonly room: string;
  readonly name: string | undefined;
  /** The access token, if the server requires one; never printed. */
  readonly token: string | undefined;
  /** The number of old messages to show; undefined is the server's default. */
  readonly history: number | undefined;
  /** Print messages as JSON. */
  readonly json: boolean;
}

/** A command line that is not valid; the message says how to correct it. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The default address of a server. */
const DEFAULT_URL = "ws://127.0.0.1:8000/ws";

/** The options with a value. */
const VALUES = ["name", "room", "token", "history"];

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
that is not blank, and exits when all are stored. With a terminal or nothing on
stdin, it prints the room's messages, oldest first, until you stop it. With
pipes on both sides it does both: it prints new messages of others, and exits
when stdin ends. Errors go to stderr.

  echo done | deno task chat --room ci
  deno task chat --room ci --json | head -1

Exit codes: 0 success, or the output pipe was closed; 1 cannot connect,
kicked or banned, a message was not stored, or the output cannot be written; 2
wrong usage; 3 the access token is missing, invalid or expired; 130 interrupted
by Ctrl-C or a signal. In a terminal, /quit and Ctrl-D exit with 0, and a kick
from a room does not end it.`;

/**
 * Reads the command line.
 *
 * @param args The arguments.
 * @param secret The access token from the environment; `--token` wins.
 * @returns The options; `"help"` for `--help`.
 * @throws {UsageError} If an argument is not valid.
 */
export function readOptions(
  args: readonly string[],
  secret?: string,
): Options | "help" {
  refuseBlanks(args);
  const flags = parseArgs(args, {
    boolean: ["json", "help"],
    string: ["_", ...VALUES],
    unknown: (arg, key) => {
      if (key !== undefined) throw new UsageError(unknownOption(arg, args));
    },
  });
  if (flags.help) return "help";
  const [given, ...more] = flags._.map(String);
  if (more.length > 0) {
    throw new UsageError(`Only one URL is allowed. Leave out "${more[0]}"`);
  }
  const address = readAddress(given ?? DEFAULT_URL);
  const value = (flag: string) => text(flags, flag);
  const name = value("name");
  const room = value("room");
  return {
    url: address.url,
    room: room === undefined
      ? checked("room= in the URL", checkRoom, address.room)
      : checked("--room", checkRoom, room),
    name: name === undefined
      ? address.name && checked("name= in the URL", checkName, address.name)
      : checked("--name", checkName, name),
    token: value("token") ?? address.token ?? (secret || undefined),
    history: count(value("history")),
    json: flags.json === true,
  };
}

/** Returns the error for an unknown option, which may be a value instead. */
function unknownOption(arg: string, args: readonly string[]): string {
  const before = args[args.indexOf(arg) - 1];
  const flag = VALUES.find((flag) => before === `--${flag}`);
  const hint = flag === undefined
    ? ""
    : `. If it is the value of --${flag}, write --${flag}=VALUE`;
  return `Unknown option "${arg}"${hint}`;
}

/** Throws for blank arguments, such as `--name "$NAME"` with an unset variable. */
function refuseBlanks(args: readonly string[]): void {
  const blank = args.findIndex((arg) => arg.trim() === "");
  if (blank < 0) return;
  const before = args[blank - 1] ?? "";
  if (VALUES.some((flag) => before === `--${flag}`)) throw empty(before);
  throw new UsageError(
    "An argument is empty. Check for a shell variable that is not set",
  );
}

function empty(flag: string): UsageError {
  return new UsageError(`${flag} is empty. Give it a value, or leave it out`);
}

/** Reads the address of a page or of a WebSocket. */
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
  const name = searchParams.get("name")?.trim() || undefined;
  const token = /^#token=(.+)$/.exec(url.hash)?.[1];
  // The WebSocket of a page, or of an address without a path, is at `ws`.
  const isPage = url.protocol.startsWith("http") || url.pathname === "/";
  const [, path, inPath] = /^(.*\/ws)(?:\/([^/]+))?$/.exec(decoded(url)) ?? [];
  const room = searchParams.get("room")?.trim() || (inPath ?? DEFAULT_ROOM);
  if (path !== undefined) url.pathname = path;
  else if (isPage) {
    url.pathname =
      // The chat page, the lab or the lessons.
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
  if (typeof value !== "string") return undefined;
  if (value.trim() === "") throw empty(`--${flag}`);
  return value;
}

function count(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new UsageError(
    `--history must be a whole number from 0 to 999999, not "${value}"`,
  );
}

/** Returns the checked value; errors name the option or parameter. */
function checked(
  where: string,
  check: (value: string) => string,
  value: string,
): string {
  try {
    return check(value);
  } catch (error) {
    throw new UsageError(
      `${where} "${value}" is not valid: ${(error as Error).message}`,
    );
  }
}
