/** Files with a secret in them, for the user alone that runs the server. */

import { dirname } from "node:path";

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Writes a line to a file that nobody else may read. What was there is thrown
 * away, so that its mode, or where it linked to, does not count.
 *
 * @param path Its folder is made if it is not there.
 * @param line Without a line break.
 * @throws {Error} When that cannot be.
 */
export async function writeSecret(path: string, line: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await removeFile(path);
  await Deno.writeTextFile(path, `${line}\n`, { createNew: true, mode: 0o600 });
}
