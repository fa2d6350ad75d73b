/**
 * The API for scripts: from a request to the resource it is about, past
 * everything that may refuse it. Whatever goes wrong on the way is answered as
 * a problem; nothing is thrown.
 */

import { HubbubError } from "../../protocol/errors.ts";
import { checkRoom } from "../../protocol/names.ts";
import type { Clock } from "../clock.ts";
import type { Visit } from "../forwarded.ts";
import type { Hub } from "../hub.ts";
import { Buckets } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Origins } from "../origins.ts";
import type { Reader } from "../session.ts";
import type { Store } from "../store/store.ts";
import { type Authorize, checkOrigin, openToAll } from "./access.ts";
import type { Right } from "../../protocol/rights.ts";
import type { Call, Tools } from "./call.ts";
import { openEvents } from "./events.ts";
import { exportRoom } from "./export.ts";
import { importRoom } from "./import.ts";
import { Listeners } from "./listeners.ts";
import { readMessages } from "./messages.ts";
import { Problem, problemOf } from "./problem.ts";
import { publish } from "./publish.ts";
import { listRooms } from "./rooms.ts";
import { Storage } from "./storage.ts";

/** Addresses whose rate is kept in mind. */
const MOST_ADDRESSES = 10_000;

/** What {@linkcode Api} needs. */
export interface ApiOptions {
  readonly hub: Hub;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Which pages may change anything. */
  readonly origins: Origins;
  /** Counts a reader by its address, or throws; gives what ends that. */
  readonly admit?: (address: string) => () => void;
  /** Milliseconds a reader of events may make no progress. */
  readonly slowMs: number;
  /** Who may do what; everyone may read and write when it is left out. */
  readonly authorize?: Authorize;
}

/** What can be done with a resource by one method. */
interface Action {
  readonly right: Right;
  readonly answer: (call: Call) => Promise<Response>;
}

/** A path, and its methods. */
interface Resource {
  /** Its first group is a room's name. */
  readonly path: RegExp;
  readonly GET?: Action;
  readonly POST?: Action;
}

/** The API of one server. */
export class Api {
  readonly #options: ApiOptions;
  readonly #listeners: Listeners;
  readonly #resources: readonly Resource[];

  constructor(options: ApiOptions) {
    const { hub, store, clock, log } = options;
    this.#options = options;
    const listeners = new Listeners(options);
    this.#listeners = listeners;
    const tools: Tools = { hub, clock, storage: new Storage(store, log) };
    const { rate } = hub.limits;
    const buckets = new Buckets({
      perSecond: rate,
      burst: rate * 3,
      most: MOST_ADDRESSES,
    });
    this.#resources = [
      {
        path: /^\/api\/rooms$/,
        GET: { right: "read", answer: (call) => listRooms(tools, call) },
      },
      {
        path: /^\/api\/rooms\/([^/]+)\/messages$/,
        GET: { right: "read", answer: (call) => readMessages(tools, call) },
        POST: {
          right: "write",
          answer: (call) => publish(tools, buckets, call),
        },
      },
      {
        path: /^\/api\/rooms\/([^/]+)\/events$/,
        GET: { right: "read", answer: (call) => openEvents(listeners, call) },
      },
      {
        path: /^\/api\/rooms\/([^/]+)\/export$/,
        GET: { right: "read", answer: (call) => exportRoom(tools, call) },
      },
      {
        path: /^\/api\/rooms\/([^/]+)\/import$/,
        POST: { right: "moderate", answer: (call) => importRoom(tools, call) },
      },
    ];
  }

  /** Those who read events now. */
  get readers(): readonly Reader[] {
    return this.#listeners.readers;
  }

  /**
   * Answers a request.
   *
   * @param request Any request below `/api`.
   * @param visit Where it goes and where it comes from.
   * @returns The answer; never a rejection.
   */
  async answer(request: Request, visit: Visit): Promise<Response> {
    try {
      return await this.#answer(request, visit);
    } catch (error) {
      const problem = problemOf(error);
      this.#options.hub.stats.refused.add(problem.code);
      if (problem.code === "internal") {
        this.#options.log.error("request failed", { error });
      }
      return problem.toResponse();
    }
  }

  /** Stops what is to happen later. */
  stop(): void {
    this.#listeners.stop();
  }

  async #answer(request: Request, visit: Visit): Promise<Response> {
    const { hub, authorize = openToAll } = this.#options;
    const { url, address } = visit;
    const { resource, name } = this.#find(url.pathname);
    const action = actionOf(resource, request.method);
    if (action === resource.POST) {
      checkOrigin(request, url, this.#options.origins);
    }
    if (!hub.accepting) throw new HubbubError("stopping");
    const room = name === undefined ? undefined : roomOf(name);
    const { right } = action;
    const grant = await authorize(request, { right, room, address });
    const call = { request, url, address, room: room ?? "", grant };
    return await action.answer(call);
  }

  #find(pathname: string): { resource: Resource; name: string | undefined } {
    for (const resource of this.#resources) {
      const match = resource.path.exec(pathname);
      if (match !== null) return { resource, name: match[1] };
    }
    throw new Problem(
      "not_found",
      "There is nothing here. GET /api/rooms lists the rooms; each has " +
        "/api/rooms/ROOM/messages, events, export and import",
    );
  }
}

/** @throws {Problem} `method_not_allowed`, with those that are. */
function actionOf({ GET, POST }: Resource, method: string): Action {
  if (GET !== undefined && (method === "GET" || method === "HEAD")) return GET;
  if (POST !== undefined && method === "POST") return POST;
  const methods = [
    ...(GET === undefined ? [] : ["GET", "HEAD"]),
    ...(POST === undefined ? [] : ["POST"]),
  ];
  const allow = methods.join(", ");
  throw new Problem(
    "method_not_allowed",
    `${method} is not possible here. Possible are ${allow}`,
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
