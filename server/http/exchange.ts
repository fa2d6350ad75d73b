/** One request and its answer, as the transport sees them come and go. */

/** What a handler may know of the connection it answers on. */
export interface Exchange {
  /**
   * Resolves when the whole answer was sent, or the connection is gone. Over
   * `native` an answer that nobody takes stays until its client is gone.
   */
  readonly done: Promise<void>;
  /** The request no longer counts among those in progress: it lasts, and is
   * counted as something else. */
  handOver(): void;
}
