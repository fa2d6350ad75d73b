/**
 * The HTTP server of Node's API, spoken to as `Deno.serve` is: requests in,
 * responses out. Owns that translation, compression, and who is connected;
 * handshakes are kept for whoever upgrades them.
 */

import type { Buffer } from "node:buffer";
import {
  createServer,
  type IncomingMessage,
  type Server,
  ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createRequest, sendResponse } from "@remix-run/node-fetch-server";
import type { ResourceLedger } from "../observability/resource_ledger.ts";
import { systemClock } from "../clock.ts";
import { hasToken } from "../http/header_lists.ts";
import { readHead } from "./http1.ts";
import type { Listener, ListenOptions, RequestFault } from "./socket.ts";

/** A thousand clients that come at once, as after a restart, fit in. */
const BACKLOG = 4096;
/** How long a connection may wait for its next request, milliseconds: longer
 * than any proxy of docs/ keeps one, which sends a request into it else that
 * is lost on the way. */
export const KEEP_ALIVE_MS = 75_000;
/** What gets smaller, and does not wait for more to come. */
const COMPRESSIBLE =
  /^(text\/(?!event-stream)|image\/svg|application\/(json|javascript|manifest\+json|problem\+json))/;
const GZIP = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/;

/** A request that asks for an upgrade, and what it came over. */
export interface Handshake {
  readonly message: IncomingMessage;
  readonly connection: Duplex;
  /** What came after the request's head. */
  readonly head: Buffer;
}

/** Serves as `Deno.serve` does, and keeps handshakes. */
export class NodeHttp {
  readonly #handshakes = new WeakMap<Request, Handshake>();
  readonly #ledger: ResourceLedger;

  /** @param ledger Counts requests until they are answered. */
  constructor(ledger: ResourceLedger) {
    this.#ledger = ledger;
  }

  /**
   * Gives the handshake behind a request that the handler is answering; to be
   * asked once, by who answers it over the connection.
   *
   * @throws {TypeError} When there is none.
   */
  take(request: Request): Handshake {
    const handshake = this.#handshakes.get(request);
    if (handshake === undefined) throw new TypeError("No handshake");
    this.#handshakes.delete(request);
    // `ws` knows no list of protocols.
    handshake.message.headers.upgrade = "websocket";
    return handshake;
  }

  /** As {@linkcode Transport.listen}. */
  async listen(options: ListenOptions): Promise<Listener> {
    const server = createNodeServer(options);
    server.on("request", (message, response) => {
      response.once("close", this.#ledger.open("request"));
      this.#answer(message, response, options).catch(options.onError);
    });
    server.on("upgrade", (message, connection, head) => {
      const handshake = { message, connection, head };
      this.#consider(handshake, options).catch(options.onError)
        .finally(this.#ledger.open("request"));
    });
    server.on("clientError", refuse);
    await listening(server, options);
    const { address, port } = server.address() as AddressInfo;
    return {
      addr: { transport: "tcp", hostname: address, port },
      async stop(patience) {
        const closed = new Promise<void>((done) => server.close(() => done()));
        const cutOff = patience.then(() => server.closeAllConnections());
        server.closeIdleConnections();
        await Promise.race([closed, cutOff]);
      },
    };
  }

  async #answer(
    message: IncomingMessage,
    response: ServerResponse,
    options: ListenOptions,
  ): Promise<void> {
    const request = requestOf(message, response);
    const answer = typeof request === "string"
      ? options.onFault(request)
      : await answerTo(request, message, options);
    // What follows cannot be told from the body.
    if (request === "framing") response.shouldKeepAlive = false;
    await send(message, response, answer, options);
  }

  /** Answers a handshake, unless somebody has taken it. */
  async #consider(
    handshake: Handshake,
    options: ListenOptions,
  ): Promise<void> {
    const { message, connection } = handshake;
    // It may be lost before anybody else listens to it.
    connection.on("error", () => {});
    const response = new ServerResponse(message);
    const request = requestOf(message, response);
    const isFault = typeof request === "string";
    if (!isFault) this.#handshakes.set(request, handshake);
    const answer = isFault
      ? options.onFault(request)
      : await answerTo(request, message, options);
    if (!isFault && !this.#handshakes.has(request)) return;
    response.shouldKeepAlive = false;
    response.assignSocket(message.socket);
    response.on("finish", () => connection.end());
    await send(message, response, answer, options);
  }
}

/** Answers what is no request. */
function refuse(_error: Error, connection: Duplex): void {
  if (!connection.writable) return void connection.destroy();
  const date = new Date(systemClock.now()).toUTCString();
  connection.end(
    `HTTP/1.1 400 Bad Request\r\nDate: ${date}\r\n` +
      "Content-Length: 0\r\nConnection: close\r\n\r\n",
    () => connection.destroy(),
  );
}

function createNodeServer({ tls }: ListenOptions): Server {
  const settings = {
    // Any other upgrade may be ignored (RFC 9110, 7.8).
    shouldUpgradeCallback: ({ headers, httpVersion }: IncomingMessage) =>
      hasToken(headers.upgrade, "websocket") && httpVersion === "1.1",
    // Refused in words.
    requireHostHeader: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  if (tls === undefined) return createServer(settings);
  checkCertificate(tls);
  return createTlsServer({ ...settings, ...tls });
}

/** Node's API takes any certificate here, and then fails each handshake;
 * Deno's own says at once what is wrong with it. */
function checkCertificate(tls: { cert: string; key: string }): void {
  Deno.listenTls({ ...tls, hostname: "127.0.0.1", port: 0 }).close();
}

/** Resolves when it listens; else with an error that `Deno.serve` would give. */
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
        // What Deno makes of it.
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

/** The request as `fetch` knows it, or why it can be none. */
function requestOf(
  message: IncomingMessage,
  response: ServerResponse,
): Request | RequestFault {
  const fault = readHead(message);
  if (fault !== undefined) return fault;
  try {
    return createRequest(message, response);
  } catch {
    return "host";
  }
}

async function answerTo(
  request: Request,
  message: IncomingMessage,
  { handler, onError }: ListenOptions,
): Promise<Response> {
  try {
    const answer = await handler(request, message.socket.remoteAddress ?? "");
    return compressed(request, answer);
  } catch (error) {
    return onError(error);
  }
}

/** Writes an answer; one whose body fails on the way is cut off. */
async function send(
  message: IncomingMessage,
  response: ServerResponse,
  answer: Response,
  { onError }: ListenOptions,
): Promise<void> {
  const connection = answer.headers.get("connection");
  if (connection !== null && hasToken(message.headers.connection, "close")) {
    answer.headers.set("connection", `${connection}, close`);
  }
  try {
    await sendResponse(response, answer);
  } catch (error) {
    onError(error);
    message.socket.destroy();
  }
}

/** Compresses what is worth it, for who takes it. */
function compressed(request: Request, answer: Response): Response {
  const { body, headers, status } = answer;
  const isWorthIt = COMPRESSIBLE.test(headers.get("content-type") ?? "");
  if (body === null || !isWorthIt) return answer;
  headers.append("vary", "accept-encoding");
  if (!GZIP.test(request.headers.get("accept-encoding") ?? "")) return answer;
  headers.set("content-encoding", "gzip");
  headers.delete("content-length");
  // Other bytes, the same content (RFC 9110, 8.8.1).
  const etag = headers.get("etag");
  if (etag?.startsWith('"')) headers.set("etag", `W/${etag}`);
  const smaller = body.pipeThrough(new CompressionStream("gzip"));
  return new Response(smaller, { status, headers });
}
