/**
 * Which messages of its author one member has sent by itself. Somebody who is
 * here on two devices gets on each what the other has sent; what a connection
 * has sent is acked to it, or, in dialect `text`, stands on its screen already.
 */

import type { StoredMessage } from "../store/store.ts";

/** What one member has sent and not got back yet. */
export class SentMessages {
  /** Texts that are not stored yet, as far as is known here, in their order. */
  readonly #underWay: string[] = [];
  readonly #stored = new Set<number>();

  /** A message is on its way to the store. */
  sending(text: string): void {
    this.#underWay.push(text);
  }

  /**
   * The store has answered.
   *
   * @param seq Where the message stands now; undefined when it was refused, or
   * was there before.
   */
  settled(text: string, seq?: number): void {
    const index = this.#underWay.indexOf(text);
    // It came back before the answer did.
    if (index < 0) return;
    this.#underWay.splice(index, 1);
    if (seq !== undefined) this.#stored.add(seq);
  }

  /**
   * Takes messages of the member's author, which come back each once.
   *
   * @param messages In the order of the log.
   * @returns The seqs of those that this member has not sent.
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
