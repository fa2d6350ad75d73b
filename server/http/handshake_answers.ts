/**
 * Answers WebSocket handshakes: upgrades the connection or returns an error.
 */

import type { HubbubError } from "../../protocol/errors.ts";
import type { Accept } from "../transport/socket.ts";
import { hasToken } from "../transport/header_lists.ts";
import { words } from "./answers.ts";
import type { ProblemCode } from "./api/problem.ts";
import type { Origins } from "./origin_policy.ts";
import type { Visit } from "./proxy_headers.ts";
import { type Handshake, readHandshake } from "./upgrade.ts";

/** What handshakes need from the server. */
export interface HandshakeOptions {
  /** Returns whether the server accepts new connections. */
  readonly accepting: () => boolean;
  /** Returns an error if no connection is available for an address and the
   * error cannot be sent over a WebSocket. */
  readonly full: (address: string) => HubbubError | undefined;
  /** Origins that may connect. */
  readonly origins: Origins;
  /** Counts a handshake. Returns the milliseconds to wait if the address is
   * over its rate limit. */
  readonly handshake: (address: string) => number;
  /** Called for each handshake that is rejected before its target is known. */
  readonly onRefused: (code: ProblemCode) => void;
  /** Creates the handler of a chat WebSocket. */
  readonly chat: (
    entry: Extract<Handshake, { entry: unknown }>,
    address: string,
  ) => Accept;
  /** Whether lessons are enabled. */
  readonly hasLessons: boolean;
  /** Creates the handler of a lesson's WebSocket. */
  readonly lesson: (name: string, address: string) => Accept | undefined;
  /**
   * Upgrades the connection. Called last; its response is returned unchanged.
   */
  readonly upgrade: (
    request: Request,
    accept: Accept,
    protocol: string | undefined,
  ) => Response;
}

/**
 * Headers of responses that require an upgrade (RFC 6455, 4.4; RFC 9110, 7.8).
 */
export const UPGRADE = {
  "upgrade": "websocket",
  "connection": "Upgrade",
  "sec-websocket-version": "13",
};

/** Returns why a request is not a valid handshake (RFC 6455, 4.2.1), or
 * undefined. */
function handshakeFault(request: Request): string | undefined {
  const { method, headers } = request;
  const key = headers.get("sec-websocket-key")?.trim() ?? "";
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    return "Sec-WebSocket-Key must be 16 bytes in Base64";
  }
  if (!hasToken(headers.get("connection"), "upgrade")) {
    return "Connection must be Upgrade";
  }
  return method === "GET" ? undefined : "The method must be GET";
}

/** Returns the lesson name in a WebSocket address, if any. */
export function lessonOf({ pathname }: URL): string | undefined {
  return /^\/lessons\/([^/]+)\/?$/.exec(pathname)?.[1];
}

function tooManyHandshakes(waitMs: number): Response {
  const seconds = String(Math.ceil(waitMs / 1000));
  return words(
    429,
    "Too many new connections from your address. " +
      `Wait ${seconds} s and connect again`,
    { "retry-after": seconds },
  );
}

/** Returns the response when lessons are disabled. */
export function lessonsOff(): Response {
  return words(
    404,
    "The lessons are disabled on this server. " +
      "The operator can enable them with --lessons yes",
  );
}

/** Returns the response for an unknown lesson. */
export function noLesson(name: string): Response {
  return words(404, `There is no lesson "${name}". GET /lessons lists them`);
}

/**
 * Creates the handshake handler.
 *
 * @param options What it needs from the server.
 * @returns A handler of requests to WebSocket paths. The caller must not touch
 * the request after a response with status 101.
 */
export function createHandshakes(
  options: HandshakeOptions,
): (request: Request, visit: Visit) => Response {
  const { accepting, chat, lesson, upgrade } = options;

  const full = (address: string): Response | undefined => {
    const error = options.full(address);
    if (error === undefined) return undefined;
    const { message, details: { retryAfterMs = 0 } } = error;
    const headers = { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
    return words(503, message, headers);
  };

  return (request, { url, address }) => {
    // Counted first: a failed handshake costs about as much as a successful
    // one.
    const waitMs = options.handshake(address);
    if (waitMs > 0) return tooManyHandshakes(waitMs);
    const version = request.headers.get("sec-websocket-version")?.trim();
    if (version !== "13") {
      // An unsupported version, or none.
      const status = version === undefined ? 400 : 426;
      return words(status, "Sec-WebSocket-Version must be 13", UPGRADE);
    }
    const fault = handshakeFault(request);
    if (fault !== undefined) return words(400, fault);
    if (!accepting()) {
      return words(503, "The server is shutting down. Try again in a moment", {
        "retry-after": "2",
      });
    }
    const name = lessonOf(url);
    if (name !== undefined) {
      if (!options.hasLessons) return lessonsOff();
      // Any origin may connect to lessons: they hold no data.
      const accept = lesson(name, address);
      return accept === undefined
        ? noLesson(name)
        : full(address) ?? upgrade(request, accept, undefined);
    }
    const origin = request.headers.get("origin");
    const foreign = options.origins.refusal(origin, url.host);
    if (foreign !== undefined) {
      options.onRefused("foreign_origin");
      return words(403, foreign);
    }
    const handshake = readHandshake(url, {
      offered: request.headers.get("sec-websocket-protocol"),
      authorization: request.headers.get("authorization"),
    });
    if ("refused" in handshake) return words(400, handshake.refused);
    return full(address) ??
      upgrade(request, chat(handshake, address), handshake.protocol);
  };
}
