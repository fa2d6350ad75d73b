/** Tracks a WebSocket in the ledger: open, then closing, then gone. */

import type { Release, ResourceLedger } from "../runtime/resource_ledger.ts";

/** One WebSocket in the ledger, since it opened. */
export class SocketCount {
  readonly #ledger: Pick<ResourceLedger, "open">;
  #release: Release;
  #isClosing = false;

  /** @param ledger Counts it as a `socket` from now on. */
  constructor(ledger: Pick<ResourceLedger, "open">) {
    this.#ledger = ledger;
    this.#release = ledger.open("socket");
  }

  /** Counts it as `socket_closing` after the server closed it; idempotent. */
  closing(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#release();
    this.#release = this.#ledger.open("socket_closing");
  }

  /** Removes it after its connection ended. */
  gone(): void {
    this.#isClosing = true;
    this.#release();
  }
}
