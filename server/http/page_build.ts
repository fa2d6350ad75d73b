/**
 * Checks whether the page bundles are current, and builds them. `deno task
 * start` builds first; this covers `deno run` and `deno test` from a fresh
 * clone. Building needs all permissions.
 */

import { systemClock } from "../runtime/clock.ts";

/** A bundle that every build writes. */
const BUNDLE = "static/dist/chat.js";
/** Sources of the bundles, as in the task `build`. */
const SOURCES = ["static", "client", "protocol"];
const SOURCE = /\.(tsx?|css)$/;

/** Returns a file's modification time in milliseconds since 1970; 0 if it is
 * missing. */
async function writtenAt(file: URL): Promise<number> {
  try {
    return (await Deno.stat(file)).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

async function newestIn(folder: URL): Promise<number> {
  let newest = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name === "dist") continue;
    const at = isDirectory
      ? await newestIn(new URL(`${name}/`, folder))
      : SOURCE.test(name)
      ? await writtenAt(new URL(name, folder))
      : 0;
    newest = Math.max(newest, at);
  }
  return newest;
}

/**
 * Returns whether the bundles are missing or older than their sources.
 *
 * @param root URL of the folder of `main.ts`, with a trailing slash.
 */
export async function needsBuild(root: URL): Promise<boolean> {
  const built = await writtenAt(new URL(BUNDLE, root));
  if (built === 0) return true;
  for (const folder of SOURCES) {
    if (await newestIn(new URL(`${folder}/`, root)) > built) return true;
  }
  return false;
}

/**
 * Runs `deno task build`.
 *
 * @param root URL of the folder of `main.ts`, with a trailing slash.
 * @throws {Error} With the task's output when it fails.
 */
export async function buildPages(root: URL): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "build"],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  // The task does not write files that differ only in their dates.
  const now = systemClock.now() / 1000;
  try {
    await Deno.utime(new URL(BUNDLE, root), now, now);
  } catch (error) {
    // Without permission, the next start checks again.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}

/** Builds the pages if needed and permitted. */
export async function buildIfNeeded(root: URL): Promise<void> {
  for (const name of ["run", "write", "read"] as const) {
    const { state } = await Deno.permissions.query({ name });
    if (state !== "granted") return;
  }
  if (await needsBuild(root)) await buildPages(root);
}
