/**
 * The settings: one table from which flags, environment variables, their
 * checks and `--help` are made.
 */

import { parseArgs } from "@std/cli/parse-args";
import { LOG_LEVELS, type LogLevel } from "./log.ts";
import { readOrigin } from "./origins.ts";
import {
  readRedisAddress,
  STORE_ADDRESSES,
  withoutPassword,
} from "./store/addresses.ts";
import { type TransportName, TRANSPORTS } from "./transport/open.ts";

/** How the server was asked to run. */
export interface Config {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Empty on Deno Deploy where none was chosen. */
  readonly store: string;
  /** Messages replayed on joining. */
  readonly history: number;
  /** Messages kept a room. */
  readonly retainMessages: number;
  /** Days a message is kept; 0 is for ever. */
  readonly retainDays: number;
  /** Characters of a message. */
  readonly maxText: number;
  /** Messages a second a connection; 0 is no limit. */
  readonly rate: number;
  /** Bytes a second a connection; 0 is no limit. */
  readonly byteRate: number;
  /** Requests that are no messages, a second a connection; 0 is no limit. */
  readonly requestRate: number;
  /** Joins a minute a connection; 0 is no limit. */
  readonly joinRate: number;
  /** Changes of a name a minute a connection; 0 is no limit. */
  readonly renameRate: number;
  /** Requests a second to the API from one address; 0 is no limit. */
  readonly httpRate: number;
  /** Bytes of a frame. */
  readonly maxFrame: number;
  /** Connections at once. */
  readonly maxConnections: number;
  /** Connections at once from one address. */
  readonly maxPerAddress: number;
  /** Rooms open at once. */
  readonly maxRooms: number;
  /** Rooms that one session may be in. */
  readonly maxRoomsPerSession: number;
  /** Seconds a client has to say hello. */
  readonly helloTimeout: number;
  /** Seconds without a sign of life before a connection is dropped. */
  readonly idleTimeout: number;
  /** Seconds a reader may make no progress before it is taken out. */
  readonly slowTimeout: number;
  /** Seconds a session outlives a lost connection. */
  readonly grace: number;
  /** What HS256 tokens are signed with; empty for none. */
  readonly authSecret: string;
  /** A file with a public key or JWK Set; empty for none. */
  readonly authKeys: string;
  /** What those without a token may do, where tokens are asked for. */
  readonly guests: "none" | "read" | "write";
  /** Origins of pages that may connect beside its own. */
  readonly origins: readonly string[];
  /** Whether a proxy says where requests come from. */
  readonly trustProxy: boolean;
  /** Files with the certificate and its key, PEM; empty for no TLS. */
  readonly cert: string;
  readonly key: string;
  /** What serves WebSockets. */
  readonly transport: TransportName;
  readonly logLevel: LogLevel;
}

/** One row of the table. */
interface Setting {
  readonly env: string;
  readonly value: string;
  readonly fallback: string;
  readonly help: string;
  /** What the flag means without a value, where it can be without. */
  readonly bare?: string;
  /** How to show a wrong value, where it may be nobody's business. */
  readonly show?: (words: string) => string;
  /** @throws {ConfigError} When the words make no sense. */
  readonly parse: (words: string) => Config[keyof Config];
}

/** A wrong setting, told in one line to who starts the server. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

function whole(from: number, to: number): (words: string) => number {
  return (words) => {
    const value = Number(words);
    if (/^\d+$/.test(words) && value >= from && value <= to) return value;
    throw new ConfigError(`must be a whole number from ${from} to ${to}`);
  };
}

function text(words: string): string {
  if (words.trim() !== "") return words;
  throw new ConfigError("must not be empty");
}

function level(words: string): LogLevel {
  const found = LOG_LEVELS.find((level) => level === words);
  if (found !== undefined) return found;
  throw new ConfigError(`must be one of ${LOG_LEVELS.join(", ")}`);
}

/** Short secrets can be guessed from one token (RFC 7518, 3.2). */
function secret(words: string): string {
  if (words === "" || words.length >= 32) return words;
  throw new ConfigError("must have at least 32 characters");
}

function oneOf(...values: string[]): (words: string) => string {
  return (words) => {
    if (values.includes(words)) return words;
    throw new ConfigError(`must be one of ${values.join(", ")}`);
  };
}

function store(words: string): string {
  if (/^(memory:$|sqlite:.|kv:)/.test(words)) return words;
  if (readRedisAddress(words) !== undefined) return words;
  throw new ConfigError(`must be ${STORE_ADDRESSES}`);
}

function yesOrNo(words: string): boolean {
  if (words === "yes" || words === "no") return words === "yes";
  throw new ConfigError("must be yes or no");
}

function origins(words: string): string[] {
  const parts = words.split(",").map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.map((part) => {
    const origin = readOrigin(part);
    if (origin !== undefined) return origin;
    throw new ConfigError(
      "must be origins such as https://example.org, null or *, with commas " +
        "between them",
    );
  });
}

