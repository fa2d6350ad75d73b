/**
 * Records the server's view of connections that opted in, for the lab page.
 * Bounded; other connections cost nothing.
 */

import { Buffer } from "node:buffer";
import type { ConnectionReport } from "../../protocol/lab.ts";
import { type Clock, type Monotonic, msBetween } from "../runtime/clock.ts";
import type { Accept, Socket } from "../transport/socket.ts";

/** Maximum recorded connections; further ones are not recorded. */
const MOST = 500;
/** How long a closed connection is kept, in milliseconds. */
const KEPT_MS = 60_000;
/** Long enough not to be guessed. */
const KEY = /^[\w-]{16,64}$/;

/** One connection. */
class Entry {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #openedAt: Monotonic;
  #heardAt: Monotonic | undefined;
  #framesIn = 0;
  #bytesIn = 0;
  #framesOut = 0;
  #bytesOut = 0;
  #socket: Socket | undefined;
  #closed: { code: number; at: Monotonic } | undefined;

  constructor(socket: Socket, clock: Pick<Clock, "monotonic">) {
    this.#socket = socket;
    this.#clock = clock;
    this.#openedAt = clock.monotonic();
  }

  heard(frame: string | Uint8Array): void {
    this.#heardAt = this.#clock.monotonic();
    this.#framesIn++;
    this.#bytesIn += Buffer.byteLength(frame);
  }

  sent(frame: string | Uint8Array): void {
    this.#framesOut++;
    this.#bytesOut += Buffer.byteLength(frame);
  }

  close(code: number): void {
    this.#closed = { code, at: this.#clock.monotonic() };
    this.#socket = undefined;
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  closedFor(ms: number): boolean {
    return this.#closed !== undefined && this.#ago(this.#closed.at) > ms;
  }

  report(idleSeconds: number): ConnectionReport {
    return {
      openedAgo: this.#ago(this.#openedAt),
      heardAgo: this.#heardAt === undefined ? null : this.#ago(this.#heardAt),
      framesIn: this.#framesIn,
      bytesIn: this.#bytesIn,
      framesOut: this.#framesOut,
      bytesOut: this.#bytesOut,
      buffered: this.#socket?.buffered ?? 0,
      idleSeconds,
      closed: this.#closed === undefined
        ? null
        : { code: this.#closed.code, ago: this.#ago(this.#closed.at) },
    };
  }

  /** Returns the milliseconds since a moment. */
  #ago(moment: Monotonic): number {
    return msBetween(moment, this.#clock.monotonic());
  }
}

/** Recorded connections, by a key that the client chooses. */
export class ConnectionInspector {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #idleSeconds: number;

  /** @param options The clock, and the idle timeout in seconds. */
  constructor(
    { clock, idleSeconds }: {
      clock: Pick<Clock, "monotonic">;
      idleSeconds: number;
    },
  ) {
    this.#clock = clock;
    this.#idleSeconds = idleSeconds;
  }

  /**
   * Records a connection.
   *
   * @param key The client's key. Nothing is recorded if it is missing,
   * malformed or in use, or at the maximum.
   * @param accept Creates the connection's handler.
   * @returns Creates the same handler, recorded.
   */
  watch(key: string | null, accept: Accept): Accept {
    if (key === null || !KEY.test(key)) return accept;
    return (socket) => {
      this.#forget();
      if (this.#entries.has(key) || !this.#hasRoom()) return accept(socket);
      const entry = new Entry(socket, this.#clock);
      this.#entries.set(key, entry);
      const handler = accept({
        get open() {
          return socket.open;
        },
        get buffered() {
          return socket.buffered;
        },
        send(frame) {
          if (socket.open) entry.sent(frame);
          socket.send(frame);
        },
        close: (code, reason) => socket.close(code, reason),
      });
      return {
        message(frame) {
          entry.heard(frame);
          handler.message(frame);
        },
        control: (bytes) => handler.control(bytes),
        isBusy: () => handler.isBusy?.() ?? false,
        close: (code, cause) => {
          entry.close(code);
          handler.close(code, cause);
        },
      };
    };
  }

  /** Drops closed connections if necessary; returns whether there is room. */
  #hasRoom(): boolean {
    if (this.#entries.size < MOST) return true;
    for (const [key, entry] of this.#entries) {
      if (entry.closed) return this.#entries.delete(key);
    }
    return false;
  }

  /** Returns the report of a connection; undefined if it is not recorded. */
  report(key: string): ConnectionReport | undefined {
    this.#forget();
    return this.#entries.get(key)?.report(this.#idleSeconds);
  }

  /** Not a timer, which would keep a stopping server alive. */
  #forget(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.closedFor(KEPT_MS)) this.#entries.delete(key);
    }
  }
}
