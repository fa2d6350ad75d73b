/** Builds the page bundles for tests that run without their task. */

import { buildPages, needsBuild } from "../../server/http/page_build.ts";

const ROOT = new URL("../../", import.meta.url);

let built: Promise<void> | undefined;

async function build(): Promise<void> {
  if (!await needsBuild(ROOT)) return;
  // Parallel tests wait for one build.
  Deno.mkdirSync(".tmp", { recursive: true });
  using lock = await Deno.open(".tmp/build.lock", {
    create: true,
    write: true,
  });
  await lock.lock(true);
  if (await needsBuild(ROOT)) await buildPages(ROOT);
}

/** Builds the pages, unless they are newer than their sources.
 *
 * @throws {Error} In one line, where this process may not: run the task.
 */
export function builtPages(): Promise<void> {
  return built ??= build().catch((error) => {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Error("The pages are not built: run deno task build");
  });
}
