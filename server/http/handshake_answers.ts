/**
 * The answers to WebSocket handshakes: an upgrade, or why there is none.
 */

import type { HubbubError } from "../../protocol/errors.ts";
import type { Accept } from "../transport/socket.ts";
import { hasToken } from "../transport/header_lists.ts";
import { words } from "./answers.ts";
import type { ProblemCode } from "./api/problem.ts";
import type { Origins } from "./origin_policy.ts";
import type { Visit } from "./proxy_headers.ts";
import { type Handshake, readHandshake } from "./upgrade.ts";

/** What the answers to handshakes need of the server. */
export interface HandshakeOptions {
  /** Whether new connections are welcome. */
  readonly accepting: () => boolean;
  /** Why a handshake from an address finds no place, if it is not to be told
   * over a WebSocket. */
  readonly full: (address: string) => HubbubError | undefined;
  /** Which pages may talk to the rooms. */
  readonly origins: Origins;
  /** Counts a handshake; gives milliseconds to wait where there were too many
   * from that address. */
  readonly handshake: (address: string) => number;
  /** Told of what is refused before it is known what it is for. */
  readonly onRefused: (code: ProblemCode) => void;
  /** Makes the handler of a chat WebSocket. */
  readonly chat: (
    entry: Extract<Handshake, { entry: unknown }>,
    address: string,
  ) => Accept;
  /** Whether there are lessons. */
  readonly hasLessons: boolean;
  /** Makes the handler of a lesson's WebSocket. */
  readonly lesson: (name: string, address: string) => Accept | undefined;
  /** Upgrades; called last, and its response is returned as it is. */
  readonly upgrade: (
    request: Request,
    accept: Accept,
    protocol: string | undefined,
  ) => Response;
}

/** How a WebSocket is asked for (RFC 6455, 4.4; RFC 9110, 7.8). */
export const UPGRADE = {
  "upgrade": "websocket",
  "connection": "Upgrade",
  "sec-websocket-version": "13",
};

/** Whether a request is a handshake, or why it is none (RFC 6455, 4.2.1). */
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

/** The lesson whose WebSocket an address means, if it means one. */
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

/** What there is instead of lessons where these are off. */
export function lessonsOff(): Response {
  return words(
    404,
    "The lessons are disabled on this server. " +
      "The operator can enable them with --lessons yes",
  );
}

/** Answers a request for a lesson that there is not. */
export function noLesson(name: string): Response {
  return words(404, `There is no lesson "${name}". GET /lessons lists them`);
}

/**
 * Makes the handler of handshakes.
 *
 * @param options What it needs.
 * @returns A handler of a request to a path with a WebSocket behind it. Nothing
 * may touch the request after a response of status 101.
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
    // Before all else: one that fails costs about as much.
    const waitMs = options.handshake(address);
    if (waitMs > 0) return tooManyHandshakes(waitMs);
    const version = request.headers.get("sec-websocket-version")?.trim();
    if (version !== "13") {
      // A version that is not spoken here, or nothing said of one.
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
      // Pages from anywhere may learn here: lessons hold nothing.
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
