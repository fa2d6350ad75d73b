/**
 * One client of the lab: holds the WebSocket, does with it what one wants, and
 * tells the model and the log what happens. Draws nothing.
 */

import type { ConnectionReport, Endpoint } from "../../protocol/lab.ts";
import { EventRows } from "./event_rows.ts";
import { words } from "../words/lab_catalogue.ts";
import { FloodSender } from "./flood_sender.ts";
import { ServerReport } from "./server_report.ts";
import { sizeOf } from "./model/bytes.ts";
import {
  type Connection,
  type Happening,
  next,
  stateOf,
  UNCONNECTED,
} from "./model/connection_state.ts";
import type { EventLog } from "./model/event_log.ts";
import { FRAME } from "./model/flood_size.ts";
import {
  endpointOf,
  isOwn,
  mayFlood,
  protocolList,
  resolve,
  type Target,
  watchedAt,
} from "./model/target.ts";
import { floodWords } from "./model/lab_words.ts";

/** How often the socket is looked at, in milliseconds; in a flood more often. */
const LOOK_MS = 100;

/** A key that nobody guesses, also on a page that came by plain http, which has
 * no `randomUUID()`. */
function makeKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** What a client needs of the page. */
export interface Page {
  readonly here: string;
  readonly endpoints: readonly Endpoint[];
  /** Whether there is a second client. */
  hasB: boolean;
  readonly changed: () => void;
}

/** Client A, or B. */
export class LabClient {
  readonly name: "A" | "B";
  connection: Connection = UNCONNECTED;
  binaryType: BinaryType = "blob";
  flood: FloodSender | undefined;
  /** How far the last flood of this connection got. */
  flooded = "";
  /** What the last thing one did was answered with, if it was refused. */
  problem = "";
  /** With which code and reason `end()` closes, as typed. */
  ending = { code: "1000", reason: "" };
  /** Of the connection, which the form may have left behind. */
  url: URL | undefined;
  #target: Target;
  /** The form as it was on connecting. */
  #connected: Target;
  #measures = true;
  #socket: WebSocket | undefined;
  #serverReport: ServerReport | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;
  #listening = new AbortController();
  readonly #page: Page;
  readonly #eventRows: EventRows;

  constructor(name: "A" | "B", target: Target, page: Page) {
    this.name = name;
    this.#target = target;
    this.#connected = target;
    this.#page = page;
    this.#eventRows = new EventRows(page.changed);
  }

  /** What happened so far. */
  get log(): EventLog {
    return this.#eventRows.log;
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
    return this.#serverReport?.report ?? null;
  }

  /** Whether this server keeps count of the connection. */
  get watched(): boolean {
    return this.url !== undefined && isOwn(this.url, this.#page.here);
  }

  get mayFlood(): boolean {
    return this.url !== undefined && mayFlood(this.url, this.#page.here);
  }

  /** Draws the page again, after a change of what is typed. */
  redraw(): void {
    this.#page.changed();
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
        throw new Error(words.notAnAddress);
      }
      const key = makeKey();
      const address = watchedAt(url, key, here);
      const socket = new WebSocket(address, protocols);
      this.#forget();
      this.#connected = this.#target;
      this.#socket = socket;
      this.#measures = this.endpoint?.answers ?? true;
      this.url = url;
      this.#serverReport = this.watched
        ? new ServerReport(key, this.#page.changed)
        : undefined;
      this.#happened({ kind: "connecting" });
      this.#eventRows.connecting(address, protocols);
      this.#listen(socket);
    });
  }

  /** Closes as the form says. */
  end(): void {
    const { code, reason } = this.ending;
    this.close(code.trim() === "" ? undefined : Number(code), reason);
  }

  /** Asks for the end; what has no code closes without one, as `close()`. */
  close(code: number | undefined, reason: string): void {
    this.#attempt(() => {
      // A reason without a code is for the browser to refuse, none is not.
      if (code === undefined && reason === "") this.#socket?.close();
      else this.#socket?.close(code, reason);
      this.#eventRows.closeCalled(code, reason);
      this.#look();
    });
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#attempt(() => {
      socket.send(data);
      if (socket.readyState === WebSocket.OPEN) {
        const asks = this.#measures;
        this.#happened({ kind: "sent", size: sizeOf(data), asks });
        this.#eventRows.sent(data);
      } else this.#eventRows.thrownAway(data);
      this.#look();
    });
  }

  /** Sends more than the network takes at once; bounded, and not to others. */
  startFlood(mib: number): void {
    if (!this.mayFlood || stateOf(this.connection) !== "OPEN") return;
    const socket = this.#socket;
    if (socket === undefined || this.flood !== undefined) return;
    this.flooded = "";
    this.flood = new FloodSender(socket, mib, {
      sent: (frames) => {
        for (let n = 0; n < frames; n++) {
          this.#happened({ kind: "sent", size: FRAME, asks: false });
        }
        this.#look();
      },
      ended: (flood) => {
        this.flood = undefined;
        this.flooded = floodWords(flood);
        const ms = performance.now() - flood.startedAt;
        this.#eventRows.floodEnded(this.flooded, ms, this.connection.peak);
      },
    });
    this.#eventRows.floodBegan(this.flood.frames);
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
      this.#eventRows.opened();
      this.#serverReport?.start();
    });
    on("message", ({ data }) => this.#received(data));
    on("error", () => this.#eventRows.failed());
    on("close", (event) => {
      this.#look();
      const { code, reason, wasClean: clean } = event;
      this.#happened({ kind: "closed", code, reason, clean });
      this.#eventRows.closed(event);
      clearInterval(this.#looking);
      this.#serverReport?.ended();
    });
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  #received(data: string | ArrayBuffer | Blob): void {
    const size = data instanceof Blob
      ? data.size
      : sizeOf(typeof data === "string" ? data : new Uint8Array(data));
    this.#happened({ kind: "received", size });
    this.#eventRows.received(data);
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
      this.#eventRows.left();
    }
    this.flood?.stop();
    this.flooded = "";
  }

  #rest(): void {
    clearInterval(this.#looking);
    this.#serverReport?.stop();
  }

  /** Does what a browser may refuse, and says why it did. */
  #attempt(act: () => void): void {
    try {
      this.problem = "";
      act();
    } catch (error) {
      this.problem = (error as Error).message;
      this.#eventRows.refused(this.problem);
    }
  }

  #happened(happening: HappeningNow): void {
    const at = performance.now();
    this.connection = next(this.connection, { ...happening, at });
    this.#page.changed();
  }
}

/** A happening without its time. */
type HappeningNow = Happening extends infer H
  ? H extends Happening ? Omit<H, "at"> : never
  : never;
