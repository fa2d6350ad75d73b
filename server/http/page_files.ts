/**
 * Loads the page files at startup and serves them from memory with content-hash
 * ETags.
 */

import { contentType } from "@std/media-types";
import { type Asset, assetOf, hash } from "../runtime/asset.ts";
import { rebased } from "./base_path.ts";

/** Page files by name, such as `chat.css`. */
export type Assets = ReadonlyMap<string, Asset>;

/** Files of `static/` that are served; sources and settings are not. */
const SERVED = /\.(html|css|js|svg|png|ico|webmanifest)$/;

/** The service worker of the chat page. */
const WORKER = "service_worker.js";

/**
 * Writes the build ID into pages, scripts and styles. A changed byte makes
 * browsers update the service worker and its cache.
 */
async function nameBuild(assets: Map<string, Asset>): Promise<void> {
  const encoder = new TextEncoder();
  const etags = [...assets.values()].map(({ etag }) => etag).sort().join();
  const build = await hash(encoder.encode(etags));
  for (const [name, asset] of assets) {
    const text = stamped(name, new TextDecoder().decode(asset.body), build);
    if (text === undefined) continue;
    assets.set(name, await assetOf(encoder.encode(text), asset.type));
  }
}

/**
 * Writes the build ID into a file that belongs to a page. A page with parts of
 * two builds detects that (static/build_check.ts).
 */
function stamped(
  name: string,
  text: string,
  build: string,
): string | undefined {
  if (name === WORKER) return `const BUILD="${build}";\n${text}`;
  if (PAGES.includes(name)) {
    return text.replace("<html", `<html data-build="${build}"`);
  }
  if (SCRIPTS.includes(name)) {
    return `globalThis.hubbubBuild="${build}";\n${text}`;
  }
  if (WORDS.test(name)) {
    return `globalThis.hubbubWordsBuild="${build}";\n${text}`;
  }
  return name === "chat.css" || name === "lab.css"
    ? `:root{--build:"${build}"}\n${text}`
    : undefined;
}

/** The scripts of the pages. */
const SCRIPTS = ["chat.js", "lab.js", "lessons.js"];

/** The words of the pages in one language, such as `de.js`. */
const WORDS = /^[a-z]{2}\.js$/;

/** Pages that need their scripts. */
const PAGES = ["index.html", "lab.html"];

const UNBUILT = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Hubbub</title>
  <p>The pages are not built. Run <code>deno task build</code>, then restart
    the server.</p>
</html>
`;

/** Returns whether the bundles exist. */
export function areBuilt(assets: Assets): boolean {
  return assets.has("chat.js") && assets.has("lab.js");
}

/** Returns the files with pages that say that the bundles are missing. */
export async function unbuilt(assets: Assets): Promise<Assets> {
  const page = await assetOf(
    new TextEncoder().encode(UNBUILT),
    "text/html; charset=UTF-8",
  );
  return new Map([...assets, ...PAGES.map((name) => [name, page] as const)]);
}

/** Files that contain paths of other files. */
const NAMING = /\.(html|webmanifest)$/;

async function read(
  directory: URL,
  { base, into }: { base: string; into: Map<string, Asset> },
): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile || !SERVED.test(name)) continue;
    const file = new URL(name, directory);
    const body = base !== "" && NAMING.test(name)
      ? new TextEncoder().encode(rebased(await Deno.readTextFile(file), base))
      : await Deno.readFile(file);
    const type = contentType(name.slice(name.lastIndexOf("."))) ??
      "application/octet-stream";
    into.set(name, await assetOf(body, type));
  }
}

/**
 * Reads the page files: static sources and the bundles in `dist/`.
 *
 * @param directory URL of the `static/` folder, with a trailing slash.
 * @param base The base path of the pages, such as `/chat`.
 * @returns The files; without bundles when these were not built.
 */
export async function readAssets(
  directory: URL,
  base = "",
): Promise<Assets> {
  const assets = new Map<string, Asset>();
  await read(directory, { base, into: assets });
  try {
    await read(new URL("dist/", directory), { base, into: assets });
    await read(new URL("dist/words/", directory), { base, into: assets });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await nameBuild(assets);
  return assets;
}
