/** Runs commands to their end, tasks of deno.json with exactly their own
 * permissions. */

/** How a command has ended. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command that reads nothing.
 *
 * @param command The program and what comes behind it.
 * @param options What else `Deno.Command` takes.
 * @returns Its exit code and what it printed.
 * @throws {Deno.errors.NotFound} When there is no such program.
 */
export async function run(
  [program = "", ...args]: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Promise<Output> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    stdin: "null",
    ...options,
    args,
    env: { NO_COLOR: "1", ...options.env },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/**
 * The command of a task.
 *
 * @param name A task that is one call of `deno`.
 * @returns What comes after `deno`.
 */
export function taskCommand(name: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync("deno.json"));
  const [deno, ...words] = String(tasks[name].command).split(" ");
  if (deno !== "deno") throw new Error(`deno task ${name} runs "${deno}"`);
  return words;
}

/**
 * Runs a task, without the ones it depends on.
 *
 * @param name A task that is one call of `deno`.
 * @param args What is added to its command.
 */
export function runTask(
  name: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string> } = {},
): Promise<Output> {
  return run([Deno.execPath(), ...taskCommand(name), ...args], options);
}
