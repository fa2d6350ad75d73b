/** Counts a WebSocket in the ledger: open, then closing, then gone. */

import type { Release, ResourceLedger } from "../runtime/resource_ledger.ts";

/** One WebSocket in the ledger, from its opening on. */
export class SocketCount {
  readonly #ledger: Pick<ResourceLedger, "open">;
  #release: Release;
  #isClosing = false;

  /** @param ledger Where it counts as a `socket` from now on. */
  constructor(ledger: Pick<ResourceLedger, "open">) {
    this.#ledger = ledger;
    this.#release = ledger.open("socket");
  }

  /** Counts it as `socket_closing`: the server has closed it. Idempotent. */
  closing(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#release();
    this.#release = this.#ledger.open("socket_closing");
  }

  /** Counts it no more: its connection has ended. */
  gone(): void {
    this.#isClosing = true;
    this.#release();
  }
}
