/**
 * Reads the settings of schema.ts from the command line and the environment,
 * and prints `--help`.
 */

import { parseArgs } from "@std/cli/parse-args";
import {
  checkVariables,
  isOurs,
  joinNegatives,
  refuseBlanks,
  unknownArgument,
} from "./variables.ts";
import { ConfigError, readWords } from "./parsers.ts";
import { type Config, type Setting, SETTINGS } from "./schema.ts";
import { withoutPassword } from "../store/addresses.ts";

/** Always set and non-empty on Deno Deploy. */
const DEPLOYMENT = "DENO_DEPLOYMENT_ID";

/** Defaults on Deno Deploy. */
const DEPLOY_FALLBACKS: Partial<Record<keyof Config, string>> = {
  host: "0.0.0.0",
  store: "",
  // As the platform documents, and where it listens.
  transport: "native",
};

/**
 * Returns whether this is Deno Deploy.
 *
 * @param env Looks up an environment variable.
 */
export function isDeploy(env: (name: string) => string | undefined): boolean {
  return (env(DEPLOYMENT) ?? "") !== "";
}

const rows = Object.entries(SETTINGS) as [keyof Config, Setting][];

/** Variables of other programs that may be set. */
const OTHER_VARIABLES = ["HUBBUB_TOKEN"];

/** Returns the flag of a setting: `retain-days` for `retainDays`. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Returns the text of `--help`. */
export function helpText(): string {
  const usage = rows.map(([key, { value, env, help, fallback }]) => {
    const flag = `--${flagOf(key)} ${value}`.padEnd(24);
    return `  ${flag} ${help}\n${"".padEnd(27)}(default ${
      fallback || "none"
    }, or ${env})`;
  });
  return [
    "Hubbub, a WebSocket room server.",
    "",
    "Usage: deno task start [settings]",
    "",
    ...usage,
    "",
    "  --help                   this text",
  ].join("\n");
}

/**
 * Reads the settings: flags override environment variables, which override
 * defaults.
 *
 * @param args The command line arguments.
 * @param env Looks up an environment variable.
 * @param names Names of all variables, as far as the process may read them.
 * @returns The settings, or `"help"` if requested.
 * @throws {ConfigError} With one line that names the setting and its valid
 * values.
 */
export function readConfig(
  args: readonly string[],
  env: (name: string) => string | undefined,
  names: readonly string[] = [],
): Config | "help" {
  const flags = new Set(rows.map(([key]) => flagOf(key)));
  refuseBlanks(args, [...flags]);
  const parsed = parseArgs(joinNegatives(args, [...flags]), {
    string: [...flags],
    boolean: ["help"],
    unknown(arg) {
      throw new ConfigError(
        unknownArgument(withoutPassword(arg), [...flags]),
      );
    },
  });
  if (parsed["help"] === true) return "help";
  const variables = rows.map(([, { env }]) => env);
  checkVariables(
    new Map(
      names.filter(isOurs).map((name) => [name, env(name) ?? ""]),
    ),
    [...variables, ...OTHER_VARIABLES],
  );
  const deploy = isDeploy(env);
  const config = rows.map(([key, setting]) => {
    const { env: variable, parse, fallback, bare, show = String } = setting;
    const given = parsed[flagOf(key)];
    const flag = given === "" ? bare ?? given : given;
    const words = flag !== undefined ? String(flag) : env(variable);
    const elsewhere = deploy ? DEPLOY_FALLBACKS[key] : undefined;
    if (words === undefined && elsewhere !== undefined) return [key, elsewhere];
    const name = flag !== undefined ? `--${flagOf(key)}` : variable;
    if (words === undefined) return [key, parse(fallback)];
    // An overridden variable must still be valid.
    const hidden = flag === undefined ? undefined : env(variable);
    if (hidden !== undefined) readWords(variable, hidden, { parse, show });
    return [key, readWords(name, words, { parse, show })];
  });
  const settings: Config = Object.fromEntries(config);
  if ((settings.cert === "") !== (settings.key === "")) {
    throw new ConfigError("--cert and --key are needed together");
  }
  const { guests, authSecret, authKeys } = settings;
  if (guests !== "none" && authSecret === "" && authKeys === "") {
    // The operator would expect guests to have no other permissions.
    throw new ConfigError(
      "--guests needs --auth-secret or --auth-keys. Without them everyone " +
        "can read and write",
    );
  }
  if (authSecret !== "" && authKeys !== "") {
    throw new ConfigError(
      "--auth-secret and --auth-keys are two ways to check tokens. Choose one",
    );
  }
  if (authSecret === "" && authKeys === "") {
    for (const key of ["authAudience", "authIssuer"] as const) {
      if (settings[key] === "") continue;
      throw new ConfigError(
        `--${
          flagOf(key)
        } needs --auth-secret or --auth-keys. Without them no ` +
          "token is checked",
      );
    }
  }
  if (deploy && settings.store.startsWith("sqlite:")) {
    throw new ConfigError(
      "Files do not last on Deno Deploy. Assign a database to the app and set " +
        "HUBBUB_STORE to kv:, or to a redis:// address",
    );
  }
  return settings;
}
