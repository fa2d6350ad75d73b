/**
 * One running server: connects the parts to a listening port, and stops them in
 * order. main.ts selects the parts.
 */

import { byToken } from "./http/api/access.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import { ConnectionLimits } from "./connection/connection_limits.ts";
import { Api } from "./http/api/api.ts";
import { CutStream } from "./http/api/event_stream.ts";
import { CutAnswer, PacedBodies } from "./http/paced_body.ts";
import { RequestLimits } from "./http/request_limits.ts";
import { RequestRates } from "./http/request_rates.ts";
import { CutBody } from "./http/unread_body.ts";
import type { Assets } from "./http/page_files.ts";
import { Authority } from "./auth/authenticator.ts";
import { SealedNames } from "./auth/sealed_names.ts";
import { Tickets } from "./auth/tickets.ts";
import { operatorToken } from "./auth/operator_token.ts";
import { type Clock, every } from "./runtime/clock.ts";
import type { Config } from "./config/schema.ts";
import { OpenConnections } from "./connection/open_connections.ts";
import { TurnShare } from "./runtime/turn_share.ts";
import { RatePool } from "./connection/rate_pool.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { limitWarnings } from "./observability/limit_warnings.ts";
import { Hub } from "./hub/hub.ts";
import { Lessons } from "./lessons/classroom.ts";
import { LAB_KEY } from "../protocol/lab.ts";
import { watchLoopDelay } from "./observability/event_loop_lag.ts";
import { renderMetrics } from "./observability/metrics.ts";
import { newId } from "./runtime/ids.ts";
import { runStopSteps } from "./runtime/stop_steps.ts";
import { Stats } from "./runtime/stats.ts";
import {
  type LedgerSnapshot,
  ResourceLedger,
} from "./runtime/resource_ledger.ts";
import { ConnectionInspector } from "./observability/connection_inspector.ts";
import { drain } from "./connection/drain.ts";
import { behindDeploy, behindProxy } from "./http/proxy_headers.ts";
import type { Logger } from "./runtime/logger.ts";
import { HostPolicy } from "./http/host_policy.ts";
import { Origins } from "./http/origin_policy.ts";
import { errorEventOf } from "./rooms/error_event.ts";
import { createRoutes } from "./http/router.ts";
import { faulty, words } from "./http/answers.ts";
import { type Store, StoreOpenError } from "./store/store.ts";
import { listenerUrl } from "./transport/listener_url.ts";
import type { Descriptors } from "./transport/descriptors.ts";
import { CutRefusals } from "./transport/refusal_limit.ts";
import { openTransport } from "./transport/open_transport.ts";

/** The parts of a server. */
export interface ServerOptions {
  readonly config: Config;
  readonly store: Store;
  /** The nodes that share the store. */
  readonly fleet: Fleet;
  /** Whether stored data outlives the process; true by default. */
  readonly lasts?: boolean;
  /** Whether this is Deno Deploy; false by default. */
  readonly deploy?: boolean;
  readonly assets: Assets;
  readonly authority: Authority;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Called with an error that belongs to no room, session or message. The
   * server's state may be wrong: end the process. By default, the error is
   * thrown uncaught.
   */
  readonly onFatal?: (error: unknown) => void;
  /** Returns the number of dropped log lines; 0 by default. */
  readonly logDropped?: () => number;
  /** Certificate and key, PEM, to serve https and wss; http without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Counts free file descriptors; not checked without it. */
  readonly descriptors?: Descriptors | undefined;
  /** Called when the server cannot accept connections anymore: the process
   * should exit. */
  readonly onLost?: () => void;
}

/** A listening server. */
export interface Server {
  /** URL of the chat page. */
  readonly url: URL;
  /**
   * The operator's token of an open server; undefined if tokens are required.
   */
  readonly operator: string | undefined;
  /** Sockets that were closed but whose peers have not answered. */
  readonly closing: number;
  /** Returns open resources, and bytes held for clients. */
  ledger(): LedgerSnapshot;
  /**
   * Stops the server; no acked message is lost. Settles in less than 5 s.
   *
   * @throws {StopCutShortError} When a part did not stop, which is logged; all
   * others have stopped.
   */
  stop(): Promise<void>;
}

/** Errors that the server throws to cut off responses. */
const CUTS = [CutStream, CutAnswer, CutBody, CutRefusals];
/** Interval of write progress checks, in milliseconds. */
const PROGRESS_MS = 2_000;
/** Maximum messages per page of history. */
const HISTORY_PAGE = 1_000;
/** Limits of concurrent requests: each may hold a body or part of a response. */
const REQUESTS = { total: 500, perAddress: 200 };
/** Time for connections to close at shutdown, in milliseconds. */
const SHUTDOWN_TIMEOUT_MS = 1_000;
/** Shutdown deadline in milliseconds: below the 5 s of promise 8. */
const STOP_MS = 4_300;

/** Returns the TCP connection limit for a number of clients: browsers open
 * more connections for pages and the API. */
function tcpFor(clients: number): number {
  return 2 * clients + 100;
}

/**
 * Waits for what is read of the store before anything else.
 *
 * @throws {StoreOpenError} With one line, when that cannot be: it was opened,
 * and a moment later it fails.
 */
