/** Public ids of sessions and nodes. */

/** @returns 16 random hex digits: no two are ever the same. */
export function newId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}
