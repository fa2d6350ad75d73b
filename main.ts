/**
 * The program: reads the settings, chooses the parts, starts the server and
 * ends it on SIGINT, SIGTERM or SIGHUP. Nothing else chooses parts.
 */

import { areBuilt, readAssets, unbuilt } from "./server/http/page_files.ts";
import { buildIfNeeded } from "./server/http/page_build.ts";
import { Authority } from "./server/auth/authenticator.ts";
import { systemClock } from "./server/runtime/clock.ts";
import { helpText, isDeploy, readConfig } from "./server/config/load.ts";
import {
  pemFault,
  type PemKind,
  startFault,
} from "./server/config/start_faults.ts";
import { accessOf, startLines } from "./server/config/start_lines.ts";
import { openFleet } from "./server/fleet/open_fleet.ts";
import { limitLog } from "./server/runtime/log_limits.ts";
import { createLogger, type Logger } from "./server/runtime/logger.ts";
import { watchCertificate } from "./server/observability/certificate_watch.ts";
import { watchMemory } from "./server/observability/memory_guard.ts";
import {
  forgetOperator,
  operatorNotice,
} from "./server/config/operator_notice.ts";
import { LogWriter } from "./server/runtime/log_writer.ts";
import { isSocketFault, ProcessEnd } from "./server/runtime/process_end.ts";
import { type Server, startServer } from "./server/server.ts";
import { ConfigError } from "./server/config/parsers.ts";
import type { Config } from "./server/config/schema.ts";
import { openStore } from "./server/store/open_store.ts";
import {
  Descriptors,
  RESERVED,
  takeByOpening,
} from "./server/transport/descriptors.ts";
import type { Store } from "./server/store/store.ts";

const NO_DATABASE = "messages are kept in this instance alone and lost with " +
  "it: no database is assigned to the app. docs/deploy.md tells how";
const ROOT = new URL(".", import.meta.url);
const STATIC = new URL("./static/", ROOT);
/** File descriptors that are counted at the start: the usual low limits are
 * 256 and 1024, and each takes some 25 µs. */
const MOST_COUNTED = 1_100;
const DAY_MS = 24 * 60 * 60 * 1000;

/** How long the last lines of the log get before the process ends. */
const FLUSH_MS = 500;

/** Prints a line, if that can be done: a full disk ends nothing. */
function print(to: "log" | "error", line: string): void {
  try {
    console[to](line);
  } catch {
    // This is where it would be told.
  }
}

/** Ends with a line that says why: 2 where that stays so until somebody changes
 * something, else 1. */
function fail(message: string, code: 1 | 2): never {
  print("error", `hubbub: ${message}`);
  Deno.exit(code);
}

const env = (name: string) => Deno.env.get(name);

/** The variables that there are, of those that may be known: with
 * --ignore-env, as `deno task start` has it, the others are left out. */
function variables(): string[] {
  try {
    return Object.keys(Deno.env.toObject());
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return [];
    throw error;
  }
}

function config(): Config {
  try {
    const config = readConfig(Deno.args, env, variables());
    if (config !== "help") return config;
    print("log", helpText());
    Deno.exit(0);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message, 2);
    throw error;
  }
}

/** The text of a file that a setting names; empty where it names none. */
async function readNamed(flag: string, path: string): Promise<string> {
  if (path === "") return "";
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotCapable
      ? "the server may read only below ./data. Put the file there"
      : (error as Error).message;
    fail(`--${flag} "${path}" cannot be read: ${why}`, 2);
  }
  // Not the same as none, which would let everybody in, or encrypt nothing.
  if (text.trim() === "") fail(`--${flag} "${path}" is empty`, 2);
  return text;
}

/** The text of a file with a certificate or a key; empty where none is named. */
async function readPem(kind: PemKind, path: string): Promise<string> {
  const text = await readNamed(kind, path);
  const wrong = text === "" ? undefined : pemFault(kind, text);
  if (wrong !== undefined) fail(`--${kind} "${path}" ${wrong}`, 2);
  return text;
}

/** Reads what tokens are checked with. */
async function readAuthority(
  { authSecret, authKeys, guests, authAudience, authIssuer }: Config,
): Promise<Authority> {
  const keys = await readNamed("auth-keys", authKeys);
  try {
    return await Authority.create({
      secret: authSecret || undefined,
      keys: keys || undefined,
      guests,
      audience: authAudience || undefined,
      issuer: authIssuer || undefined,
    });
  } catch (error) {
    if (keys === "") throw error;
    fail(
      `--auth-keys "${authKeys}" is neither a public key (PEM, BEGIN PUBLIC ` +
        "KEY) nor a JWK Set",
      2,
    );
  }
}

/** Opens the store, and tells whether what is in it outlives this process. */
async function openConfigured(
  { store: address, retainMessages, retainDays, maxStoredRooms }: Config,
  log: Logger,
): Promise<{ store: Store; lasts: boolean }> {
  const options = {
    retention: { messages: retainMessages, ms: retainDays * DAY_MS },
    maxRooms: maxStoredRooms,
    clock: systemClock,
    warn: (words: string) => log.warn(words),
  };
  if (isDeploy(env)) {
    const { openDeployStore } = await import(
      "./server/store/kv/deploy_options.ts"
    );
    return await openDeployStore(address, options);
  }
  const store = await openStore(address, options);
  return { store, lasts: address !== "memory:" };
}

