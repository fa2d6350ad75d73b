/**
 * Decides which messages of a room this client sent. Pure. The name does not
 * show it, since names change hands. A `cid` alone does not either: other
 * clients can copy it once they have seen it.
 */

import type { Message } from "../../protocol/message.ts";

/** A message, marked by the server if it is this client's own. */
type Claimed = Pick<Message, "seq" | "cid"> & { readonly own?: true };

/** The own messages of one reader in one room. */
export class Authorship {
  /** Seqs of own messages that have not arrived yet. */
  readonly #expected = new Set<number>();
  /** Cids of own messages that arrived before their acks. */
  readonly #came = new Set<string>();

  /** Forgets everything: after a join the expected messages may not come. */
  joined(): void {
    this.#expected.clear();
    this.#came.clear();
  }

  /** Notes the seqs that the server marks as own. */
  expect(seqs: readonly number[]): void {
    for (const seq of seqs) this.#expected.add(seq);
  }

  /**
   * Notes the ack of an own message.
   *
   * @param read The last seq read.
   */
  acked({ cid, seq }: { cid: string; seq: number }, read: number): void {
    this.#came.delete(cid);
    if (seq > read) this.#expected.add(seq);
  }

  /**
   * Returns whether the next message is this client's own.
   *
   * @param isSent Returns whether the client has sent a message with this cid
   * that is not acked yet.
   */
  isOwn(
    { seq, cid, own }: Claimed,
    isSent: (cid: string) => boolean,
  ): boolean {
    if (this.#expected.delete(seq) || own === true) return true;
    // Nobody can guess a cid, so the first message that has it is the own one.
    // Later ones may be copies.
    if (cid === undefined || this.#came.has(cid) || !isSent(cid)) return false;
    this.#came.add(cid);
    return true;
  }
}
