/** Variables in what the lab sends: `{{name}}` stands for a value. */

/** Values by name. */
export type Variables = ReadonlyMap<string, string>;

/** A variable that has no value. */
export class VariableError extends Error {
  /** @param variable Its name. */
  constructor(readonly variable: string) {
    super(`There is no variable ${variable}. Give it a value first`);
  }
}

/** What a name may be. */
const NAME = "[A-Za-z_][A-Za-z0-9_-]{0,63}";
const USE = new RegExp(`\\{\\{(${NAME})\\}\\}`, "g");
const WHOLE = new RegExp(`^${NAME}$`);

/** Whether a word can name a variable. */
export function isVariableName(word: string): boolean {
  return WHOLE.test(word);
}

/** Returns the names that a text uses, each once. */
export function variablesIn(text: string): string[] {
  const names = [...text.matchAll(USE)].map(([_, name = ""]) => name);
  return [...new Set(names)];
}

/**
 * Replaces each `{{name}}` by its value. Values are not searched again.
 *
 * @throws {VariableError} For a name without a value.
 */
export function fill(text: string, variables: Variables): string {
  return text.replace(USE, (_, name: string) => {
    const value = name === "braces" ? "{{" : variables.get(name);
    if (value === undefined) throw new VariableError(name);
    return value;
  });
}
