/**
 * A reader that never throws. A fault while writing to one client closes that
 * client's connection, and leaves deliveries to others alone.
 */

import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Reader } from "../rooms/session.ts";

/** Wraps a reader. */
export class ContainedReader implements Reader {
  readonly #reader: Reader;
  readonly #failed: (error: unknown) => void;
  /** Whether the reader has thrown: nothing is written to it any more. */
  #broken = false;

  /**
   * @param reader The reader that may throw.
   * @param failed Called once with the error, before the connection is closed
   * with 1011. Must not throw.
   */
  constructor(reader: Reader, failed: (error: unknown) => void) {
    this.#reader = reader;
    this.#failed = failed;
  }

  /** Returns whether it is this reader, or wraps it. */
  standsFor(reader: Reader): boolean {
    return this === reader || this.#reader === reader;
  }

  get dialect(): Dialect {
    return this.#reader.dialect;
  }

  get address(): string {
    return this.#reader.address;
  }

  get ready(): boolean {
    if (this.#broken) return false;
    try {
      return this.#reader.ready;
    } catch (error) {
      this.#break(error);
      return false;
    }
  }

  get writable(): boolean {
    if (this.#broken) return false;
    try {
      return this.#reader.writable;
    } catch (error) {
      this.#break(error);
      return false;
    }
  }

  send(frames: readonly string[]): void {
    if (this.#broken) return;
    // Without a closure: this runs for every member and tick.
    try {
      this.#reader.send(frames);
    } catch (error) {
      this.#break(error);
    }
  }

  tell(event: ServerEvent): void {
    if (this.#broken) return;
    try {
      this.#reader.tell(event);
    } catch (error) {
      this.#break(error);
    }
  }

  note(event: ServerEvent): void {
    if (this.#broken) return;
    try {
      this.#reader.note(event);
    } catch (error) {
      this.#break(error);
    }
  }

  flush(): void {
    if (this.#broken) return;
    try {
      this.#reader.flush();
    } catch (error) {
      this.#break(error);
    }
  }

  end(reason: CloseReason): void {
    if (this.#broken) return;
    try {
      this.#reader.end(reason);
    } catch (error) {
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.#broken = true;
    this.#failed(error);
    try {
      this.#reader.end(CLOSE.internalError);
    } catch {
      // The close failed too; the connection counts as closed anyway.
    }
  }
}

/** Returns whether a session's reader is this one, or wraps it. */
export function isReader(held: Reader | null, reader: Reader): boolean {
  if (held instanceof ContainedReader) return held.standsFor(reader);
  return held === reader;
}