/** Counts the file descriptors that are left; warns when these are fewer than
 * the connections that are allowed, as far as that is worth the time. */
function countDescriptors({ maxConnections }: Config, log: Logger) {
  const descriptors = new Descriptors(takeByOpening(STATIC), systemClock);
  const wanted = Math.min(maxConnections + RESERVED, MOST_COUNTED);
  const left = descriptors.left(wanted);
  if (left < wanted) {
    log.warn("fewer connections have room than are allowed", {
      room: Math.max(left - RESERVED, 0),
      allowed: `--max-connections ${maxConnections}`,
      prevent: "raise the limit of open files (ulimit -n)",
    });
  }
  return descriptors;
}

async function start(
  config: Config,
  { log, writer }: { log: Logger; writer: LogWriter },
): Promise<Server> {
  try {
    const { store, lasts } = await openConfigured(config, log);
    if (!lasts && isDeploy(env)) log.warn(NO_DATABASE);
    const authority = await readAuthority(config);
    const cert = await readPem("cert", config.cert);
    const key = await readPem("key", config.key);
    if (!isDeploy(env)) await buildIfNeeded(ROOT);
    let assets = await readAssets(STATIC, config.base);
    if (!areBuilt(assets)) {
      log.warn("the pages are not built", { prevent: "deno task build" });
      assets = await unbuilt(assets);
    }
    const server = await startServer({
      config,
      store,
      fleet: await openFleet(config.store, {
        store,
        shared: isDeploy(env),
        clock: systemClock,
        log,
      }),
      lasts,
      deploy: isDeploy(env),
      assets,
      authority,
      clock: systemClock,
      log,
      logDropped: () => writer.dropped,
      onFatal: (error) => processEnd.fatal("fault; the process ends", error),
      descriptors: isDeploy(env) ? undefined : countDescriptors(config, log),
      onLost: () => processEnd.stop(1),
      ...(cert !== "" && { tls: { cert, key } }),
    });
    if (cert !== "") {
      const hosts = config.trustProxy ? [] : config.publicHost;
      const options = { path: config.cert, hosts, clock: systemClock, log };
      watchCertificate(cert, options);
    }
    return server;
  } catch (error) {
    if (isDeploy(env) && error instanceof Deno.errors.NotCapable) {
      fail(
        "DENO_DEPLOYMENT_ID is set, so this is taken for Deno Deploy. Unset " +
          "it, or allow the server all that it may use there",
        2,
      );
    }
    const fault = startFault(error, config);
    if (fault !== undefined) fail(fault.message, fault.code);
    // Not thrown: the last resort below would let it hang half started.
    log.error("start failed", { error });
    return await exit(1, writer);
  }
}

/** Ends when the last lines of the log are written, or cannot be. */
async function exit(code: 0 | 1, writer: LogWriter): Promise<never> {
  const late = new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
  await Promise.race([writer.flush(), late]);
  Deno.exit(code);
}

const settings = config();
const writer = new LogWriter({
  sink: Deno.stderr,
  onRecovered: (dropped) => log.warn("log lines were dropped", { dropped }),
});
const log = limitLog(
  createLogger({
    level: settings.logLevel,
    pretty: Deno.stderr.isTerminal(),
    now: systemClock.now,
    write: (line) => writer.line(line),
  }),
  systemClock,
);

let stop = () => Promise.resolve();

const processEnd = new ProcessEnd({
  clock: systemClock,
  log,
  stop: () => stop(),
  exit: (code) => void exit(code, writer),
});

// What is thrown so far that it comes here left some work half done. Faults of
// one room, session or message do not get here.
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  processEnd.fatal("uncaught error; the process ends", event.error);
});
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  const { reason } = event;
  if (isSocketFault(reason)) {
    return log.error("socket failed in the runtime", { error: reason });
  }
  processEnd.fatal("unhandled rejection; the process ends", reason);
});

const server = await start(settings, { log, writer });
stop = async () => {
  await forgetOperator(settings.store, server.url);
  await server.stop();
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => processEnd.signal(signal));
}

if (settings.authKeys !== "" && settings.authAudience === "") {
  log.warn("tokens for other services with these keys are accepted", {
    prevent: "--auth-audience TEXT",
  });
}

const moderate = await operatorNotice({
  token: server.operator,
  store: settings.store,
  page: server.url,
  terminal: Deno.stdout.isTerminal(),
  log,
});

// Whoever is told so may stop it in the same moment.
log.info("started", {
  url: server.url.href,
  host: settings.host,
  access: accessOf(settings),
});
const [address, ...more] = startLines(server.url, settings);
print(
  "log",
  [
    address,
    // On Deno Deploy the platform listens.
    ...(isDeploy(env) ? [] : more),
    ...(moderate === undefined ? [] : [moderate]),
  ].join("\n"),
);

const { maxMemory } = settings;
if (maxMemory > 0) {
  watchMemory(systemClock, {
    most: maxMemory * 1_000_000,
    held: () => Deno.memoryUsage().rss,
    onFull(held) {
      log.error("memory full", { heldMb: Math.round(held / 1e6), maxMemory });
      processEnd.stop(1);
    },
    failed: (error) => log.error("memory not watched", { error }),
  });
}
