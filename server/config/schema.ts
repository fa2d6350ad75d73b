/**
 * The settings: one table from which load.ts makes flags, environment
 * variables, their checks and `--help`.
 */

import { LOG_LEVELS, type LogLevel } from "../runtime/logger.ts";
import {
  basePath,
  host,
  level,
  memoryLimit,
  oneOf,
  origins,
  publicHosts,
  secret,
  store,
  whole,
  yesOrNo,
} from "./parsers.ts";
import { STORE_ADDRESSES, withoutPassword } from "../store/addresses.ts";
import { type TransportName, TRANSPORTS } from "../transport/open_transport.ts";

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
  /** Messages a second a client; 0 is no limit. */
  readonly rate: number;
  /** Bytes a second a client; 0 is no limit. */
  readonly byteRate: number;
  /** Requests that are no messages, a second a client; 0 is no limit. */
  readonly requestRate: number;
  /** Joins a minute a client; 0 is no limit. */
  readonly joinRate: number;
  /** Changes of a name a minute a client; 0 is no limit. */
  readonly renameRate: number;
  /** New rooms a minute that one address may write to; 0 is no limit. */
  readonly roomRate: number;
  /** New connections a second from one address; 0 is no limit. */
  readonly connectRate: number;
  /** Requests a second from one address, but for files; 0 is no limit. */
  readonly httpRate: number;
  /** Megabytes of memory before it ends, to be started again; 0 is no limit. */
  readonly maxMemory: number;
  /** Bytes of a frame. */
  readonly maxFrame: number;
  /** Connections at once. */
  readonly maxConnections: number;
  /** Connections at once from one address. */
  readonly maxPerAddress: number;
  /** Rooms open at once. */
  readonly maxRooms: number;
  /** Rooms that somebody has written to and that are kept. */
  readonly maxStoredRooms: number;
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
  /** What the claim aud of a token must have; empty for anything. */
  readonly authAudience: string;
  /** What the claim iss of a token must be; empty for anything. */
  readonly authIssuer: string;
  /** What those without a token may do, where tokens are asked for. */
  readonly guests: "none" | "read" | "write";
  /** Origins of pages that may connect beside its own. */
  readonly origins: readonly string[];
  /** Hosts it answers to beside addresses, `localhost` and `host`. */
  readonly publicHost: readonly string[];
  /** The path of a site it is below, such as `/chat`; empty at the root. */
  readonly base: string;
  /** Whether a proxy says where requests come from. */
  readonly trustProxy: boolean;
  /** Files with the certificate and its key, PEM; empty for no TLS. */
  readonly cert: string;
  readonly key: string;
  /** Whether there are lessons: auto, unless tokens are asked for. */
  readonly lessons: "auto" | "yes" | "no";
  /** What serves WebSockets. */
  readonly transport: TransportName;
  readonly logLevel: LogLevel;
}

/** One row of the table. */
export interface Setting {
  /** The environment variable. */
  readonly env: string;
  /** What `--help` calls the value. */
  readonly value: string;
  /** The words that count when nobody says any. */
  readonly fallback: string;
  readonly help: string;
  /** What the flag means without a value, where it can be without. */
  readonly bare?: string;
  /** How to show a wrong value, where it may be nobody's business. */
  readonly show?: (words: string) => string;
  /** @throws {ConfigError} When the words make no sense. */
  readonly parse: (words: string) => Config[keyof Config];
}

