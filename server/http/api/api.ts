/**
 * The API for scripts: routes a request to its resource after all checks. Every
 * error becomes a problem response; nothing throws.
 */

import { HubbubError } from "../../../protocol/errors.ts";
import { checkRoom } from "../../../protocol/names.ts";
import { proofOf } from "../../../protocol/sse.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Visit } from "../proxy_headers.ts";
import type { Exchange } from "../exchange.ts";
import type { PacedBodies } from "../paced_body.ts";
import type { RequestRates } from "../request_rates.ts";
import type { Hub } from "../../hub/hub.ts";
import type { RatePool } from "../../connection/rate_pool.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { ResourceLedger } from "../../runtime/resource_ledger.ts";
import type { Act } from "../../auth/permissions.ts";
import type { SealedNames } from "../../auth/sealed_names.ts";
import type { Tickets } from "../../auth/tickets.ts";
import { isPreflight, preflightAnswer, share } from "../cors.ts";
import type { Origins } from "../origin_policy.ts";
import type { Reader } from "../../rooms/session.ts";
import type { Store } from "../../store/store.ts";
import { type Authorize, checkOrigin } from "./access.ts";
import type { Call, Tools } from "./call.ts";
import { openEvents } from "./events.ts";
import { exportLimits, exportRoom } from "./export.ts";
import { importLimits, importRoom } from "./import.ts";
import { Listeners } from "./listeners.ts";
import { readMessages } from "./message_endpoints.ts";
import {
  announce,
  ban,
  kick,
  listBans,
  readAudit,
  readRules,
  removeMessage,
  setLock,
  setSlow,
  unban,
} from "./moderation_endpoints.ts";
import { Problem, problemOf } from "./problem.ts";
import { publish } from "./publish.ts";
import { listRooms } from "./room_endpoints.ts";
import { Storage } from "./storage.ts";
import { issueTicket } from "./ticket_endpoint.ts";

/** Options of {@linkcode Api}. */
export interface ApiOptions {
  readonly hub: Hub;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Origins that may change anything. */
  readonly origins: Origins;
  /** Counts a reader of an address, or throws. Returns a function that ends the
   * count. */
  readonly admit?: (address: string) => () => void;
  /** Streams exports with backpressure. */
  readonly bodies: PacedBodies;
  /** Counts open resources. */
  readonly ledger: ResourceLedger;
  /** Time without progress after which a reader or a body is cut off, in
   * milliseconds. */
  readonly slowMs: number;
  /** Charges requests that cost more than one. */
  readonly rates?: Pick<RequestRates, "settle">;
  /** Counts a script's actions against the rates of its user and address.
   * Throws `rate_limited`. */
  readonly pool?: Pick<RatePool, "charge">;
  /** Base path of the server; empty, the default, at the root. */
  readonly base?: string;
  /** Issues tickets for clients that cannot send a token. */
  readonly tickets: Tickets;
  /** Cursors of the room list. */
  readonly cursors: SealedNames;
  /** Authorizes requests. */
  readonly authorize: Authorize;
}

/** One method of a resource. */
interface Action {
  readonly act: Act;
  /** Whether a ticket is accepted. */
  readonly ticket?: boolean;
  readonly answer: (call: Call) => Promise<Response>;
  /** The rate it counts against, besides API requests. */
  readonly counts?: "publish";
}

/** A path and its methods. */
interface Resource extends Readonly<Partial<Record<Method, Action>>> {
  /** Group 1 is the room name, group 2 the rest of the path. */
  readonly path: RegExp;
}

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;
type Method = typeof METHODS[number];

/** Resources for moderators. Only the first two are open to others. */
function moderationResources(tools: Tools): Resource[] {
  const moderators = (
    answer: (tools: Tools, call: Call) => Promise<Response>,
  ): Action => ({
    act: "moderate",
    answer: (call) => answer(tools, call),
  });
  return [
    {
      path: /^\/api\/rooms\/([^/]+)\/messages\/(\d{1,15})$/,
      DELETE: { act: "remove", answer: (call) => removeMessage(tools, call) },
    },
    {
      path: /^\/api\/rooms\/([^/]+)\/rules$/,
      GET: { act: "read", answer: (call) => readRules(tools, call) },
    },
    {
      path: /^\/api\/rooms\/([^/]+)\/lock$/,
      PUT: moderators((tools, call) => setLock(tools, call, true)),
      DELETE: moderators((tools, call) => setLock(tools, call, false)),
    },
    {
      path: /^\/api\/rooms\/([^/]+)\/slow$/,
      PUT: moderators((tools, call) => setSlow(tools, call, true)),
      DELETE: moderators((tools, call) => setSlow(tools, call, false)),
    },
    {
      path: /^\/api\/(?:rooms\/([^/]+)\/)?kick$/,
      POST: moderators(kick),
    },
    {
      path: /^\/api\/(?:rooms\/([^/]+)\/)?bans$/,
      GET: moderators(listBans),
      POST: moderators(ban),
      DELETE: moderators(unban),
    },
    {
      path: /^\/api\/(?:rooms\/([^/]+)\/)?announcements$/,
      POST: moderators(announce),
    },
    { path: /^\/api\/audit$/, GET: moderators(readAudit) },
  ];
}

/** The API of one server. */
export class Api {
  readonly #options: ApiOptions;
  readonly #listeners: Listeners;
  readonly #resources: readonly Resource[];

