/** Prints the results and errors of the tools. */

/**
 * Prints a tool's result. Exits with code 1 if the write fails, for example on a
 * full disk.
 *
 * @param tool The tool's name, for the error.
 * @param text The result.
 */
export function print(tool: string, text: string): void {
  try {
    console.log(text);
  } catch (error) {
    complain(tool, `Cannot print: ${(error as Error).message}`);
    Deno.exit(1);
  }
}

/**
 * Prints an error to stderr; ignores a failed write.
 *
 * @param tool The tool's name.
 * @param message The problem and its solution.
 */
export function complain(tool: string, message: string): void {
  try {
    console.error(`${tool}: ${message}`);
  } catch {
    // The exit code reports the error too.
  }
}
