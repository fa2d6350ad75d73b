/**
 * Tracks which of its author's messages a member has sent itself. A person with
 * two devices gets on each the messages of the other. A connection does not get
 * its own messages as `own`: it gets an ack or, in dialect `text`, shows them
 * already.
 */

import type { StoredMessage } from "../store/store.ts";

/** The messages that a member has sent and not got back yet. */
export class SentMessages {
  /** Texts without an answer of the store yet, in order. */
  readonly #underWay: string[] = [];
  readonly #stored = new Set<number>();

  /** Records a message that goes to the store. */
  sending(text: string): void {
    this.#underWay.push(text);
  }

  /**
   * Records the store's answer.
   *
   * @param text The message's text.
   * @param seq The message's seq; undefined when it was rejected or is a
   * repeat.
   */
  settled(text: string, seq?: number): void {
    const index = this.#underWay.indexOf(text);
    // The message came back before the answer.
    if (index < 0) return;
    this.#underWay.splice(index, 1);
    if (seq !== undefined) this.#stored.add(seq);
  }

  /**
   * Returns the messages that other connections of the author sent. Forgets the
   * member's own ones among them, since each comes back once.
   *
   * @param messages Messages of the member's author, in order.
   * @returns Their seqs.
   */
  othersOf(messages: readonly StoredMessage[]): number[] {
    return messages.filter(({ seq, text }) => {
      if (this.#stored.delete(seq)) return false;
      const index = this.#underWay.indexOf(text);
      if (index < 0) return true;
      this.#underWay.splice(index, 1);
      return false;
    }).map(({ seq }) => seq);
  }
}
