/**
 * How many bytes all open rooms together keep in memory of what the store has:
 * their newest messages, and the pages that they encoded of them. Above a limit
 * the parts that were used least recently are dropped; the store gives their
 * messages again. Owns the order of use and the total. Pure.
 */

/** Bytes of all rooms. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Bytes of a message beside its text and its names, about. */
const ENVELOPE = 256;

/** A part that can be dropped. */
export interface Droppable {
  /** Drops all of it; must not throw, nor use the memory. */
  drop(): void;
}

/** What a {@linkcode RoomMemory} may depend on. */
export interface RoomMemoryOptions {
  /** Most bytes; 32 MiB by default. */
  readonly most?: number;
  /** Told of the total, in bytes, when it changed. */
  readonly onChange?: (bytes: number) => void;
}

/** The memory of all rooms of one server. */
export class RoomMemory {
  readonly #most: number;
  readonly #onChange: (bytes: number) => void;
  /** Bytes by part; those used last come last. */
  readonly #parts = new Map<Droppable, number>();
  #newest: Droppable | undefined;
  #total = 0;

  constructor(
    { most = MOST_BYTES, onChange = () => {} }: RoomMemoryOptions = {},
  ) {
    this.#most = most;
    this.#onChange = onChange;
  }

  /** Bytes of all parts. */
  get total(): number {
    return this.#total;
  }

  /**
   * Records how large a part is now. It counts as used, and others are dropped
   * if all are too large.
   *
   * @param part Any; forgotten when it is empty.
   * @param bytes From 0.
   */
  resize(part: Droppable, bytes: number): void {
    const before = this.#total;
    this.#forget(part);
    if (bytes > 0) {
      this.#parts.set(part, bytes);
      this.#newest = part;
      this.#total += bytes;
    }
    for (const [oldest] of this.#parts) {
      if (this.#total <= this.#most) break;
      this.#forget(oldest);
      oldest.drop();
    }
    if (this.#total !== before) this.#onChange(this.#total);
  }

  /** Records that a part was used. Called for each reader, so it is cheap for
   * the part that was used last. */
  touch(part: Droppable): void {
    if (this.#newest === part) return;
    const bytes = this.#parts.get(part);
    if (bytes === undefined) return;
    this.#parts.delete(part);
    this.#parts.set(part, bytes);
    this.#newest = part;
  }

  #forget(part: Droppable): void {
    this.#total -= this.#parts.get(part) ?? 0;
    this.#parts.delete(part);
    if (this.#newest === part) this.#newest = undefined;
  }
}

/** The bytes of strings, of which each unit takes two at most. */
export function bytesOfStrings(strings: readonly string[]): number {
  return strings.reduce((sum, { length }) => sum + 2 * length, 0);
}

/** The bytes of a message, about. */
export function bytesOfMessage(
  { text, from }: { readonly text: string; readonly from: string },
): number {
  return 2 * (text.length + from.length) + ENVELOPE;
}
