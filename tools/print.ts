/** What the tools print: a line, or one that says why it cannot be printed. */

/**
 * Prints what a tool was asked for. Ends the process with code 1 where that
 * cannot be done, as on a full disk.
 *
 * @param tool The tool's name, for the complaint.
 * @param text What to print.
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
 * Says what went wrong, if anybody can hear it.
 *
 * @param tool The tool's name.
 * @param message What is wrong and what to do.
 */
export function complain(tool: string, message: string): void {
  try {
    console.error(`${tool}: ${message}`);
  } catch {
    // The exit code says it too.
  }
}
