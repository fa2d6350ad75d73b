/**
 * Wraps Node's HTTP server in the interface of `Deno.serve`: takes requests,
 * returns responses. Tracks connections, and keeps handshakes for the WebSocket
 * upgrade.
 */

import type { Buffer } from "node:buffer";
import {
  createServer,
  type IncomingMessage,
  type Server,
  ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Party } from "../runtime/fair_queue.ts";
import { networkKey } from "../runtime/ip_network.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { StepTurns } from "../runtime/step_turns.ts";
import { systemClock } from "../runtime/clock.ts";
import { READ_FIELDS } from "./header_fields.ts";
import { hasToken } from "./header_lists.ts";
import { AcceptWatch } from "./accept_watch.ts";
import { readHead } from "./http1.ts";
import { keepListening, type ListenAttempt } from "./lasting_listener.ts";
import { cutOff, NodeExchanges } from "./node_exchanges.ts";
import { bodyOf, joinChunks } from "./node_body.ts";
import type { Listener, ListenOptions, RequestFault } from "./socket.ts";
import { TcpConnections, type TcpLimits } from "./tcp_connections.ts";
import { RefusalLimit } from "./refusal_limit.ts";

/** Fits a thousand clients that connect at once, as after a restart. */
const BACKLOG = 4096;
/** Keep-alive timeout in milliseconds: longer than that of any proxy in docs/,
 * which could otherwise send a request into a closing connection. */
export const KEEP_ALIVE_MS = 75_000;
/** Time to send a response when its request is incomplete, in milliseconds. */
const LINGER_MS = 500;
/** Time limit for a TLS handshake, and then for the head of a request, in
 * milliseconds. Also applies to silent connections. */
const HEAD_MS = 10_000;
/** Number of checks within that time. */
const CHECKS = 5;
/** Requests that waited and begin in one turn of the event loop, and the time
 * of a turn in milliseconds that requests take. */
const MOST_REQUESTS = 16;
const REQUESTS_MS = 5;
/** The same for pieces of responses. */
const MOST_PIECES = 8;
const PIECES_MS = 2;
/** For tests without limits. */
const UNLIMITED: TcpLimits = {
  total: Infinity,
  perAddress: Infinity,
  onFull() {},
};

/** An upgrade request and its connection. */
export interface Handshake {
  readonly message: IncomingMessage;
  readonly connection: Duplex;
  /** Bytes received after the request's head. */
  readonly head: Buffer;
}

/** Options of {@linkcode NodeHttp}. */
export interface NodeHttpOptions {
  /** Counts requests until they are answered. */
  readonly ledger: ResourceLedger;
  /** Time in which a peer must read what was written, in milliseconds. */
  readonly slowMs: number;
  /** Limits of TCP connections. */
  readonly tcp?: TcpLimits | undefined;
  /** Time limit for a TLS handshake and for the head of a request, in
   * milliseconds. */
  readonly headMs?: number | undefined;
}

