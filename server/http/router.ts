/**
 * Routes HTTP requests to pages and probes. WebSocket handshakes are in
 * handshake_answers.ts, the API is in api/.
 */

import type { ConnectionReport } from "../../protocol/lab.ts";
import { Problem, problemOf } from "./api/problem.ts";
import type { Assets } from "./page_files.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Visit } from "./proxy_headers.ts";
import { belowBase, withoutBase } from "./base_path.ts";
import { hasToken } from "../transport/header_lists.ts";
import { hostnameOf, type HostPolicy } from "./host_policy.ts";
import { badMethod, faulty, HEADERS, words } from "./answers.ts";
import { compressed } from "./compression.ts";
import { forEventSource } from "./event_source.ts";
import type { Exchange } from "./exchange.ts";
import type { PacedBodies } from "./paced_body.ts";
import type { RequestLimits } from "./request_limits.ts";
import type { RequestKind, RequestRates } from "./request_rates.ts";
import { share } from "./cors.ts";
import { asRefusal } from "../transport/refusal_limit.ts";
import { StaticFiles } from "./file_answers.ts";
import { afterBody } from "./unread_body.ts";
import {
  createHandshakes,
  type HandshakeOptions,
  lessonOf,
  lessonsOff,
  noLesson,
  UPGRADE,
} from "./handshake_answers.ts";
import { isChatPath } from "./upgrade.ts";
import { endpointsIn } from "../lessons/endpoints.ts";
import { inLanguage } from "./reader_language.ts";
import type { Language } from "../../static/words/languages.ts";
import { LessonsPages } from "../lessons/kept_pages.ts";
import { overlong } from "./header_limits.ts";

/** What the routes need from the server. */
export interface RoutesOptions extends HandshakeOptions {
  readonly assets: Assets;
  /** Hosts that the server answers to. */
  readonly hosts: HostPolicy;
  /** Readers of proxy headers, nearest proxy first. */
  readonly proxies: readonly ((visit: Visit, headers: Headers) => Visit)[];
  /** Base path of the server, such as `/chat`; empty at the root. */
  readonly base: string;
  /** Returns `ready`, with optional detail, or why the server is not ready. */
  readonly health: () => string;
  /** Returns the metrics in Prometheus format. */
  readonly metrics: () => string;
  /** Returns the report of a connection that the lab inspects. */
  readonly watched: (key: string) => ConnectionReport | undefined;
  /** Answers requests below `/api`. */
  readonly api: (
    request: Request,
    visit: Visit,
    exchange: Exchange,
  ) => Promise<Response>;
  /** Counts each request of an address. */
  readonly rates: Pick<RequestRates, "count">;
  /**
   * Counts a connection of an address; returns a function that ends the count.
   *
   * @throws {HubbubError} `too_many_connections`.
   */
  readonly admit: (address: string) => () => void;
  /** Limit of concurrent requests. */
  readonly limits: RequestLimits;
  /** Streams large responses with backpressure. */
  readonly bodies: PacedBodies;
  readonly clock: Clock;
}

/** Only the lab may connect to any address: that is its purpose. Scripts are
 * still limited to this server's own. */
const LAB_HEADERS = {
  "content-security-policy": HEADERS["content-security-policy"]!.replace(
    "connect-src 'self'",
    "connect-src 'self' ws: wss:",
  ),
};

function movedTo(location: string): Response {
  return words(308, `This page is at ${location}`, { location });
}

/** Builds a response with generated content. */
function made(
  text: string,
  type: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  const body = new TextEncoder().encode(text);
  return new Response(body, {
    headers: {
      ...HEADERS,
      ...more,
      "cache-control": "no-store",
      "content-type": type,
      "content-length": String(body.length),
    },
  });
}

function json(
  value: unknown,
  more?: Readonly<Record<string, string>>,
): Response {
  return made(JSON.stringify(value), "application/json", more);
}

/** Returns the kind of a request, for its rate limit. */
function kindOf(pathname: string): RequestKind {
  if (PROBES.includes(pathname)) return "probe";
  const isFile = FILES.includes(pathname) || pathname.startsWith("/assets/");
  return isFile ? "file" : "other";
}
/** Page files outside `/assets/`. */
const FILES: readonly string[] = [
  "/",
  "/lab",
  "/service-worker.js",
  "/favicon.ico",
];

/** Removes the body of a response to HEAD. */
function headOnly({ method }: Request, answer: Response): Response {
  const { body, status, headers } = answer;
  if (method !== "HEAD" || body === null) return answer;
  body.cancel().catch(() => {});
  return new Response(null, { status, headers });
}

