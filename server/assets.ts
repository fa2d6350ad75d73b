/**
 * The files of the pages: read at the start, served from memory, revalidated
 * by a hash of their content.
 */

import { contentType } from "@std/media-types";

/** A file to serve. */
export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** A validator for conditional requests (RFC 9110, 8.8.3). */
  readonly etag: string;
}

/** Files of the pages by name, such as `chat.css`. */
export type Assets = ReadonlyMap<string, Asset>;

/** What of `static/` is served; sources and settings are not. */
const SERVED = /\.(html|css|js|svg|png|ico|webmanifest)$/;

async function read(directory: URL, into: Map<string, Asset>): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile || !SERVED.test(name)) continue;
    const body = await Deno.readFile(new URL(name, directory));
    const digest = await crypto.subtle.digest("SHA-256", body);
    into.set(name, {
      body,
      type: contentType(name.slice(name.lastIndexOf("."))) ??
        "application/octet-stream",
      etag: `"${new Uint8Array(digest).slice(0, 12).toHex()}"`,
    });
  }
}

/**
 * Reads the pages' files: what is written by hand, and the bundles in `dist/`.
 *
 * @param directory The `static/` folder, its address ending with a slash.
 * @returns The files; without the bundles when these were not built.
 */
export async function readAssets(directory: URL): Promise<Assets> {
  const assets = new Map<string, Asset>();
  await read(directory, assets);
  try {
    await read(new URL("dist/", directory), assets);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return assets;
}
