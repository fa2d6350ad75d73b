/** The lifetime of one HTTP request and its response, as the transport reports
 * it. */

/** What a handler can observe of its exchange. */
export interface Exchange {
  /**
   * Resolves when the whole response was sent or the connection closed. Over
   * `native`, an unread response stays pending until the client disconnects.
   */
  readonly done: Promise<void>;
  /** Stops counting the request as in progress: it is long-lived and counted
   * elsewhere. */
  handOver(): void;
}
