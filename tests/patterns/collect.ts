/** Finds the regular expressions of the sources, with Deno's own parser. */

import { join } from "node:path/posix";

/** One regular expression. */
export interface Pattern {
  /** The file that has it. */
  readonly path: string;
  /** Undefined where the pattern is put together at run time. */
  readonly source: string | undefined;
  readonly flags: string;
}

/** A node of the syntax tree, as far as it matters here. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly regex?: { readonly pattern: string; readonly flags: string };
  readonly callee?: { readonly name?: string };
  readonly arguments?: readonly Node[];
}

/**
 * Every regular expression of some folders.
 *
 * @param folders Such as `server`, from the repository's root.
 */
export function patternsOf(folders: readonly string[]): Pattern[] {
  return folders.flatMap(sources).flatMap((path) =>
    patternsIn(path, Deno.readTextFileSync(path))
  );
}

/**
 * Every regular expression of a file: literals, and what `RegExp` is called
 * with.
 *
 * @param path Its name, which says which language it is in.
 * @param text What is in it.
 */
export function patternsIn(path: string, text: string): Pattern[] {
  const found: Pattern[] = [];
  const called = ({ callee, arguments: [source, flags] = [] }: Node) => {
    if (callee?.name !== "RegExp") return;
    found.push({
      path,
      source: typeof source?.value === "string" ? source.value : undefined,
      flags: typeof flags?.value === "string" ? flags.value : "",
    });
  };
  const plugin = {
    name: "patterns",
    rules: {
      collect: {
        create: () => ({
          Literal({ regex }: Node) {
            if (regex === undefined) return;
            const { pattern, flags } = regex;
            found.push({ path, source: pattern, flags });
          },
          NewExpression: called,
          CallExpression: called,
        }),
      },
    },
  };
  Deno.lint.runPlugin(plugin as unknown as Deno.lint.Plugin, path, text);
  return found;
}

function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return name === "dist" ? [] : sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}