const SETTINGS: Readonly<Record<keyof Config, Setting>> = {
  host: {
    env: "HOST",
    value: "ADDRESS",
    fallback: "127.0.0.1",
    help: "address to listen on; 0.0.0.0 is all of them",
    parse: text,
  },
  port: {
    env: "PORT",
    value: "N",
    fallback: "8000",
    help: "port to listen on; 0 picks a free one",
    parse: whole(0, 65_535),
  },
  store: {
    env: "HUBBUB_STORE",
    value: "ADDRESS",
    fallback: "sqlite:./data/hubbub.db",
    help: `where messages are kept: ${STORE_ADDRESSES}`,
    show: withoutPassword,
    parse: store,
  },
  history: {
    env: "HUBBUB_HISTORY",
    value: "N",
    fallback: "50",
    help: "messages replayed on joining",
    parse: whole(0, 1000),
  },
  retainMessages: {
    env: "HUBBUB_RETAIN_MESSAGES",
    value: "N",
    fallback: "10000",
    help: "messages kept in each room",
    parse: whole(1, 1_000_000_000),
  },
  retainDays: {
    env: "HUBBUB_RETAIN_DAYS",
    value: "N",
    fallback: "0",
    help: "days a message is kept; 0 is for ever",
    parse: whole(0, 36_500),
  },
  maxText: {
    env: "HUBBUB_MAX_TEXT",
    value: "N",
    fallback: "4096",
    help: "characters of a message",
    parse: whole(1, 65_536),
  },
  rate: {
    env: "HUBBUB_RATE",
    value: "N",
    fallback: "10",
    help: "messages a second from a connection, three times that at once; " +
      "0 is no limit",
    parse: whole(0, 1_000_000),
  },
  byteRate: {
    env: "HUBBUB_BYTE_RATE",
    value: "N",
    fallback: "65536",
    help: "bytes a second from a connection, eight times that at once; " +
      "0 is no limit",
    parse: whole(0, 1_000_000_000),
  },
  requestRate: {
    env: "HUBBUB_REQUEST_RATE",
    value: "N",
    fallback: "20",
    help: "requests a second from a connection that are no messages, ten " +
      "times that at once; 0 is no limit",
    parse: whole(0, 1_000_000),
  },
  joinRate: {
    env: "HUBBUB_JOIN_RATE",
    value: "N",
    fallback: "300",
    help: "joins a minute from a connection, a third of that at once; " +
      "0 is no limit",
    parse: whole(0, 1_000_000),
  },
  renameRate: {
    env: "HUBBUB_RENAME_RATE",
    value: "N",
    fallback: "30",
    help: "changes of a name a minute from a connection, a third of that at " +
      "once; 0 is no limit",
    parse: whole(0, 1_000_000),
  },
  httpRate: {
    env: "HUBBUB_HTTP_RATE",
    value: "N",
    fallback: "100",
    help: "requests a second to the API from an address, three times that at " +
      "once; 0 is no limit",
    parse: whole(0, 1_000_000),
  },
  maxFrame: {
    env: "HUBBUB_MAX_FRAME",
    value: "BYTES",
    fallback: "1048576",
    help: "bytes of a frame, in which a client may send many messages at once",
    parse: whole(65_536, 67_108_864),
  },
  maxConnections: {
    env: "HUBBUB_MAX_CONNECTIONS",
    value: "N",
    fallback: "10000",
    help: "connections at once, streams of events too",
    parse: whole(1, 1_000_000),
  },
  maxPerAddress: {
    env: "HUBBUB_MAX_PER_ADDRESS",
    value: "N",
    fallback: "500",
    help: "connections at once from one address, or network of IPv6",
    parse: whole(1, 1_000_000),
  },
  maxRooms: {
    env: "HUBBUB_MAX_ROOMS",
    value: "N",
    fallback: "10000",
    help: "rooms with somebody in them at once",
    parse: whole(1, 1_000_000),
  },
  maxRoomsPerSession: {
    env: "HUBBUB_MAX_ROOMS_PER_SESSION",
    value: "N",
    fallback: "100",
    help: "rooms that one client may be in at once",
    parse: whole(1, 10_000),
  },
  helloTimeout: {
    env: "HUBBUB_HELLO_TIMEOUT",
    value: "SECONDS",
    fallback: "10",
    help: "to say hello, twelve times that for people who type their name",
    parse: whole(1, 3600),
  },
  idleTimeout: {
    env: "HUBBUB_IDLE_TIMEOUT",
    value: "SECONDS",
    fallback: "30",
    help: "without a sign of life before a connection is dropped",
    parse: whole(1, 3600),
  },
  slowTimeout: {
    env: "HUBBUB_SLOW_TIMEOUT",
    value: "SECONDS",
    fallback: "30",
    help: "without progress before a reader that lags is taken out",
    parse: whole(1, 3600),
  },
  grace: {
    env: "HUBBUB_GRACE",
    value: "SECONDS",
    fallback: "15",
    help: "that a name and its rooms are kept for a lost connection",
    parse: whole(0, 3600),
  },
  authSecret: {
    env: "HUBBUB_AUTH_SECRET",
    value: "TEXT",
    fallback: "",
    help: "what tokens are signed with; from then on one is needed",
    show: () => "…",
    parse: secret,
  },
  authKeys: {
    env: "HUBBUB_AUTH_KEYS",
    value: "FILE",
    fallback: "",
    help: "public key (PEM) or JWK Set to check tokens with",
    parse: (words) => words,
  },
  guests: {
    env: "HUBBUB_GUESTS",
    value: "RIGHT",
    fallback: "none",
    help: "what those without a token may do where one is needed: none, " +
      "read or write",
    parse: oneOf("none", "read", "write"),
  },
  origins: {
    env: "HUBBUB_ORIGINS",
    value: "LIST",
    fallback: "",
    help: "origins of pages that may connect beside its own, with commas " +
      "between them; null is pages from files, * is all",
    parse: origins,
  },
  trustProxy: {
    env: "HUBBUB_TRUST_PROXY",
    value: "YES",
    fallback: "no",
    bare: "yes",
    help: "yes or no: believe X-Forwarded-For, -Host and -Proto; only where " +
      "all come through a proxy",
    parse: yesOrNo,
  },
  cert: {
    env: "HUBBUB_CERT",
    value: "FILE",
    fallback: "",
    help: "certificate (PEM, with its chain) to serve https and wss with",
    parse: (words) => words,
  },
  key: {
    env: "HUBBUB_KEY",
    value: "FILE",
    fallback: "",
    help: "private key (PEM) of the certificate",
    parse: (words) => words,
  },
  transport: {
    env: "HUBBUB_TRANSPORT",
    value: "NAME",
    fallback: "native",
    help:
      "what serves WebSockets: native is Deno's own, ws holds no message that is too big",
    parse: oneOf(...TRANSPORTS),
  },
  logLevel: {
    env: "HUBBUB_LOG_LEVEL",
    value: "LEVEL",
    fallback: "info",
    help: LOG_LEVELS.join(", "),
    parse: level,
  },
};

