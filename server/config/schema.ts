/**
 * The settings: one table from which config.ts makes flags, environment
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
  /** What the claim `aud` of a token must have; empty for anything. */
  readonly authAudience: string;
  /** What the claim `iss` of a token must be; empty for anything. */
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
    help: "address to listen on; 0.0.0.0 is all of them",
    parse: host,
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
    help: "messages a second from a client, three times that at once; " +
      "0 is no limit",
    parse: whole(0, 1_000_000),
  },
  byteRate: {
    env: "HUBBUB_BYTE_RATE",
    value: "N",
    fallback: "65536",
    help: "bytes a second from a client, eight times that at once; a " +
      "frame counts as 64 at least; 0 is no limit",
    parse: whole(0, 1_000_000_000),
  },
  requestRate: {
    env: "HUBBUB_REQUEST_RATE",
    value: "N",
    fallback: "20",
    help: "requests a second from a client that are no messages, ten " +
      "times that at once; 0 is no limit",
    parse: whole(0, 1_000_000),
  },
  joinRate: {
    env: "HUBBUB_JOIN_RATE",
    value: "N",
    fallback: "300",
    help: "joins a minute from a client, a third of that at once; " +
      "0 is no limit",
    parse: whole(0, 1_000_000),
  },
  renameRate: {
    env: "HUBBUB_RENAME_RATE",
    value: "N",
    fallback: "30",
    help: "changes of a name a minute from a client, a third of that at " +
      "once; 0 is no limit",
    parse: whole(0, 1_000_000),
  },
  roomRate: {
    env: "HUBBUB_ROOM_RATE",
    value: "N",
    fallback: "20",
    help: "new rooms a minute that one address may write to, three times " +
      "that at once; 0 is no limit",
    parse: whole(0, 1_000_000),
  },
  connectRate: {
    env: "HUBBUB_CONNECT_RATE",
    value: "N",
    fallback: "50",
    help: "new connections a second from an address, ten times that at once; " +
      "0 is no limit",
    parse: whole(0, 1_000_000),
  },
  httpRate: {
    env: "HUBBUB_HTTP_RATE",
    value: "N",
    fallback: "100",
    help: "HTTP requests a second from an address, but for the pages' files, " +
      "three times that at once; 0 is no limit",
    parse: whole(0, 1_000_000),
  },
  maxMemory: {
    env: "HUBBUB_MAX_MEMORY",
    value: "MB",
    fallback: "0",
    help:
      "memory above which it says goodbye to all and ends with code 1, to " +
      "be started again; 0 is no limit",
    parse: memoryLimit,
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
  maxStoredRooms: {
    env: "HUBBUB_MAX_STORED_ROOMS",
    value: "N",
    fallback: "100000",
    help: "rooms that messages are kept of; more are not made, also when " +
      "nobody is in them",
    parse: whole(1, 1_000_000_000),
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
  authAudience: {
    env: "HUBBUB_AUTH_AUDIENCE",
    value: "TEXT",
    fallback: "",
    help: "what a token's claim aud must have; needed where other services " +
      "use the same keys",
    parse: (words) => words,
  },
  authIssuer: {
    env: "HUBBUB_AUTH_ISSUER",
    value: "TEXT",
    fallback: "",
    help: "what a token's claim iss must be",
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
  publicHost: {
    env: "HUBBUB_PUBLIC_HOST",
    value: "LIST",
    fallback: "",
    help: "names it answers to beside addresses, localhost and --host, with " +
      "commas between them; .example.org is all below it too, * is any",
    parse: publicHosts,
  },
  base: {
    env: "HUBBUB_BASE",
    value: "PATH",
    fallback: "/",
    help: "path of the site that it is served below, such as /chat",
    parse: basePath,
  },
  trustProxy: {
    env: "HUBBUB_TRUST_PROXY",
    value: "YES",
    fallback: "no",
    bare: "yes",
    help: "yes or no: believe X-Forwarded-For, -Host and -Proto, or " +
      "Forwarded; only where all come through a proxy",
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
  lessons: {
    env: "HUBBUB_LESSONS",
    value: "YES",
    fallback: "auto",
    bare: "yes",
    help: "yes or no: the small servers of /lessons, open to everybody; auto " +
      "is yes, but no where tokens are asked for",
    parse: oneOf("auto", "yes", "no"),
  },
  transport: {
    env: "HUBBUB_TRANSPORT",
    value: "NAME",
    fallback: "ws",
    help: "what serves WebSockets: ws bounds all that a client can send, " +
      "native is Deno's own, the default on Deno Deploy",
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