  constructor(options: ApiOptions) {
    const { hub, store, log, clock, ledger, slowMs, cursors } = options;
    this.#options = options;
    const listeners = new Listeners(options);
    this.#listeners = listeners;
    const storage = new Storage(store, hub.reads, log);
    const { rates = { settle() {} } } = options;
    const tools: Tools = {
      hub,
      storage,
      cursors,
      clock,
      ledger,
      slowMs,
      rates,
    };
    const exports = exportLimits();
    const imports = importLimits();
    this.#resources = [
      {
        path: /^\/api\/rooms$/,
        GET: { act: "read", answer: (call) => listRooms(tools, call) },
      },
      {
        path: /^\/api\/rooms\/([^/]+)\/messages$/,
        GET: { act: "read", answer: (call) => readMessages(tools, call) },
        POST: {
          act: "write",
          answer: (call) => publish(tools, call),
          counts: "publish",
        },
      },
      {
        path: /^\/api\/rooms\/([^/]+)\/events$/,
        GET: {
          act: "read",
          ticket: true,
          answer: (call) => openEvents(tools, listeners, call),
        },
      },
      {
        path: /^\/api\/rooms\/([^/]+)\/export$/,
        GET: {
          act: "read",
          answer: (call) => exportRoom(tools, call, { ...options, exports }),
        },
      },
      {
        path: /^\/api\/rooms\/([^/]+)\/import$/,
        POST: {
          act: "moderate",
          answer: (call) => importRoom(tools, call, imports),
        },
      },
      {
        path: /^\/api\/tickets$/,
        POST: {
          act: "read",
          answer: (call) => issueTicket(options.tickets, call),
        },
      },
      ...moderationResources(tools),
    ];
  }

  /** The current readers of events. */
  get readers(): readonly Reader[] {
    return this.#listeners.readers;
  }

  /**
   * Answers a request.
   *
   * @param request Any request below `/api`.
   * @param visit The client's address and the request's target.
   * @param exchange The exchange that the response belongs to.
   * @returns The response; never rejects.
   */
  async answer(
    request: Request,
    visit: Visit,
    exchange: Exchange,
  ): Promise<Response> {
    const origin = request.headers.get("origin") ?? undefined;
    const { origins } = this.#options;
    const isListed = origin !== undefined &&
      origins.allows(origin, visit.url.host);
    const answer = isPreflight(request) && isListed
      ? preflightAnswer(request)
      : await this.#answerOrSay(request, visit, exchange);
    return share(answer, isListed ? origin : undefined);
  }

  /** Stops all timers. */
  stop(): void {
    this.#listeners.stop();
  }

  async #answerOrSay(
    request: Request,
    visit: Visit,
    exchange: Exchange,
  ): Promise<Response> {
    try {
      return await this.#answer(request, visit, exchange);
    } catch (error) {
      const problem = problemOf(error);
      this.#options.hub.stats.refused.add(problem.code);
      if (problem.code === "internal") {
        this.#options.log.error("request failed", { error });
      }
      return problem.toResponse();
    }
  }

  async #answer(
    request: Request,
    visit: Visit,
    exchange: Exchange,
  ): Promise<Response> {
    const { hub, authorize, tickets, origins } = this.#options;
    const { url, address } = visit;
    if (isPreflight(request)) checkOrigin(request, url, origins);
    const { resource, name, rest } = this.#find(url.pathname);
    const action = actionOf(resource, request.method);
    if (action !== resource.GET) checkOrigin(request, url, origins);
    if (!hub.accepting) throw new HubbubError("stopping");
    const room = name === undefined ? undefined : roomOf(name);
    const { act } = action;
    const ticket = action.ticket && !request.headers.has("authorization")
      ? url.searchParams.get("ticket")
      : null;
    const token = ticket === null ? undefined : await tickets.redeem(
      ticket,
      proofOf(request.headers.get("last-event-id") ?? ""),
    );
    const permissions = await authorize(request, {
      act,
      room,
      address,
      token,
    });
    hub.sessionService.admit(
      { name: permissions.name, address },
      permissions,
      room,
    );
    const { user } = permissions;
    if (action.counts) {
      this.#options.pool?.charge(action.counts, { address, user });
    }
    return await action.answer({
      request,
      url,
      base: this.#options.base ?? "",
      address,
      room: room ?? "",
      rest,
      permissions,
      exchange,
      proof: ticket === null ? undefined : tickets.proof(ticket),
    });
  }

  #find(
    pathname: string,
  ): {
    resource: Resource;
    name: string | undefined;
    rest: string | undefined;
  } {
    for (const resource of this.#resources) {
      const match = resource.path.exec(pathname);
      if (match !== null) return { resource, name: match[1], rest: match[2] };
    }
    throw new Problem(
      "not_found",
      "Endpoint not found. GET /api/rooms lists the rooms; each has " +
        "/api/rooms/ROOM/messages, events, export and import, and for " +
        "moderators rules, lock, slow, kick, bans and announcements",
    );
  }
}

/** @throws {Problem} `method_not_allowed`, with the allowed methods. */
function actionOf(resource: Resource, method: string): Action {
  const name = method === "HEAD" ? "GET" : method;
  const wanted = METHODS.find((known) => known === name);
  const action = wanted && resource[wanted];
  if (action !== undefined) return action;
  const allow = METHODS.filter((known) => resource[known] !== undefined)
    .flatMap((known) => known === "GET" ? [known, "HEAD"] : known).join(", ");
  throw new Problem(
    "method_not_allowed",
    `Method ${method} is not allowed. Use ${allow}`,
    { headers: { allow } },
  );
}

/** @throws {HubbubError} `bad_room`. */
function roomOf(segment: string): string {
  try {
    return checkRoom(decodeURIComponent(segment));
  } catch (error) {
    throw error instanceof URIError ? new HubbubError("bad_room") : error;
  }
}