/** Set on Deno Deploy, where nobody else can set a variable so named. */
const DEPLOYMENT = "DENO_DEPLOYMENT_ID";

/** What a setting is on Deno Deploy where nothing else was chosen. */
const DEPLOY_FALLBACKS: Partial<Record<keyof Config, string>> = {
  host: "0.0.0.0",
  store: "",
};

/**
 * Whether this is Deno Deploy.
 *
 * @param env Looks up an environment variable.
 */
export function isDeploy(env: (name: string) => string | undefined): boolean {
  return env(DEPLOYMENT) !== undefined;
}

const rows = Object.entries(SETTINGS) as [keyof Config, Setting][];

/** `retainDays` as a flag: `retain-days`. */
function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What `--help` prints. */
export function helpText(): string {
  const usage = rows.map(([key, { value, env, help, fallback }]) => {
    const flag = `--${flagOf(key)} ${value}`.padEnd(24);
    return `  ${flag} ${help}\n${"".padEnd(27)}(default ${
      fallback || "none"
    }, or ${env})`;
  });
  return [
    "Hubbub, a WebSocket room server.",
    "",
    "Usage: deno task start [settings]",
    "",
    ...usage,
    "",
    "  --help                   this text",
  ].join("\n");
}

/**
 * Reads the settings: flags win over the environment, that over defaults.
 *
 * @param args The command line's arguments.
 * @param env Looks up an environment variable.
 * @returns The settings, or `"help"` when these were asked for.
 * @throws {ConfigError} With one line that names the setting and what it may be.
 */
export function readConfig(
  args: readonly string[],
  env: (name: string) => string | undefined,
): Config | "help" {
  const flags = new Set(rows.map(([key]) => flagOf(key)));
  const parsed = parseArgs(args, {
    string: [...flags],
    boolean: ["help"],
    unknown(arg) {
      throw new ConfigError(
        `Unknown setting "${withoutPassword(arg)}". --help lists them all`,
      );
    },
  });
  if (parsed["help"] === true) return "help";
  const deploy = isDeploy(env);
  const config = rows.map(([key, setting]) => {
    const { env: variable, parse, fallback, bare, show = String } = setting;
    const given = parsed[flagOf(key)];
    const flag = given === "" ? bare ?? given : given;
    const words = flag !== undefined ? String(flag) : env(variable);
    const elsewhere = deploy ? DEPLOY_FALLBACKS[key] : undefined;
    if (words === undefined && elsewhere !== undefined) return [key, elsewhere];
    const name = flag !== undefined ? `--${flagOf(key)}` : variable;
    try {
      return [key, parse(words ?? fallback)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const shown = show(words ?? fallback);
      throw new ConfigError(`${name} ${error.message}, not "${shown}"`);
    }
  });
  const settings: Config = Object.fromEntries(config);
  if ((settings.cert === "") !== (settings.key === "")) {
    throw new ConfigError("--cert and --key are needed together");
  }
  if (deploy && settings.store.startsWith("sqlite:")) {
    throw new ConfigError(
      "Files do not last on Deno Deploy. Assign a database to the app and set " +
        "HUBBUB_STORE to kv:, or to a redis:// address",
    );
  }
  return settings;
}
