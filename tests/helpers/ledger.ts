/** That a server has nothing open in the end that it had not at first. */

import { assertEquals } from "@std/assert";
import type { LedgerSnapshot } from "../../server/runtime/resource_ledger.ts";

/** How long the end of what was opened may take: peers answer in their time. */
const MOST_MS = 10_000;
/** Between two looks. */
const LOOK_MS = 5;

/** A server in this process, or a bench. */
interface Counted {
  readonly ledger: LedgerSnapshot;
}

/** How it is compared. */
export interface LedgerOptions {
  /** Whether connections have ended too: `fetch` keeps them for a next request,
   * so by default they need not. */
  readonly connections?: boolean;
}

/**
 * Runs something, and requires that the ledger returns to where it was before.
 *
 * @param server Whose ledger.
 * @param act Opens whatever it likes, and ends it from its side.
 * @throws {AssertionError} With both states, when it does not return in time.
 */
export async function ledgerReturns(
  server: Counted,
  act: () => unknown,
  options: LedgerOptions = {},
): Promise<void> {
  const before = server.ledger;
  await act();
  await ledgerIs(server, before, options);
}

/** Waits until the ledger is as it was once; fails when it does not get so. */
export async function ledgerIs(
  server: Counted,
  wanted: LedgerSnapshot,
  { connections = false }: LedgerOptions = {},
): Promise<void> {
  const end = performance.now() + MOST_MS;
  const now = (): LedgerSnapshot => {
    const { open, held } = server.ledger;
    const { connection } = (connections ? server.ledger : wanted).open;
    return { open: { ...open, connection }, held };
  };
  const words = JSON.stringify(wanted);
  while (JSON.stringify(now()) !== words && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  assertEquals(now(), wanted);
}
