/**
 * Finds the Redis that accepts writes by asking Sentinels
 * (https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/).
 */

import { createClient } from "redis";
import { readRedisAddress } from "../addresses.ts";

/** Timeout per Sentinel in milliseconds: others can answer. */
const SENTINEL_MS = 1_000;

/**
 * Finds the Redis that takes writes.
 *
 * @returns Its address, as the client takes it.
 * @throws When no Sentinel knows it.
 */
export async function locate(address: string): Promise<string> {
  const read = readRedisAddress(address);
  if (read?.name === undefined) return address;
  const { scheme, login, hosts, name, database } = read;
  const problems: string[] = [];
  for (const host of hosts) {
    try {
      const found = await askSentinel(`${scheme}://${host}`, name);
      return `${scheme}://${login}${found}/${database}`;
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `No Sentinel tells where "${name}" is: ${problems.join("; ")}`,
  );
}

/** The `HOST:PORT` that a Sentinel gives for a name. */
async function askSentinel(url: string, name: string): Promise<string> {
  const sentinel = createClient({
    url,
    disableClientInfo: true,
    maintNotifications: "disabled",
    socket: { reconnectStrategy: false, connectTimeout: SENTINEL_MS },
    commandOptions: { timeout: SENTINEL_MS },
  });
  // Without a listener an error would end the process.
  sentinel.on("error", () => {});
  try {
    await sentinel.connect();
    const reply = await sentinel.sendCommand<[string, string] | null>(
      ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name],
    );
    if (reply === null) {
      throw new Error(`${url} knows no "${name}"`);
    }
    const [host, port] = reply;
    return `${host.includes(":") ? `[${host}]` : host}:${port}`;
  } finally {
    if (sentinel.isOpen) sentinel.destroy();
  }
}
