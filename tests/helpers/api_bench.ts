/** The API on a bench: a hub with a held store behind it, no network. */

import { Api, type ApiOptions } from "../../server/api/api.ts";
import { createLogger } from "../../server/log.ts";
import { ResourceLedger } from "../../server/observability/resource_ledger.ts";
import { Origins } from "../../server/origins.ts";
import { HubBench } from "./hub_bench.ts";

/** How a request differs from a plain GET from this machine. */
export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly address?: string;
}

/** The form of everything the API answers with JSON. */
// deno-lint-ignore no-explicit-any -- tests know what they expect
export type Answer = Record<string, any>;

/** One API. */
export class ApiBench {
  readonly bench = new HubBench();
  readonly logged: string[] = [];
  readonly ledger = new ResourceLedger();
  readonly api: Api;

  constructor(options: Partial<ApiOptions> = {}) {
    const { hub, store, clock } = this.bench;
    const log = createLogger({
      level: "error",
      pretty: true,
      now: () => 0,
      write: (line) => this.logged.push(line),
    });
    this.api = new Api({
      hub,
      store,
      clock,
      log,
      ledger: this.ledger,
      origins: new Origins([], log),
      slowMs: 30_000,
      ...options,
    });
  }

  /** Asks, and lets happen what the answer waits for. */
  async ask(
    path: string,
    { method = "GET", headers = {}, body, address = "127.0.0.1" }: AskOptions =
      {},
  ): Promise<Response> {
    const url = new URL(path, "http://127.0.0.1:8000");
    const request = new Request(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    let answered = false;
    const answer = this.api.answer(request, { url, address })
      .finally(() => answered = true);
    while (!answered) {
      await this.bench.turn();
      // Bodies are read in turns of the real event loop.
      await new Promise<void>((done) => setImmediate(done));
    }
    return await answer;
  }
}
