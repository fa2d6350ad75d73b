/**
 * Which messages of a room are one's own. Pure. A name tells nothing: it may
 * have been somebody else's before, or be by now. Nor does a `cid` alone, which
 * everybody can repeat who has seen it.
 */

import type { Message } from "../../protocol/message.ts";

/** A message, on which the server may have said whose it is. */
type Claimed = Pick<Message, "seq" | "cid"> & { readonly own?: true };

/** What one reader knows of who wrote what in one room. */
export class Authorship {
  /** Own messages that are still to come. */
  readonly #expected = new Set<number>();
  /** Own ids that have come, while their acks are still to come. */
  readonly #came = new Set<string>();

  /** The room was joined: what was to come then may come no more. */
  joined(): void {
    this.#expected.clear();
    this.#came.clear();
  }

  /** The server says which messages to come are one's own. */
  told(seqs: readonly number[]): void {
    for (const seq of seqs) this.#expected.add(seq);
  }

  /**
   * The server has a message of one's own.
   *
   * @param read The last seq read.
   */
  acked({ cid, seq }: { cid: string; seq: number }, read: number): void {
    this.#came.delete(cid);
    if (seq > read) this.#expected.add(seq);
  }

  /**
   * The next message came.
   *
   * @param isSent Whether one has sent a message with this id, not acked yet.
   * @returns Whether it is one's own.
   */
  isOwn(
    { seq, cid, own }: Claimed,
    isSent: (cid: string) => boolean,
  ): boolean {
    if (this.#expected.delete(seq) || own === true) return true;
    // Not to be guessed, so the first that has it is one's own; others could
    // repeat it from then on.
    if (cid === undefined || this.#came.has(cid) || !isSent(cid)) return false;
    this.#came.add(cid);
    return true;
  }
}
