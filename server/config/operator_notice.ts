/**
 * Where whoever runs an open server finds the token to moderate with: in a file
 * beside the database that nobody else can read, for scripts; and as a link to
 * the page, in a terminal alone. Logs are shipped elsewhere, so no log has it.
 */

import { readRedisAddress } from "../store/addresses.ts";
import type { Logger } from "../runtime/logger.ts";
import { removeFile, writeSecret } from "../runtime/secret_file.ts";

/** What {@linkcode operatorNotice} needs. */
export interface OperatorNoticeOptions {
  /** Undefined where there is none: where tokens are asked for. */
  readonly token: string | undefined;
  /** The address of the store. */
  readonly store: string;
  /** The address of the chat page. */
  readonly page: URL;
  /** Whether people see what is printed, and nobody keeps it. */
  readonly terminal: boolean;
  readonly log: Logger;
}

/**
 * Says where the token of a store is kept. Each store has a file of its own, so
 * that no server overwrites the token of another one.
 *
 * @param store Its address, such as `sqlite:./data/hubbub.db`.
 * @param page The address of the chat page: of stores in memory, each port has
 * one.
 * @returns A path: beside the database, or in the folder `data`.
 */
export function operatorFile(store: string, page: URL): string {
  const path = /^(?:sqlite|kv):(.+)$/.exec(store)?.[1];
  return `${path ?? `data/hubbub.${placeOf(store, page)}`}.operator-token`;
}

/** What tells a store that has no file of its own from others. */
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

/** Removes the file of a store that ends with the process. */
export async function forgetOperator(store: string, page: URL): Promise<void> {
  if (store !== "memory:") return;
  await removeFile(operatorFile(store, page)).catch(() => {});
}

/**
 * Writes the file and logs where it is, or removes one that no longer counts.
 *
 * @returns A line for the terminal; undefined where nothing is to be printed.
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
