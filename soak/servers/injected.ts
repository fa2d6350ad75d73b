/** The faults that a soak orders within a server, as both sides know them. */

/** In the stack of every error that a soak has ordered. */
export const INJECTED = "Fault injected by the soak";

export const PARTS = ["room", "session"] as const;

/** What can be broken. */
export type Part = typeof PARTS[number];

/** The part that a kind of fault breaks; undefined for all other kinds. */
export function partOf(kind: string): Part | undefined {
  return PARTS.find((part) => kind === `${part}Fault`);
}
