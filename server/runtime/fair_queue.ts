/**
 * A queue with round robin over groups (such as addresses), then over the
 * members of each group (such as connections). A group with many members gets
 * no more turns than one with a single member. Pure.
 */

/** Whose turn something waits for. */
export interface Party {
  /** The group, such as an address. */
  readonly group: string;
  /** The member of the group, such as a connection. */
  readonly member: string;
}

/** Items that wait, of one member of one group. */
type Line<T> = Set<{ readonly item: T }>;

/** Items that wait for their turn. */
export class FairQueue<T> {
  /** By group and member; whose turn comes first is first. */
  readonly #groups = new Map<string, Map<string, Line<T>>>();
  #size = 0;

  /** How many items wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds an item behind all others of its member.
   *
   * @param party Whose it is.
   * @param item Any.
   * @returns Takes the item out again; idempotent.
   */
  push({ group, member }: Party, item: T): () => void {
    const lines = this.#groups.get(group) ?? new Map<string, Line<T>>();
    const line = lines.get(member) ?? new Set();
    const entry = { item };
    line.add(entry);
    lines.set(member, line);
    this.#groups.set(group, lines);
    this.#size++;
    return () => {
      if (!line.delete(entry)) return;
      this.#size--;
      if (line.size > 0) return;
      lines.delete(member);
      if (lines.size === 0) this.#groups.delete(group);
    };
  }

  /** Takes the next item, and puts its member and group behind all others. */
  shift(): T | undefined {
    for (const [group, lines] of this.#groups) {
      this.#groups.delete(group);
      for (const [member, line] of lines) {
        lines.delete(member);
        for (const entry of line) {
          line.delete(entry);
          this.#size--;
          if (line.size > 0) lines.set(member, line);
          if (lines.size > 0) this.#groups.set(group, lines);
          return entry.item;
        }
      }
    }
    return undefined;
  }
}