async function readFirst<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new StoreOpenError(`Cannot read the store: ${words}`, {
      cause: error,
      lasting: false,
    });
  }
}

/** Leaves an error to the process. */
function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Whether there are lessons: where strangers need a token, they find nothing
 * else that is open to them. */
function hasLessons({ lessons }: Config, { checks }: Authority): boolean {
  return lessons === "auto" ? !checks : lessons === "yes";
}

/**
 * Starts a server.
 *
 * @param options Its parts.
 * @returns The server, once it listens.
 * @throws {StoreOpenError} When its store fails at once.
 * @throws {Deno.errors.AddrInUse} And other errors of listening.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config, store, fleet, assets, clock, log } = options;
  const { lasts = true, deploy = false } = options;
  const secret = await readFirst(store.secret());
  // On Deploy all that is printed is kept, and there are no files.
  const operator = options.authority.checks || deploy
    ? undefined
    : operatorToken(secret);
  const authority = operator === undefined
    ? options.authority
    : Authority.open(operator);
  // Clients get less detail, since it would help to forge a signature.
  authority.watch((refusal) =>
    log.info("access token refused", { ...refusal })
  );
  const stats = new Stats();
  const ledger = new ResourceLedger();
  const hub = new Hub({
    stats,
    store,
    fleet,
    secret,
    clock,
    random: Math.random,
    onFatal: options.onFatal ?? throwUncaught,
    cutOff: () => handOver(),
    ledger,
    newId,
    log,
    limits: {
      text: config.maxText,
      rate: config.rate,
      history: HISTORY_PAGE,
      idleSeconds: config.idleTimeout,
    },
    history: config.history,
    graceMs: config.grace * 1000,
    maxRooms: config.maxRooms,
    roomRate: config.roomRate,
    maxRoomsPerSession: config.maxRoomsPerSession,
    // A guest may take the name that the bearer of a token had.
    marksGuests: authority.checks && authority.guestsEnter,
  });
  await readFirst(hub.begin());
  const onError = (error: unknown) => log.error("handler failed", { error });
  const slowMs = config.slowTimeout * 1000;
  const onFull = limitWarnings(log, { clock, config });
  const transport = await openTransport(config.transport, {
    tcp: {
      total: tcpFor(config.maxConnections),
      // Behind a proxy all come from its address.
      perAddress: config.trustProxy ? Infinity : tcpFor(config.maxPerAddress),
      descriptors: options.descriptors,
      onFull,
    },
    // A proxy sends the requests of many over one connection.
    ...(config.trustProxy && { streams: Infinity }),
    idleSeconds: config.idleTimeout,
    maxFrame: config.maxFrame,
    ledger,
    slowMs,
    onError,
  });
  const connectionInspector = new ConnectionInspector({
    clock,
    idleSeconds: config.idleTimeout,
  });
  const origins = new Origins(config.origins, log);
  const connectionLimits = new ConnectionLimits({
    total: config.maxConnections,
    perAddress: config.maxPerAddress,
    elsewhere: (network) => fleet.elsewhere.get(`address ${network}`) ?? 0,
    onRefused: ({ code }) => stats.refused.add(code),
    onFull,
    ledger,
    clock,
  });
  fleet.share(() => {
    try {
      return new Map([
        ...Array.from(
          connectionLimits.crowds,
          ([network, count]) => [`address ${network}`, count] as const,
        ),
        ...hub.occupancy.crowds,
      ]);
    } catch (error) {
      // The heartbeat goes out all the same.
      onError(error);
      return new Map();
    }
  });
  const bodies = new PacedBodies({ clock, ledger, slowMs });
  const pool = new RatePool({
    rates: {
      publish: config.rate,
      bytes: config.byteRate,
      request: config.requestRate,
      join: config.joinRate,
      rename: config.renameRate,
    },
    connects: config.connectRate,
    clock,
  });
  const turns = new TurnShare(clock);
  const lessons = hasLessons(config, options.authority)
    ? new Lessons({
      clock,
      turns,
      rates: (address) => pool.connect(address),
      onError,
    })
    : undefined;
  const rates = new RequestRates(config.httpRate, clock);
  const api = new Api({
    bodies,
    pool,
    admit: (address) => connectionLimits.enter(address),
    ledger,
    hub,
    store,
    clock,
    log,
    origins,
    slowMs,
    rates,
    base: config.base,
    tickets: new Tickets(secret, clock),
    cursors: new SealedNames(secret),
    authorize: byToken(authority),
  });
  const connections = new OpenConnections({
    hub,
    authority,
    clock,
    log,
    pool,
    maxFrame: config.maxFrame,
    ledger,
    turns,
    helloMs: config.helloTimeout * 1000,
  });
  /** All that read events, whatever over. */
  const readers = () => [...connections.all(), ...api.readers];
  let stopping = false;

  const handler = createRoutes({
    assets,
    full: (address) => connectionLimits.refuse(address),
    accepting: () => !stopping,
    origins,
    base: config.base,
    hosts: new HostPolicy({
      allowed: config.publicHost,
      listening: config.host,
      lenient: deploy || options.tls !== undefined ||
        (authority.checks && !authority.guestsEnter),
      log,
    }),
    onRefused: (code) => stats.refused.add(code),
    handshake(address) {
      const waitMs = pool.handshake(address);
      if (waitMs > 0) stats.refused.add("rate_limited");
      return waitMs;
    },
    proxies: [
      ...(deploy ? [behindDeploy] : []),
      ...(config.trustProxy ? [behindProxy] : []),
    ],
    health: () =>
      stopping
        ? "stopping"
        : hub.trouble !== undefined
        ? hub.trouble
        : lasts
        ? "ready"
        : "ready, but messages are lost when this process ends",
    metrics: () =>
      renderMetrics(stats, {
        connections: connections.size,
        streams: api.readers.length,
        sessions: hub.sessions,
        ...hub.occupancy.load,
        stuck: connections.closing,
        healthy: hub.healthy,
        inFleet: hub.inFleet,
        nodes: fleet.nodes,
        lasts,
        memory: Deno.memoryUsage().rss,
        ledger: ledger.snapshot(),
        logDropped: options.logDropped?.() ?? 0,
      }),
    hasLessons: lessons !== undefined,
    lesson(name, address) {
      const accept = lessons?.accept(name, address);
      return accept && connectionLimits.guard(accept, address);
    },
    chat: ({ entry }, address) =>
      connectionLimits.guard(
        connections.accept(entry, address),
        address,
        (socket, error) => {
          const frames = entry.dialect.encode(errorEventOf(error));
          for (const frame of frames) socket.send(frame);
        },
      ),
    watched: (key) => connectionInspector.report(key),
    api: (request, visit, exchange) => api.answer(request, visit, exchange),
    rates,
    admit: (address) => connectionLimits.enter(address),
    limits: new RequestLimits(REQUESTS),
    bodies,
    clock,
    upgrade: (request, accept, protocol) => {
      const key = new URL(request.url).searchParams.get(LAB_KEY);
      const watched = connectionInspector.watch(key, accept);
      return transport.upgrade(request, watched, protocol);
    },
  });

  const listener = await transport.listen({
    hostname: config.host,
    port: config.port,
    tls: options.tls,
    handler,
    onError(error) {
      if (!CUTS.some((cut) => error instanceof cut)) onError(error);
      return words(500, "Internal server error. Try again in a moment");
    },
    onFault: faulty,
    onFailed: (error) => log.error("listener stopped; reopening it", { error }),
    onLost(error) {
      log.error("cannot reopen the listener", { error });
      options.onLost?.();
    },
  });

  const stopWatching = every(clock, {
    ms: PROGRESS_MS,
    run() {
      const timeouts = { slowMs, idleMs: config.idleTimeout * 1000 };
      connections.checkProgress(timeouts);
      lessons?.checkProgress(timeouts);
      pool.sweep();
    },
    failed: onError,
  });

  const handOver = () => {
    const clients = readers();
    log.error("store unavailable; moving clients to other nodes", {
      clients: clients.length,
    });
    const reason = CLOSE.goingAway;
    drain(clients, { reason, clock, random: Math.random }).catch(onError);
  };

  const stopLoopWatch = watchLoopDelay(clock, stats, onError);

  const closeClients = async () => {
    stopping = true;
    stopWatching();
    stopLoopWatch();
    hub.refuse();
    lessons?.closeAll(CLOSE.restart.code, CLOSE.restart.reason);
    await drain(readers(), {
      reason: CLOSE.restart,
      clock,
      random: Math.random,
    });
  };

  const stopListening = async () => {
    api.stop();
    bodies.stop();
    // A peer that does not read never answers, and must not hold up the end.
    const deadline = Promise.withResolvers<void>();
    const cancel = clock.after(SHUTDOWN_TIMEOUT_MS, deadline.resolve);
    await listener.stop(deadline.promise);
    cancel();
    // Closes are written at the end of the turn they were asked for in.
    await new Promise<void>((done) => clock.soon(done));
  };

  const stopRooms = async () => {
    await hub.stop();
    // What was to go on in the next turn finds that there is nothing left.
    for (let turn = 0; turn < 2; turn++) {
      await new Promise<void>((done) => clock.soon(done));
    }
  };

  const end = () =>
    runStopSteps([
      { name: "close clients", leastMs: 0, run: closeClients },
      { name: "stop listening", leastMs: 1_100, run: stopListening },
      { name: "store messages", leastMs: 300, run: () => hub.settle() },
      { name: "stop rooms", leastMs: 50, run: stopRooms },
      { name: "leave the fleet", leastMs: 600, run: () => fleet.stop() },
      { name: "close the store", leastMs: 300, run: () => store.close() },
    ], { ms: STOP_MS, clock, log });

  const address = listenerUrl(listener.addr, options.tls ? "https" : "http");
  let ending: Promise<void> | undefined;
  return {
    operator,
    url: config.base === "" ? address : new URL(`${config.base}/`, address),
    get closing() {
      return connections.closing;
    },
    ledger: () => ledger.snapshot(),
    stop: () => ending ??= end(),
  };
}
