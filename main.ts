/**
 * The program: reads the settings, selects the parts, starts the server, and
 * stops it on SIGINT, SIGTERM or SIGHUP. Only this file selects parts.
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
/** Maximum file descriptors counted at startup: typical low limits are 256 and
 * 1024, and each costs about 25 µs. */
const MOST_COUNTED = 1_100;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Time to write the last log lines before the process exits, in milliseconds.
 */
const FLUSH_MS = 500;

/** Prints a line if possible: a full disk must not end the process. */
function print(to: "log" | "error", line: string): void {
  try {
    console[to](line);
  } catch {
    // The failed write would be reported here.
  }
}

/** Exits with an error line: code 2 if somebody must change something,
 * otherwise 1. */
function fail(message: string, code: 1 | 2): never {
  print("error", `hubbub: ${message}`);
  Deno.exit(code);
}

const env = (name: string) => Deno.env.get(name);

/** Returns the variables that the process may read; with --ignore-env, as in
 * `deno task start`, others are hidden. */
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

/** Reads a file that a setting names; empty without a name. */
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
  // An empty file does not mean none, which would open the server or disable
  // TLS.
  if (text.trim() === "") fail(`--${flag} "${path}" is empty`, 2);
  return text;
}

/** Reads a certificate or key file; empty without a name. */
async function readPem(kind: PemKind, path: string): Promise<string> {
  const text = await readNamed(kind, path);
  const wrong = text === "" ? undefined : pemFault(kind, text);
  if (wrong !== undefined) fail(`--${kind} "${path}" ${wrong}`, 2);
  return text;
}

/** Loads the keys for tokens. */
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

/** Opens the store; also returns whether its data outlives the process. */
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

/** Counts free file descriptors, up to a limit. Warns if there are fewer than
 * allowed connections. */
function countDescriptors({ maxConnections }: Config, log: Logger) {
  const descriptors = new Descriptors(takeByOpening(STATIC), systemClock);
  const wanted = Math.min(maxConnections + RESERVED, MOST_COUNTED);
  const left = descriptors.left(wanted);
  if (left < wanted) {
    log.warn("file descriptor limit is below the connection limits", {
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
    // Not thrown: the error handler below would leave it half started.
    log.error("start failed", { error });
    return await exit(1, writer);
  }
}

/** Exits after the last log lines are written, or cannot be. */
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

// An uncaught error leaves work half done. Errors of one room, session or
// message are handled elsewhere.
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

// Readers of this line may stop the server at once.
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
      log.error("memory limit exceeded", {
        heldMb: Math.round(held / 1e6),
        maxMemory,
      });
      processEnd.stop(1);
    },
    failed: (error) => log.error("memory check failed", { error }),
  });
}
