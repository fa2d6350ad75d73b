/**
 * Delivers the operator's token of an open server: in a private file beside the
 * database, for scripts, and as a link to the page, in terminals only. Logs are
 * shipped elsewhere, so the token is never logged.
 */

import { readRedisAddress } from "../store/addresses.ts";
import type { Logger } from "../runtime/logger.ts";
import { removeFile, writeSecret } from "../runtime/secret_file.ts";

/** Options of {@linkcode operatorNotice}. */
export interface OperatorNoticeOptions {
  /** Undefined if the server requires access tokens. */
  readonly token: string | undefined;
  /** The address of the store. */
  readonly store: string;
  /** The address of the chat page. */
  readonly page: URL;
  /** Whether output goes to a terminal and is not stored. */
  readonly terminal: boolean;
  readonly log: Logger;
}

/**
 * Returns the file of a store's operator token. Each store has its own file, so
 * that servers do not overwrite each other's tokens.
 *
 * @param store Its address, such as `sqlite:./data/hubbub.db`.
 * @param page The address of the chat page: stores in memory have a file per
 * port.
 * @returns A path beside the database, or in the folder `data`.
 */
export function operatorFile(store: string, page: URL): string {
  const path = /^(?:sqlite|kv):(.+)$/.exec(store)?.[1];
  return `${path ?? `data/hubbub.${placeOf(store, page)}`}.operator-token`;
}

/** Returns what distinguishes a store without a file of its own. */
function placeOf(store: string, page: URL): string {
  if (store === "memory:") {
    const usual = page.protocol === "https:" ? "443" : "80";
    return `memory-${page.port || usual}`;
  }
  const redis = readRedisAddress(store);
  if (redis === undefined) return store.replace(/[^a-z]+/gi, "");
  const { hosts, name, database } = redis;
  return ["redis", ...hosts, ...(name === undefined ? [] : [name]), database]
    .join("-").replace(/[^\w.-]+/g, "_");
}

/** Removes the file of a store in memory. */
export async function forgetOperator(store: string, page: URL): Promise<void> {
  if (store !== "memory:") return;
  await removeFile(operatorFile(store, page)).catch(() => {});
}

/**
 * Writes the file and logs its path, or removes an obsolete one.
 *
 * @returns A line for the terminal; undefined if nothing should be printed.
 */
export async function operatorNotice(
  { token, store, page, terminal, log }: OperatorNoticeOptions,
): Promise<string | undefined> {
  const path = operatorFile(store, page);
  if (token === undefined) {
    await removeFile(path).catch(() => {});
    return undefined;
  }
  try {
    await writeSecret(path, token);
    log.info("moderate with the token in this file", { path });
  } catch (error) {
    log.warn("operator token not written", { path, error: String(error) });
  }
  return terminal ? `Moderate: ${new URL(`#token=${token}`, page)}` : undefined;
}
