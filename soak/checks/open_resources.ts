/** What a server has open, and holds for its clients, as `/metrics` tells it:
 * when they are gone, it is what it was before they came. */

/** Counts by metric and kind. */
export type OpenResources = ReadonlyMap<string, number>;

/** Between two looks, milliseconds. */
const LOOK_MS = 200;

/**
 * Asks a server for its ledger.
 *
 * @param port Where it listens, on 127.0.0.1.
 */
export async function readOpenResources(port: number): Promise<OpenResources> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  // But for what open rooms keep of their messages, and HTTP connections: clients keep them for a next request, and the
  // server for 75 seconds.
  const samples = text.matchAll(
    /^(hubbub_(?:open|held_bytes)\{kind="(?!(?:connection|room)")\w+"\}) (\d+)$/gm,
  );
  return new Map(
    Array.from(samples, ([, name = "", value]) => [name, Number(value)]),
  );
}

/** What there is more, or less, of than before, in words; empty if nothing. */
export function difference(
  before: OpenResources,
  after: OpenResources,
): string {
  return [...after].filter(([name, value]) => value !== before.get(name))
    .map(([name, value]) => `${name} ${value}, not ${before.get(name)}`)
    .join("; ");
}

/**
 * Waits for a server to have open again what it had before.
 *
 * @param port Where it listens, on 127.0.0.1.
 * @param options What it had, and how long it may take, milliseconds.
 * @returns What is still otherwise then; empty if nothing is.
 */
export async function resourcesReturn(
  port: number,
  { before, ms }: { before: OpenResources; ms: number },
): Promise<string> {
  const end = Date.now() + ms;
  while (true) {
    const left = difference(before, await readOpenResources(port));
    if (left === "" || Date.now() > end) return left;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
