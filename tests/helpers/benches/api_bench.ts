/** The API on a bench: a hub with a held store behind it, no network. */

import { Api, type ApiOptions } from "../../../server/http/api/api.ts";
import { createLogger } from "../../../server/runtime/logger.ts";
import { PacedBodies } from "../../../server/http/paced_body.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { byToken } from "../../../server/http/api/access.ts";
import { SealedNames } from "../../../server/auth/sealed_names.ts";
import { Tickets } from "../../../server/auth/tickets.ts";
import { Authority } from "../../../server/auth/authenticator.ts";
import { Origins } from "../../../server/http/origin_policy.ts";
import { HubBench } from "./hub_bench.ts";

const OPERATOR = "operator";

/** How a request differs from a plain GET by the operator. */
export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  /** Where somebody asks who is not the operator. */
  readonly address?: string;
}

/** The form of everything the API answers with JSON. */
// deno-lint-ignore no-explicit-any -- tests know what they expect
export type Answer = Record<string, any>;

/** One API. */
export class ApiBench {
  readonly bench: HubBench;
  readonly logged: string[] = [];
  readonly ledger = new ResourceLedger();
  readonly api: Api;
  /** Whether it asks nobody for a token. */
  readonly #isOpen: boolean;

  constructor(
    options: Partial<ApiOptions> = {},
    bench: HubBench = new HubBench(),
  ) {
    this.bench = bench;
    const { hub, store, clock } = this.bench;
    const log = createLogger({
      level: "error",
      pretty: true,
      now: () => 0,
      write: (line) => this.logged.push(line),
    });
    this.#isOpen = options.authorize === undefined;
    this.api = new Api({
      hub,
      store,
      clock,
      log,
      ledger: this.ledger,
      bodies: new PacedBodies({ clock, ledger: this.ledger, slowMs: 30_000 }),
      origins: new Origins([], log),
      slowMs: 30_000,
      tickets: new Tickets(new Uint8Array(32), clock),
      cursors: new SealedNames(new Uint8Array(32)),
      authorize: byToken(Authority.open(OPERATOR)),
      ...options,
    });
  }

  /** Asks, and lets happen what the answer waits for. */
  async ask(
    path: string,
    { method = "GET", headers = {}, body, address }: AskOptions = {},
  ): Promise<Response> {
    const url = new URL(path, "http://127.0.0.1:8000");
    const isOperator = this.#isOpen && address === undefined;
    const request = new Request(url, {
      method,
      headers: {
        ...(isOperator && { authorization: `Bearer ${OPERATOR}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    let answered = false;
    const exchange = { done: Promise.resolve(), handOver() {} };
    const visit = { url, address: address ?? "127.0.0.1" };
    const answer = this.api.answer(request, visit, exchange)
      .finally(() => answered = true);
    while (!answered) {
      await this.bench.turn();
      // Bodies are read in turns of the real event loop.
      await new Promise<void>((done) => setImmediate(done));
    }
    return await answer;
  }
}
