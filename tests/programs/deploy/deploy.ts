/**
 * The program as Deno Deploy runs it: with its settings of deno.json, its
 * variables, all permissions, and the Deno it documents.
 */

import {
  Program,
  type ProgramOptions,
} from "../../helpers/programs/program.ts";
import { run } from "../../helpers/programs/run.ts";

/** The Deno that Deno Deploy documents
 * (https://docs.deno.com/deploy/reference/runtime/). */
const DOCUMENTED = "2.5.0";

/** What `deploy` in deno.json says. */
export const SETTINGS: {
  readonly install: string;
  readonly build: string;
  readonly runtime: { readonly entrypoint: string };
} = JSON.parse(Deno.readTextFileSync("deno.json")).deploy;

/** Runs a command that has to succeed, and gives what it prints. */
async function must(...command: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...command);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** Where the documented Deno is, once it was fetched; no npx stands between it
 * and its signals. */
async function fetchDeno(): Promise<string> {
  return await must([
    ...["npx", "--yes", `deno@${DOCUMENTED}`],
    ...["eval", "console.log(Deno.execPath())"],
  ]);
}

let documented: Promise<string> | undefined;

/** A Deno to run the program on. */
export interface Runtime {
  readonly name: string;
  /** Its path. */
  readonly find: () => Promise<string>;
}

/** The one the platform documents, and the one that it may have by now. */
export const RUNTIMES: readonly Runtime[] = [
  { name: `Deno ${DOCUMENTED}`, find: () => documented ??= fetchDeno() },
  { name: "this Deno", find: () => Promise.resolve(Deno.execPath()) },
];

/**
 * Builds as the platform does.
 *
 * @param folder Where the sources are.
 */
export async function build(runtime: Runtime, folder: string): Promise<void> {
  const deno = await runtime.find();
  const PATH = `${deno.replace(/\/[^/]+$/, "")}:${Deno.env.get("PATH")}`;
  // Certificates of the machine, should its registry have one of those.
  const env = { PATH, DENO_TLS_CA_STORE: "mozilla,system" };
  for (const command of [SETTINGS.install, SETTINGS.build]) {
    await must(["sh", "-c", command], { cwd: folder, env });
  }
}

/** Starts the program as the platform does. */
export async function deploy(
  runtime: Runtime,
  options: ProgramOptions = {},
): Promise<Program> {
  const { entrypoint } = SETTINGS.runtime;
  return await Program.start({
    ...options,
    command: [await runtime.find(), "run", "-A", "--no-prompt", entrypoint],
    env: {
      DENO_DEPLOYMENT_ID: "test",
      DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
      // No database of this machine.
      DENO_KV_DB_MODE: "memory",
      ...options.env,
    },
  });
}
