/** Words for the errors of the server and the client. Types only. */

/** What is known of an error beside its code. */
export interface ErrorDetails {
  /** How long it lasts, milliseconds; undefined if unknown. */
  readonly forMs?: number | undefined;
  /** A moderator's reason. */
  readonly reason?: string | undefined;
}

/** Words for errors, by their code. An error without an entry is shown in the
 * server's own words. */
export type ErrorWords = Readonly<
  Partial<Record<string, (details: ErrorDetails) => string>>
>;
