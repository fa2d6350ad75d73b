/**
 * One client of the lab: holds the WebSocket, does with it what one wants, and
 * tells the model what happens. Draws nothing.
 */

import type { ConnectionReport, Endpoint } from "../../protocol/lab.ts";
import { Flooding } from "./flooding.ts";
import { Inquiry } from "./inquiry.ts";
import { sizeOf, sizeWords } from "./model/bytes.ts";
import {
  type Connection,
  type Happening,
  next,
  stateOf,
  UNCONNECTED,
} from "./model/connection.ts";
import { type Direction, EventLog } from "./model/event_log.ts";
import { FRAME } from "./model/flood.ts";
import {
  endpointOf,
  isOwn,
  mayFlood,
  protocolList,
  resolve,
  type Target,
  watchedAt,
} from "./model/target.ts";
import { floodWords } from "./model/words.ts";

/** How often the socket is looked at, in milliseconds; in a flood more often. */
const LOOK_MS = 100;

/** What a client needs of the page. */
export interface Page {
  readonly here: string;
  readonly endpoints: readonly Endpoint[];
  readonly changed: () => void;
}

/** Client A, or B. */
export class LabClient {
  readonly name: "A" | "B";
  readonly log = new EventLog();
  connection: Connection = UNCONNECTED;
  binaryType: BinaryType = "blob";
  flood: Flooding | undefined;
  /** How far the last flood of this connection got. */
  flooded = "";
  /** What the last thing one did was answered with, if it was refused. */
  problem = "";
  /** Of the connection, which the form may have left behind. */
  url: URL | undefined;
  #target: Target;
  /** The form as it was on connecting. */
  #connected: Target;
  #measures = true;
  #socket: WebSocket | undefined;
  #inquiry: Inquiry | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;
  #listening = new AbortController();
  readonly #page: Page;

  constructor(name: "A" | "B", target: Target, page: Page) {
    this.name = name;
    this.#target = target;
    this.#connected = target;
    this.#page = page;
  }

  /** What the form says. */
  get target(): Target {
    return this.#target;
  }

  set target(target: Target) {
    this.#target = target;
    this.problem = "";
    this.#page.changed();
  }

