/** Running Python code that uses the package `websockets`. */

import { run } from "../../helpers/programs/run.ts";

/** Debian's own, which gets Debian's packages. */
export const PYTHON = "/usr/bin/python3";

/** Whether there is a Python with the package. */
export async function hasPython(): Promise<boolean> {
  try {
    return (await run([PYTHON, "-c", "import websockets"])).code === 0;
  } catch {
    return false;
  }
}

/**
 * Runs code to its end.
 *
 * @param code A whole script.
 * @returns The lines it prints.
 * @throws {Error} With what it complains about, when it fails.
 */
export async function runPython(code: string): Promise<string[]> {
  const ended = await run([PYTHON, "-c", code]);
  if (ended.code !== 0) throw new Error(`Python failed: ${ended.stderr}`);
  return ended.stdout.trimEnd().split("\n");
}