/** Serves requests like `Deno.serve`, and keeps handshakes. */
export class NodeHttp {
  readonly #handshakes = new WeakMap<Request, Handshake>();
  readonly #exchanges = new NodeExchanges();
  readonly #requestTurns = new StepTurns({
    most: MOST_REQUESTS,
    ms: REQUESTS_MS,
  });
  readonly #writeTurns = new StepTurns({ most: MOST_PIECES, ms: PIECES_MS });
  readonly #refusals = new RefusalLimit(() => performance.now());
  readonly #options: NodeHttpOptions;
  readonly #connections: TcpConnections;

  constructor(options: NodeHttpOptions) {
    this.#options = options;
    const { tcp = UNLIMITED, ledger } = options;
    this.#connections = new TcpConnections(tcp, ledger);
  }

  /**
   * Returns the handshake behind a request, once, to the caller that answers it
   * over the connection.
   *
   * @throws {TypeError} When there is none.
   */
  take(request: Request): Handshake {
    const handshake = this.#handshakes.get(request);
    if (handshake === undefined) throw new TypeError("No handshake");
    this.#handshakes.delete(request);
    // `ws` does not support a list of protocols.
    handshake.message.headers.upgrade = "websocket";
    return handshake;
  }

  /** See {@linkcode Transport.listen}. */
  listen(options: ListenOptions): Promise<Listener> {
    const { onFailed = options.onError, onLost = options.onError } = options;
    return keepListening({
      port: options.port,
      open: (port) => this.#open({ ...options, port }),
      onFailed,
      onLost,
    });
  }

  async #open(options: ListenOptions): Promise<ListenAttempt> {
    const server = createNodeServer(options, this.#options.headMs);
    server.on("request", (message, response) => {
      const exchange = this.#exchanges.begin(message, response);
      if (exchange === undefined) return cutOff(message);
      joinChunks(message);
      const answered = this.#options.ledger.open("request");
      const done = exchange.done.then(answered);
      const pair = { message, response, done, party: partyOf(message) };
      this.#answer(pair, options, exchange.turn)
        .catch(options.onError);
    });
    server.on("upgrade", (message, connection, head) => {
      const handshake = { message, connection, head };
      this.#consider(handshake, options).catch(options.onError)
        .finally(this.#options.ledger.open("request"));
    });
    server.on("clientError", refuse);
    // Without a finished TLS handshake, the client cannot read a response.
    server.on("tlsClientError", (_, connection) => connection.destroy());
    await listening(server, options);
    const at = server.address() as AddressInfo;
    const watch = new AcceptWatch(at);
    server.on("connection", (socket: Socket) => {
      watch.accepted();
      const limit = this.#connections.add(socket);
      // With many connections at once, descriptors may have run out briefly.
      if (limit === "descriptors") watch.suspect();
    });
    // The replacement needs the port.
    watch.failed.then(() => server.close());
    return {
      addr: { transport: "tcp", hostname: at.address, port: at.port },
      failed: watch.failed,
      async stop(deadline) {
        watch.stop();
        const closed = new Promise<void>((done) => server.close(() => done()));
        const cutOff = deadline.then(() => server.closeAllConnections());
        server.closeIdleConnections();
        await Promise.race([closed, cutOff]);
      },
    };
  }

  async #answer(
    pair: Pair,
    options: ListenOptions,
    turn: Promise<boolean> | undefined,
  ): Promise<void> {
    if (turn !== undefined && !await turn) return;
    if (!await this.#mayBegin(pair)) return;
    const request = this.#requestOf(pair.message);
    const answer = typeof request === "string"
      ? options.onFault(request)
      : await answerTo(request, pair, options);
    const { socket } = pair.message;
    // The rest cannot be separated from the body, or would fail again.
    if (
      request === "framing" || request === "fields" ||
      this.#connections.isProbe(socket) ||
      this.#refusals.isOver(answer, pair.party)
    ) {
      pair.response.shouldKeepAlive = false;
    }
    await this.#send(pair, answer, options);
  }

  /** Answers a handshake unless it was taken. */
  async #consider(
    handshake: Handshake,
    options: ListenOptions,
  ): Promise<void> {
    const { message, connection } = handshake;
    // The connection may fail before anybody else listens to it.
    connection.on("error", () => {});
    const response = new ServerResponse(message);
    const exchange = this.#exchanges.begin(message, response);
    if (exchange === undefined) return cutOff(message);
    const { turn, done } = exchange;
    if (turn !== undefined && !await turn) return;
    const pair = { message, response, done, party: partyOf(message) };
    if (!await this.#mayBegin(pair)) return;
    const request = this.#requestOf(message);
    const isFault = typeof request === "string";
    if (!isFault) this.#handshakes.set(request, handshake);
    const answer = isFault
      ? options.onFault(request)
      : await answerTo(request, pair, options);
    if (!isFault && !this.#handshakes.has(request)) return;
    response.shouldKeepAlive = false;
    response.assignSocket(message.socket);
    response.on("finish", () => {
      connection.end();
      // The peer might not close.
      const timer = setTimeout(() => connection.destroy(), LINGER_MS);
      connection.once("close", () => clearTimeout(timer));
    });
    await this.#send(pair, answer, options);
  }

  /** Waits for a turn; returns whether the connection is still open. */
  async #mayBegin({ message, party }: Pair): Promise<boolean> {
    const turn = this.#requestTurns.begin(party);
    if (turn === undefined) return true;
    await turn;
    return !message.socket.destroyed;
  }

  /** Returns the request, as {@linkcode requestOf} does. A connection over the
   * limit may only send a health check. */
  #requestOf(message: IncomingMessage): Request | RequestFault {
    const isRefused = this.#connections.isProbe(message.socket) &&
      !asksForHealth(message);
    return isRefused ? "full" : requestOf(message);
  }

  /** Writes a response. Cuts it off if its body fails or the client does not
   * read it. */
  async #send(
    pair: Pair,
    { status, headers, body }: Response,
    { onError }: ListenOptions,
  ): Promise<void> {
    const { message, response, done } = pair;
    const connection = headers.get("connection");
    if (connection !== null && hasToken(message.headers.connection, "close")) {
      headers.set("connection", `${connection}, close`);
    }
    response.writeHead(status, Object.fromEntries(headers));
    if (body !== null && message.method !== "HEAD") {
      if (!await this.#write(pair, body, onError)) return;
    } else body?.cancel().catch(() => {});
    if (!message.complete) {
      // The unread rest of a body must not be parsed as a request. Closing at
      // once could discard the response.
      response.flushHeaders();
      message.socket.pause();
      return await cutAfter(LINGER_MS, message, done);
    }
    response.end();
    await this.#inTime(message, done);
  }

  /** Writes a body with backpressure; returns false if it fails. */
  async #write(
    { message, response, done, party }: Pair,
    body: ReadableStream<Uint8Array>,
    onError: ListenOptions["onError"],
  ): Promise<boolean> {
    const reader = body.getReader();
    // Also catches errors while nobody reads.
    reader.closed.catch((error) => {
      onError(error);
      message.socket.destroy();
    });
    done.then(() => reader.cancel().catch(() => {}));
    try {
      for (let isFirst = true; !response.destroyed; isFirst = false) {
        const { value, done: isAll } = await reader.read();
        if (isAll) return true;
        // Small responses, such as those of health checks, need no turn.
        if (!isFirst) await this.#writeTurns.next(party);
        if (response.write(value)) continue;
        const drained = new Promise<void>((resolve) =>
          response.once("drain", resolve)
        );
        const taken = this.#options.ledger.hold(
          "answer",
          response.writableLength,
        );
        await this.#inTime(message, Promise.race([drained, done]));
        taken();
      }
    } catch {
      // `closed` has reported it.
    }
    return false;
  }

  /**
   * Waits until the peer has read the data; cuts it off after the time limit.
   */
  #inTime(message: IncomingMessage, taken: Promise<void>): Promise<void> {
    return cutAfter(this.#options.slowMs, message, taken);
  }
}

