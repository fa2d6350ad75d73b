/** The sources in another place, with nothing built or kept. */

import { join } from "node:path";
import type { TempFolder } from "../helpers/temp.ts";

/** What the program needs of them. */
const PARTS = [
  "client",
  "deno.json",
  "deno.lock",
  "main.ts",
  "protocol",
  "server",
  "static",
  "tools",
  "types",
];

function copy(from: string, to: string): void {
  if (Deno.statSync(from).isFile) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) {
    // What is built is to be built again.
    if (name !== "dist") copy(join(from, name), join(to, name));
  }
}

/** Copies what the program needs into a folder. */
export function copySources(folder: Pick<TempFolder, "file">): void {
  for (const part of PARTS) copy(part, folder.file(part));
}
