/** Running Python code that uses the package `websockets`. */

/** Debian's own, which gets Debian's packages. */
export const PYTHON = "/usr/bin/python3";

/** Whether there is a Python with the package. */
export async function hasPython(): Promise<boolean> {
  try {
    const args = ["-c", "import websockets"];
    const { success } = await new Deno.Command(PYTHON, {
      args,
      stderr: "null",
    }).output();
    return success;
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
  const { success, stdout, stderr } = await new Deno.Command(PYTHON, {
    args: ["-c", code],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Python failed: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trimEnd().split("\n");
}
