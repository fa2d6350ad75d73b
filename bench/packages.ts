/**
 * The peers' packages, exact versions from the npm registry, in a directory of
 * their own: the project itself depends on none of them.
 */

import { execute } from "./processes.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const DIRECTORY = `${ROOT}.tmp/bench/packages`;
/** Where Hubbub as it was at another commit is put. */
export const BEFORE = `${ROOT}.tmp/bench/before`;

/** Bun's program itself; the package `bun` only finds it. */
const BUN = `@oven/bun-${Deno.build.os === "darwin" ? "darwin" : "linux"}-${
  Deno.build.arch === "aarch64" ? "aarch64" : "x64"
}`;

const DEPENDENCIES = {
  [BUN]: "1.4.5",
  ws: "8.23.0",
  // Recommended for speed by the docs of ws and Socket.IO.
  bufferutil: "4.1.0",
  "socket.io": "4.8.4",
  "@socket.io/redis-adapter": "8.3.0",
  redis: "6.3.1",
};

/** Where Node's `require` finds them. */
export const NODE_MODULES = `${DIRECTORY}/node_modules`;
/** Bun's program. */
export const BUN_PROGRAM = `${NODE_MODULES}/${BUN}/bin/bun`;

/** Installs missing packages. */
export async function installPackages(): Promise<void> {
  const manifest = JSON.stringify({
    private: true,
    dependencies: DEPENDENCIES,
  });
  const path = `${DIRECTORY}/package.json`;
  const installed = `${DIRECTORY}/installed`;
  if (await read(installed) === manifest) return;
  await Deno.mkdir(DIRECTORY, { recursive: true });
  await Deno.writeTextFile(path, manifest);
  await execute({
    command: Deno.execPath(),
    args: ["install", "--quiet", "--node-modules-dir=auto"],
    cwd: DIRECTORY,
  });
  await Deno.writeTextFile(installed, manifest);
}

/** Puts the files of a commit where they can be run beside the present ones. */
export async function unpack(commit: string): Promise<void> {
  await Deno.remove(BEFORE, { recursive: true }).catch(() => {});
  await Deno.mkdir(BEFORE, { recursive: true });
  const tar = `${BEFORE}.tar`;
  await execute({
    command: "git",
    args: ["archive", `--output=${tar}`, commit],
    cwd: ROOT,
  });
  await execute({ command: "tar", args: ["-xf", tar, "-C", BEFORE] });
  await Deno.remove(tar);
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return undefined;
  }
}
