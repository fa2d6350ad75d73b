/** Violations that the delivery check reports. */

/** Something that must not happen. */
export interface Violation {
  readonly room?: string | undefined;
  readonly seq?: number | undefined;
  readonly reader?: string | undefined;
  readonly what: string;
}

/** Receives violations. */
export type Report = (violation: Violation) => void;

/**
 * Formats a violation as text.
 *
 * @param violation What was found.
 * @returns Such as `room "r1", seq 7, reader "v1-3": delivered twice`.
 */
export function inWords({ room, seq, reader, what }: Violation): string {
  const where = [
    ...(room === undefined ? [] : [`room "${room}"`]),
    ...(seq === undefined ? [] : [`seq ${seq}`]),
    ...(reader === undefined ? [] : [`reader "${reader}"`]),
  ].join(", ");
  return where === "" ? what : `${where}: ${what}`;
}