/** Returns the party that a request's turns count for. */
export function partyOf({ socket }: IncomingMessage): Party {
  const { remoteAddress = "", remotePort } = socket;
  return { group: networkKey(remoteAddress), member: String(remotePort) };
}

/** A request of Node's API, its response, and its end. */
interface Pair {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly done: Promise<void>;
  readonly party: Party;
}

/** Waits, and destroys the connection on timeout. */
async function cutAfter(
  ms: number,
  { socket }: IncomingMessage,
  end: Promise<void>,
): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), ms);
  await end;
  clearTimeout(timer);
}

/** Answers a malformed request or one that timed out. */
function refuse(error: Error & { code?: string }, connection: Duplex): void {
  if (!connection.writable) return void connection.destroy();
  const date = new Date(systemClock.now()).toUTCString();
  const status = error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? "408 Request Timeout"
    : "400 Bad Request";
  connection.end(
    `HTTP/1.1 ${status}\r\nDate: ${date}\r\n` +
      "Content-Length: 0\r\nConnection: close\r\n\r\n",
    () => connection.destroy(),
  );
}

function createNodeServer(
  { tls }: ListenOptions,
  headMs = HEAD_MS,
): Server {
  const settings = {
    // Other upgrades may be ignored (RFC 9110, 7.8).
    shouldUpgradeCallback: ({ headers, httpVersion }: IncomingMessage) =>
      hasToken(headers.upgrade, "websocket") && httpVersion === "1.1",
    // The server rejects these itself, with a message.
    requireHostHeader: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: headMs,
    connectionsCheckingInterval: headMs / CHECKS,
  };
  if (tls === undefined) return createServer(settings);
  checkCertificate(tls);
  return createTlsServer({ ...settings, ...tls, handshakeTimeout: headMs });
}

/** Rejects an invalid certificate early, with Deno's error: Node's API would
 * accept it and then fail every handshake. */
function checkCertificate(tls: { cert: string; key: string }): void {
  Deno.listenTls({ ...tls, hostname: "127.0.0.1", port: 0 }).close();
}

/** Resolves when the server listens; rejects with the error that `Deno.serve`
 * would throw. */
function listening(
  server: Server,
  { hostname, port }: ListenOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: Error & { code?: string }) => {
      switch (error.code) {
        case "EADDRINUSE":
          return reject(new Deno.errors.AddrInUse(error.message));
        case "EADDRNOTAVAIL":
        // As Deno reports it.
        case "EINVAL":
          return reject(new Deno.errors.AddrNotAvailable(error.message));
        case "EACCES":
          return reject(new Deno.errors.PermissionDenied(error.message));
        default:
          reject(error);
      }
    });
    server.listen({ host: hostname, port, backlog: BACKLOG }, resolve);
  });
}

/** Returns whether a request is a health check, possibly below a base path. */
function asksForHealth({ method, url, headers }: IncomingMessage): boolean {
  return (method === "GET" || method === "HEAD") &&
    headers.upgrade === undefined &&
    /^(\/[^/?]+)*\/(healthz|readyz)(\?|$)/.test(url ?? "") &&
    !/\/api\//.test(url ?? "");
}

/** Converts a request to a `Request`, or returns its fault. */
function requestOf(message: IncomingMessage): Request | RequestFault {
  const fault = readHead(message);
  if (fault !== undefined) return fault;
  const { method = "GET", url } = message;
  const scheme = "encrypted" in message.socket ? "https" : "http";
  const hasBody = method !== "GET" && method !== "HEAD";
  try {
    // Only fields that are read: `Request` compares each with all others.
    const headers = new Headers();
    for (const name of READ_FIELDS) {
      const value = message.headers[name];
      if (value === undefined) continue;
      headers.set(name, Array.isArray(value) ? value.join(", ") : value);
    }
    return new Request(`${scheme}://${message.headers.host}${url}`, {
      method,
      headers,
      ...(hasBody && { body: bodyOf(message), duplex: "half" }),
    });
  } catch {
    return "host";
  }
}

async function answerTo(
  request: Request,
  { message, done }: Pair,
  { handler, onError }: ListenOptions,
): Promise<Response> {
  try {
    const address = message.socket.remoteAddress ?? "";
    return await handler(request, address, done);
  } catch (error) {
    return onError(error);
  }
}