/**
 * Load balancer probes. They often use HTTP/1.0 without a `Host`, and must work
 * at any number of concurrent requests. They reveal nothing that a connecting
 * page could not find out.
 */
const PROBES: readonly string[] = ["/healthz", "/readyz"];

/**
 * Returns whether a request lacks a `Host` (RFC 9112, 3.2). HTTP/2 has no
 * `Host` either, but its address carries the client's host. The runtime always
 * uses this placeholder when there is none.
 */
function lacksHost({ headers }: Request, { protocol, hostname }: URL): boolean {
  const host = headers.get("host");
  if (host !== null) return hostnameOf(host) === undefined;
  return protocol === "http:" && hostname === "localhost";
}

function isApiPath(pathname: string): boolean {
  return pathname === "/api" || pathname.startsWith("/api/");
}

/** Rejects a request early; API clients get a problem in JSON. */
function refuse(pathname: string, problem: Problem): Response {
  return isApiPath(pathname)
    ? problem.toResponse()
    : words(problem.status, problem.message, problem.details.headers);
}

/**
 * Creates the server's request handler.
 *
 * @param options What it needs from the server.
 * @returns A handler of a request, the client's address, such as `192.0.2.7`,
 * and the end of its response. It does not throw.
 */
export function createRoutes(
  options: RoutesOptions,
): (
  request: Request,
  address: string,
  done: Promise<void>,
) => Response | Promise<Response> {
  const {
    base,
    bodies,
    clock,
    assets,
    health,
    metrics,
    lesson,
    watched,
    api,
  } = options;

  const handshake = createHandshakes(options);
  const files = new StaticFiles();
  const lessonsPages = new LessonsPages(base);
  const endpoints = (language: Language) =>
    endpointsIn(language, options.hasLessons)
      .map((endpoint) => ({ ...endpoint, path: base + endpoint.path }));

  const page = (
    request: Request,
    name: string,
    headers?: Record<string, string>,
  ): Response | Promise<Response> => {
    const asset = assets.get(name);
    if (asset !== undefined) return files.answer(request, asset, headers);
    return words(404, "The page's script is missing. Run deno task build");
  };

  const needsUpgrade = (url: URL): Response =>
    words(
      426,
      `This is a WebSocket. Connect with new WebSocket("${
        url.protocol.replace("http", "ws")
      }//${url.host}${base}${url.pathname}")`,
      UPGRADE,
    );

  /** Answers a request that is not a handshake. */
  const answer = (
    request: Request,
    visit: Visit,
    exchange: Exchange,
  ): Response | Promise<Response> => {
    const { url } = visit;
    const { pathname } = url;
    if (isApiPath(pathname)) return api(request, visit, exchange);
    const name = lessonOf(url);
    const isSocketPath = isChatPath(pathname) || name !== undefined;
    if (request.method !== "GET" && request.method !== "HEAD") {
      return badMethod(request.method);
    }
    switch (pathname) {
      case "/":
        return page(request, "index.html");
      case "/lessons":
        if (!options.hasLessons) return lessonsOff();
        return inLanguage(
          request,
          (language, headers) =>
            lessonsPages.of(url, language)
              .then((page) => files.answer(request, page, headers)),
        );
      case "/lessons.json":
        return inLanguage(
          request,
          (language, headers) => json(endpoints(language), headers),
        );
      case "/lab":
        return page(request, "lab.html", LAB_HEADERS);
      case "/healthz":
        return words(200, "alive");
      case "/readyz":
        return words(health().startsWith("ready") ? 200 : 503, health());
      case "/metrics":
        return made(metrics(), "text/plain; version=0.0.4; charset=utf-8");
      case "/service-worker.js":
        // Served at the root: a service worker's scope is limited to its own
        // path.
        return page(request, "service_worker.js");
      case "/favicon.ico":
        return page(request, "icon.svg");
    }
    if (name !== undefined && !options.hasLessons) return lessonsOff();
    if (name !== undefined && lesson(name, visit.address) === undefined) {
      return noLesson(name);
    }
    if (isSocketPath) return needsUpgrade(url);
    if (pathname === "/lab/" || pathname === "/lessons/") {
      return movedTo(`${base}${pathname.slice(0, -1)}${url.search}`);
    }
    const key = /^\/lab\/connections\/([^/]+)$/.exec(pathname)?.[1];
    if (key !== undefined) {
      // Null instead of 404: a poll before the first report is no error, and
      // browsers log failed requests on the console.
      return json(watched(key) ?? null);
    }
    const asset = assets.get(pathname.replace(/^\/assets\//, ""));
    if (pathname.startsWith("/assets/") && asset !== undefined) {
      return files.answer(request, asset);
    }
    return words(
      404,
      `Not found. The chat is at ${base}/, the lessons are at ` +
        `${base}/lessons, the lab is at ${base}/lab`,
    );
  };

  /** Answers a request that is not a handshake within the limit of concurrent
   * requests. It counts until its response was read. */
  const place = async (
    request: Request,
    visit: Visit,
    done: Promise<void>,
  ): Promise<Response> => {
    const { pathname } = visit.url;
    if (PROBES.includes(pathname)) {
      const handOver = () => {};
      return await answer(request, visit, { done, handOver });
    }
    try {
      const handOver = options.limits.enter(visit.address);
      done.then(handOver);
      // An idle connection may outlive its response without holding memory: it
      // then counts as a connection.
      const outlast = () => {
        try {
          done.then(options.admit(visit.address));
          handOver();
        } catch {
          // No connection is available: the request keeps its slot.
        }
      };
      const answered = await answer(request, visit, { done, handOver });
      const whole = await forEventSource(request, answered);
      return headOnly(
        request,
        compressed(request, bodies.paced(whole, outlast)),
      );
    } catch (error) {
      return await refused(request, visit, error);
    }
  };

  /** Answers a request that was rejected before any work. Pages of other
   * origins may read the error if they may read API responses. */
  const refused = async (
    request: Request,
    { url }: Visit,
    error: unknown,
  ): Promise<Response> => {
    const problem = problemOf(error);
    if (problem.code === "internal") throw error;
    options.onRefused(problem.code);
    const answer = refuse(url.pathname, problem);
    if (isApiPath(url.pathname)) {
      const origin = request.headers.get("origin");
      const isListed = origin !== null &&
        options.origins.allows(origin, url.host);
      share(answer, isListed ? origin : undefined);
    }
    return asRefusal(await forEventSource(request, answer));
  };

  /** Counts a request before any work. Returns an error response when its
   * address is over the rate limit. */
  const overRate = (
    request: Request,
    visit: Visit,
    kind: RequestKind,
  ): Promise<Response> | undefined => {
    try {
      options.rates.count(visit.address, kind);
      return undefined;
    } catch (error) {
      return refused(request, visit, error);
    }
  };

  /** Rejects invalid requests early. */
  const refusal = (
    request: Request,
    direct: URL,
    visit: Visit,
  ): Response | undefined => {
    const { pathname } = visit.url;
    if (PROBES.includes(pathname)) return undefined;
    if (lacksHost(request, direct)) return faulty("host");
    const misdirected = options.hosts.refusal(direct, visit);
    if (misdirected === undefined) return undefined;
    options.onRefused("wrong_host");
    return refuse(pathname, new Problem("wrong_host", misdirected));
  };

  return (request, remote, done) => {
    const direct = { url: new URL(request.url), address: remote };
    const answerWith = (answer: Response | Promise<Response>) =>
      answer instanceof Response
        ? afterBody(request, answer, clock)
        : answer.then((answer) => afterBody(request, answer, clock));
    const excess = overlong(request);
    if (excess !== undefined) {
      const { code, text } = excess;
      const url = withoutBase(direct.url, base);
      const limited = overRate(request, { ...direct, url }, "faulty");
      return answerWith(
        limited ?? refuse(url.pathname, new Problem(code, text)),
      );
    }
    const visit = [...options.proxies, belowBase(base)].reduce<Visit>(
      (visit, read) => read(visit, request.headers),
      direct,
    );
    const isSocketPath = isChatPath(visit.url.pathname) ||
      lessonOf(visit.url) !== undefined;
    const upgrading = hasToken(request.headers.get("upgrade"), "websocket");
    const isHandshake = upgrading && isSocketPath;
    const misdirected = refusal(request, direct.url, visit);
    // Handshakes have their own rate limit.
    const limited = isHandshake && misdirected === undefined
      ? undefined
      : overRate(
        request,
        visit,
        // No page loads files under another host name.
        misdirected === undefined ? kindOf(visit.url.pathname) : "other",
      );
    const refused = limited ?? misdirected;
    if (refused !== undefined) return answerWith(refused);
    if (base !== "" && direct.url.pathname === base && !upgrading) {
      // Relative addresses on the page resolve from there.
      return answerWith(movedTo(`${base}/${direct.url.search}`));
    }
    if (!isHandshake) return answerWith(place(request, visit, done));
    const response = handshake(request, visit);
    // The request of an upgraded connection must not be touched.
    return response.status === 101 ? response : answerWith(response);
  };
}