/** All of them, in the order of `--help`. */
export const SETTINGS: Readonly<Record<keyof Config, Setting>> = {
  host: {
    env: "HOST",
    value: "ADDRESS",
    fallback: "127.0.0.1",
    help: "address to listen on; 0.0.0.0 listens on all interfaces",
    parse: host,
  },
  port: {
    env: "PORT",
    value: "N",
    fallback: "8000",
    help: "port to listen on; 0 chooses a free port",
    parse: whole(0, 65_535),
  },
  store: {
    env: "HUBBUB_STORE",
    value: "ADDRESS",
    fallback: "sqlite:./data/hubbub.db",
    help: `where to store messages: ${STORE_ADDRESSES}`,
    show: withoutPassword,
    parse: store,
  },
  history: {
    env: "HUBBUB_HISTORY",
    value: "N",
    fallback: "50",
    help: "messages sent to a client that joins a room",
    parse: whole(0, 1000),
  },
  retainMessages: {
    env: "HUBBUB_RETAIN_MESSAGES",
    value: "N",
    fallback: "10000",
    help: "messages kept per room",
    parse: whole(1, 1_000_000_000),
  },
  retainDays: {
    env: "HUBBUB_RETAIN_DAYS",
    value: "N",
    fallback: "0",
    help: "days to keep a message; 0 keeps messages forever",
    parse: whole(0, 36_500),
  },
  maxText: {
    env: "HUBBUB_MAX_TEXT",
    value: "N",
    fallback: "4096",
    help: "maximum length of a message, in characters",
    parse: whole(1, 65_536),
  },
  rate: {
    env: "HUBBUB_RATE",
    value: "N",
    fallback: "10",
    help: "messages per second per client (burst: 3x); 0 disables the limit",
    parse: whole(0, 1_000_000),
  },
  byteRate: {
    env: "HUBBUB_BYTE_RATE",
    value: "N",
    fallback: "65536",
    help:
      "bytes per second per client (burst: 8x); a frame counts as at least 64; 0 " +
      "disables the limit",
    parse: whole(0, 1_000_000_000),
  },
  requestRate: {
    env: "HUBBUB_REQUEST_RATE",
    value: "N",
    fallback: "20",
    help:
      "requests other than messages per second per client (burst: 10x); 0 " +
      "disables the limit",
    parse: whole(0, 1_000_000),
  },
  joinRate: {
    env: "HUBBUB_JOIN_RATE",
    value: "N",
    fallback: "300",
    help:
      "joins per minute per client (burst: a third of it); 0 disables the " +
      "limit",
    parse: whole(0, 1_000_000),
  },
  renameRate: {
    env: "HUBBUB_RENAME_RATE",
    value: "N",
    fallback: "30",
    help: "name changes per minute per client (burst: a third of it); 0 " +
      "disables the limit",
    parse: whole(0, 1_000_000),
  },
  roomRate: {
    env: "HUBBUB_ROOM_RATE",
    value: "N",
    fallback: "20",
    help: "new rooms per minute per address (burst: 3x); 0 disables the limit",
    parse: whole(0, 1_000_000),
  },
  connectRate: {
    env: "HUBBUB_CONNECT_RATE",
    value: "N",
    fallback: "50",
    help: "new connections per second per address (burst: 10x); 0 disables " +
      "the limit",
    parse: whole(0, 1_000_000),
  },
  httpRate: {
    env: "HUBBUB_HTTP_RATE",
    value: "N",
    fallback: "100",
    help: "HTTP requests per second per address (burst: 3x); the page's own " +
      "files have a limit of 3x that (burst: 10x); 0 disables both",
    parse: whole(0, 1_000_000),
  },
  maxMemory: {
    env: "HUBBUB_MAX_MEMORY",
    value: "MB",
    fallback: "0",
    help:
      "exit with code 1 when resident memory exceeds this many MB (100 or more), so that a " +
      "supervisor restarts the server; 0 disables the limit",
    parse: memoryLimit,
  },
  maxFrame: {
    env: "HUBBUB_MAX_FRAME",
    value: "BYTES",
    fallback: "1048576",
    help: "maximum size of a WebSocket frame, in bytes; a frame may contain " +
      "many messages",
    parse: whole(65_536, 67_108_864),
  },
  maxConnections: {
    env: "HUBBUB_MAX_CONNECTIONS",
    value: "N",
    fallback: "10000",
    help: "maximum number of open connections, including event streams",
    parse: whole(1, 1_000_000),
  },
  maxPerAddress: {
    env: "HUBBUB_MAX_PER_ADDRESS",
    value: "N",
    fallback: "500",
    help: "maximum number of open connections per IPv4 address or IPv6 " +
      "network",
    parse: whole(1, 1_000_000),
  },
  maxRooms: {
    env: "HUBBUB_MAX_ROOMS",
    value: "N",
    fallback: "10000",
    help: "maximum number of rooms that have members",
    parse: whole(1, 1_000_000),
  },
  maxStoredRooms: {
    env: "HUBBUB_MAX_STORED_ROOMS",
    value: "N",
    fallback: "100000",
    help:
      "maximum number of rooms with stored messages; further rooms cannot " +
      "be created",
    parse: whole(1, 1_000_000_000),
  },
  maxRoomsPerSession: {
    env: "HUBBUB_MAX_ROOMS_PER_SESSION",
    value: "N",
    fallback: "100",
    help: "maximum number of rooms a client can be in at once",
    parse: whole(1, 10_000),
  },
  helloTimeout: {
    env: "HUBBUB_HELLO_TIMEOUT",
    value: "SECONDS",
    fallback: "10",
    help: "time to send hello; 12x that for people who type their name",
    parse: whole(1, 3600),
  },
  idleTimeout: {
    env: "HUBBUB_IDLE_TIMEOUT",
    value: "SECONDS",
    fallback: "30",
    help: "drop a connection after this time without traffic or a pong",
    parse: whole(1, 3600),
  },
  slowTimeout: {
    env: "HUBBUB_SLOW_TIMEOUT",
    value: "SECONDS",
    fallback: "30",
    help:
      "disconnect a client that has unread messages and reads nothing for " +
      "this time",
    parse: whole(1, 3600),
  },
  grace: {
    env: "HUBBUB_GRACE",
    value: "SECONDS",
    fallback: "15",
    help: "keep name and rooms of a lost connection for this time",
    parse: whole(0, 3600),
  },
  authSecret: {
    env: "HUBBUB_AUTH_SECRET",
    value: "TEXT",
    fallback: "",
    help: "require access tokens, signed (HS256) with this secret of 32 " +
      "characters or more",
    show: () => "…",
    parse: secret,
  },
  authKeys: {
    env: "HUBBUB_AUTH_KEYS",
    value: "FILE",
    fallback: "",
    help: "require access tokens, signed with a key of this file: PEM public " +
      "key or JWK Set",
    parse: (words) => words,
  },
  authAudience: {
    env: "HUBBUB_AUTH_AUDIENCE",
    value: "TEXT",
    fallback: "",
    help: "required aud claim of access tokens; set it when other services " +
      "use the same keys",
    parse: (words) => words,
  },
  authIssuer: {
    env: "HUBBUB_AUTH_ISSUER",
    value: "TEXT",
    fallback: "",
    help: "required iss claim of access tokens",
    parse: (words) => words,
  },
  guests: {
    env: "HUBBUB_GUESTS",
    value: "RIGHT",
    fallback: "none",
    help: "rights of clients without an access token, where tokens are " +
      "required: none, read or write",
    parse: oneOf("none", "read", "write"),
  },
  origins: {
    env: "HUBBUB_ORIGINS",
    value: "LIST",
    fallback: "",
    help: "comma-separated origins whose pages may connect, besides the " +
      "server's own; null allows pages from files, * allows all",
    parse: origins,
  },
  publicHost: {
    env: "HUBBUB_PUBLIC_HOST",
    value: "LIST",
    fallback: "",
    help: "comma-separated host names the server answers to, besides IP " +
      "addresses, localhost and --host; .example.org includes subdomains, " +
      "* allows all",
    parse: publicHosts,
  },
  base: {
    env: "HUBBUB_BASE",
    value: "PATH",
    fallback: "/",
    help: "path below which the site is served, such as /chat",
    parse: basePath,
  },
  trustProxy: {
    env: "HUBBUB_TRUST_PROXY",
    value: "YES",
    fallback: "no",
    bare: "yes",
    help: "yes or no: use X-Forwarded-For, -Host and -Proto, or Forwarded; " +
      "only if every request comes through your proxy",
    parse: yesOrNo,
  },
  cert: {
    env: "HUBBUB_CERT",
    value: "FILE",
    fallback: "",
    help: "certificate chain (PEM) to serve https and wss",
    parse: (words) => words,
  },
  key: {
    env: "HUBBUB_KEY",
    value: "FILE",
    fallback: "",
    help: "private key (PEM) of the certificate",
    parse: (words) => words,
  },
  lessons: {
    env: "HUBBUB_LESSONS",
    value: "YES",
    fallback: "auto",
    bare: "yes",
    help:
      "yes or no: serve the practice servers below /lessons to everybody; " +
      "auto turns them off when access tokens are required",
    parse: oneOf("auto", "yes", "no"),
  },
  transport: {
    env: "HUBBUB_TRANSPORT",
    value: "NAME",
    fallback: "ws",
    help: "WebSocket implementation: ws limits everything a client can send; " +
      "native is Deno's own and the default on Deno Deploy",
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