  get endpoint(): Endpoint | undefined {
    const { endpoints, here } = this.#page;
    return endpointOf(this.#target, endpoints, here);
  }

  /** Whether there is anything to connect to that it is not connected to. */
  get connectable(): boolean {
    const { address, protocols } = this.#connected;
    return !this.connected || address !== this.#target.address ||
      protocols !== this.#target.protocols;
  }

  /** Whether there is a socket that can be closed. */
  get connected(): boolean {
    const state = stateOf(this.connection);
    return state === "CONNECTING" || state === "OPEN";
  }

  /** What the server said it knows; null when it knows nothing. */
  get report(): ConnectionReport | null {
    return this.#inquiry?.report ?? null;
  }

  /** Whether this server keeps count of the connection. */
  get watched(): boolean {
    return this.url !== undefined && isOwn(this.url, this.#page.here);
  }

  get mayFlood(): boolean {
    return this.url !== undefined && mayFlood(this.url, this.#page.here);
  }

  setBinaryType(binaryType: BinaryType): void {
    this.binaryType = binaryType;
    if (this.#socket !== undefined) this.#socket.binaryType = binaryType;
    this.#page.changed();
  }

  connect(): void {
    const { here } = this.#page;
    const url = resolve(this.#target.address, here);
    const protocols = protocolList(this.#target.protocols);
    this.#attempt(() => {
      if (url === undefined) {
        throw new Error("That is no address of a WebSocket: write ws://…");
      }
      const key = crypto.randomUUID();
      const address = watchedAt(url, key, here);
      const socket = new WebSocket(address, protocols);
      this.#forget();
      this.#connected = this.#target;
      this.#socket = socket;
      this.#measures = this.endpoint?.answers ?? true;
      this.url = url;
      this.#inquiry = this.watched
        ? new Inquiry(key, this.#page.changed)
        : undefined;
      this.#happened({ kind: "connecting" });
      const offers = protocols.length > 0
        ? `, offers ${protocols.join(", ")}`
        : "";
      this.#note("event", "connecting", { note: `To ${address}${offers}` });
      this.#listen(socket);
    });
  }

  /** Asks for the end; what has no code closes without one, as `close()`. */
  close(code: number | undefined, reason: string): void {
    this.#attempt(() => {
      // A reason without a code is for the browser to refuse, none is not.
      if (code === undefined && reason === "") this.#socket?.close();
      else this.#socket?.close(code, reason);
      this.#note("event", "close()", {
        note: `With ${code ?? "no code"}${reason && `, “${reason}”`}`,
      });
      this.#look();
    });
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#attempt(() => {
      socket.send(data);
      const size = sizeOf(data);
      if (socket.readyState === WebSocket.OPEN) {
        this.#happened({ kind: "sent", size, asks: this.#measures });
        this.#note("sent", "send", { data, size });
      } else {
        this.#note("sent", "send", {
          data,
          note: "Thrown away: the connection is no longer open",
        });
      }
      this.#look();
    });
  }

  /** Sends more than the network takes at once; bounded, and not to others. */
  startFlood(mib: number): void {
    if (!this.mayFlood || stateOf(this.connection) !== "OPEN") return;
    const socket = this.#socket;
    if (socket === undefined || this.flood !== undefined) return;
    this.flooded = "";
    this.flood = new Flooding(socket, mib, {
      sent: (frames) => {
        for (let n = 0; n < frames; n++) {
          this.#happened({ kind: "sent", size: FRAME, asks: false });
        }
        this.#look();
      },
      ended: (flood) => {
        this.flood = undefined;
        const ms = Math.round(performance.now() - flood.startedAt);
        this.flooded = floodWords(flood);
        this.#note("event", "flood ended", {
          note: `${this.flooded} in ${ms} ms; ` +
            `bufferedAmount was up to ${sizeWords(this.connection.peak)}`,
        });
      },
    });
    const { frames } = this.flood;
    this.#note("sent", "flood", {
      note: `${frames} frames of ${sizeWords(FRAME)}, one row for all`,
    });
    this.flood.pour();
  }

  #listen(socket: WebSocket): void {
    const { signal } = this.#listening;
    const on = <K extends keyof WebSocketEventMap>(
      kind: K,
      act: (event: WebSocketEventMap[K]) => void,
    ) => socket.addEventListener(kind, act, { signal });
    socket.binaryType = this.binaryType;
    on("open", () => {
      const { protocol, extensions } = socket;
      this.#happened({ kind: "opened", protocol, extensions });
      this.#note("event", "open");
      this.#inquiry?.start();
    });
    on("message", ({ data }) => this.#received(data));
    on("error", () =>
      this.#note("event", "error", {
        note: "Pages are not told what went wrong, so that none can spy out " +
          "a network by it",
      }));
    on("close", ({ code, reason, wasClean }) => {
      this.#look();
      this.#happened({ kind: "closed", code, reason, clean: wasClean });
      this.#note("event", "close", {
        note: `${code}${reason && `, “${reason}”`}, ${
          wasClean ? "clean" : "not clean"
        }`,
      });
      this.#rest();
      this.#inquiry?.ask();
    });
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  #received(data: string | ArrayBuffer | Blob): void {
    const size = data instanceof Blob
      ? data.size
      : sizeOf(typeof data === "string" ? data : new Uint8Array(data));
    this.#happened({ kind: "received", size });
    if (typeof data === "string") {
      this.#note("received", "message", { data, size });
    } else if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data);
      this.#note("received", "message", { data: bytes, size });
    } else {
      // The row has its place now, its data a moment later.
      const { id } = this.#note("received", "message", { size });
      data.arrayBuffer().then((buffer) => {
        this.log.fill(id, new Uint8Array(buffer));
        this.#page.changed();
      });
    }
  }

  #look(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    const { readyState, bufferedAmount: buffered } = socket;
    const { bufferedLately } = this.connection;
    const same = buffered === this.connection.buffered && buffered === 0 &&
      (bufferedLately.at(-1) ?? 0) === 0;
    if (same && this.connection.path.length > readyState) return;
    this.#happened({ kind: "looked", readyState, buffered });
  }

  /** Lets go of the socket before: what still comes of it is of no interest. */
  #forget(): void {
    this.#rest();
    this.#listening.abort();
    this.#listening = new AbortController();
    if (this.connected) {
      this.#socket?.close();
      this.#note("event", "close()", { note: "To connect elsewhere" });
    }
    this.flood?.stop();
    this.flooded = "";
  }

  #rest(): void {
    clearInterval(this.#looking);
    this.#inquiry?.stop();
  }

  /** Does what a browser may refuse, and says why it did. */
  #attempt(act: () => void): void {
    try {
      this.problem = "";
      act();
    } catch (error) {
      this.problem = (error as Error).message;
      this.#note("event", "refused", { note: this.problem });
    }
  }

  #happened(happening: HappeningNow): void {
    const at = performance.now();
    this.connection = next(this.connection, { ...happening, at });
    this.#page.changed();
  }

  #note(
    direction: Direction,
    what: string,
    { data = "", size, note }: {
      data?: string | Uint8Array;
      size?: number;
      note?: string;
    } = {},
  ) {
    this.#page.changed();
    return this.log.add({
      at: performance.timeOrigin + performance.now(),
      direction,
      what,
      data,
      size,
      ...(note !== undefined && { note }),
    });
  }
}

/** A happening without its time. */
type HappeningNow = Happening extends infer H
  ? H extends Happening ? Omit<H, "at"> : never
  : never;
