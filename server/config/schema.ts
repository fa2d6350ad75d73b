/**
 * The settings in one table, from which load.ts derives flags, environment
 * variables, validation and `--help`.
 */

import { LOG_LEVELS, type LogLevel } from "../runtime/logger.ts";
import {
  basePath,
  host,
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

/** The server's settings. */
export interface Config {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Empty on Deno Deploy by default. */
  readonly store: string;
  /** Messages replayed on joining. */
  readonly history: number;
  /** Messages kept per room. */
  readonly retainMessages: number;
  /** Days a message is kept; 0 means forever. */
  readonly retainDays: number;
  /** Characters of a message. */
  readonly maxText: number;
  /** Messages per second and client; 0 means no limit. */
  readonly rate: number;
  /** Bytes per second and client; 0 means no limit. */
  readonly byteRate: number;
  /** Non-message requests per second and client; 0 means no limit. */
  readonly requestRate: number;
  /** Joins per minute and client; 0 means no limit. */
  readonly joinRate: number;
  /** Renames per minute and client; 0 means no limit. */
  readonly renameRate: number;
  /** New rooms per minute and address; 0 means no limit. */
  readonly roomRate: number;
  /** New connections per second and address; 0 means no limit. */
  readonly connectRate: number;
  /** Requests per second and address, except for files; 0 means no limit. */
  readonly httpRate: number;
  /** Memory limit in megabytes: above it, the process exits to be restarted; 0
   * means no limit. */
  readonly maxMemory: number;
  /** Bytes of a frame. */
  readonly maxFrame: number;
  /** Maximum connections. */
  readonly maxConnections: number;
  /** Maximum connections per address. */
  readonly maxPerAddress: number;
  /** Maximum open rooms. */
  readonly maxRooms: number;
  /** Maximum stored rooms. */
  readonly maxStoredRooms: number;
  /** Maximum rooms per session. */
  readonly maxRoomsPerSession: number;
  /** Hello timeout, in seconds. */
  readonly helloTimeout: number;
  /** Idle timeout of a connection, in seconds. */
  readonly idleTimeout: number;
  /** Seconds without progress before a slow reader is disconnected. */
  readonly slowTimeout: number;
  /** Seconds a session survives a lost connection. */
  readonly grace: number;
  /** Secret of HS256 tokens; empty for none. */
  readonly authSecret: string;
  /** A file with a public key or JWK Set; empty for none. */
  readonly authKeys: string;
  /** Required `aud` claim of tokens; empty for any. */
  readonly authAudience: string;
  /** Required `iss` claim of tokens; empty for any. */
  readonly authIssuer: string;
  /** Permissions without a token, if the server requires tokens. */
  readonly guests: "none" | "read" | "write";
  /** Allowed origins besides the server's own. */
  readonly origins: readonly string[];
  /** Allowed hosts besides addresses, `localhost` and `host`. */
  readonly publicHost: readonly string[];
  /** The base path, such as `/chat`; empty at the root. */
  readonly base: string;
  /** Whether to trust a proxy's headers. */
  readonly trustProxy: boolean;
  /** PEM files of the certificate and its key; empty for no TLS. */
  readonly cert: string;
  readonly key: string;
  /** Whether lessons are enabled; auto means only without required tokens. */
  readonly lessons: "auto" | "yes" | "no";
  /** The WebSocket transport. */
  readonly transport: TransportName;
  readonly logLevel: LogLevel;
}

/** One setting. */
export interface Setting {
  /** The environment variable. */
  readonly env: string;
  /** What `--help` calls the value. */
  readonly value: string;
  /** The default, as text. */
  readonly fallback: string;
  readonly help: string;
  /** Value of the flag without a value, if allowed. */
  readonly bare?: string;
  /** How to display an invalid value, if it may be secret. */
  readonly show?: (words: string) => string;
  /** @throws {ConfigError} When the text is invalid. */
  readonly parse: (words: string) => Config[keyof Config];
}

/** All settings, in the order of `--help`. */
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
    parse: oneOf(...LOG_LEVELS),
  },
};
