/**
 * A minimal client of dialect `hubbub.v1`, which trusts the server in
 * everything: it drops no repeat and fills no hole, so that the truth checker
 * sees every one. Publishes with a cid until acked, and can repeat what was.
 */

import type { JoinedEvent, ServerEvent } from "../../protocol/events.ts";
import { V1 } from "../../protocol/v1.ts";
import { tokenOf } from "../texts.ts";
import {
  type BreakableClient,
  type ClientOptions,
  HALF,
  Link,
} from "./client.ts";

/** After which event a publish is repeated that was acked before it. */
export type RepeatAfter = "ack" | "reconnect" | "restart";

/** A publish that was acked, and when. */
interface Acked {
  readonly text: string;
  readonly seq: number;
  readonly connection: number;
  readonly life: number;
  readonly at: number;
}

/** Most publishes that wait for their acks. */
const MOST_PENDING = 100;
/** Publishes that can be repeated: the newest, and not older than half of what
 * the server promises to know them for. */
const REMEMBERED = 50;
const REMEMBERED_MS = 5 * 60_000;
const RETRY_MS = 200;

/** Options of a {@linkcode V1Client}. */
export interface V1Options extends ClientOptions {
  /** Messages to have replayed when it does not resume. */
  readonly limit: number;
  /** How often the server was started so far. */
  readonly life: () => number;
  /** Whether it begins at the first message instead. */
  readonly fromStart?: boolean;
}

/** One client that speaks `hubbub.v1`. */
export class V1Client implements BreakableClient {
  readonly id: string;
  readonly room: string;
  readonly halfFrame: string;
  readonly protocol = V1;
  readonly url: URL;
  readonly #options: V1Options;
  readonly #link: Link;
  /** Texts by cid. */
  readonly #pending = new Map<string, string>();
  /** The seq that a repeat's ack must have, by cid. */
  readonly #repeats = new Map<string, number>();
  #acked: Acked[] = [];
  #name: string | undefined;
  #token: string | undefined;
  #epoch: string | undefined;
  #cursor = 0;
  #here = false;
  /** Whether its hello was taken. */
  #welcome = false;
  /** Whether it has asked to join, and was not answered yet. */
  #joining = false;
  #connection = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #members: ((names: readonly string[]) => void)[] = [];

  constructor(options: V1Options) {
    const { id, room, server } = options;
    this.id = id;
    this.room = room;
    this.#options = options;
    this.url = new URL("/ws", server);
    this.halfFrame = this.#request("publish", { text: HALF });
    this.#link = new Link(this, options);
  }

  get socket() {
    return this.#link.socket;
  }

  get here(): boolean {
    return this.#here;
  }

  get name(): string | undefined {
    return this.#name;
  }

  get settled(): boolean {
    return this.#pending.size === 0;
  }

  publish(text: string): boolean {
    if (this.#pending.size >= MOST_PENDING) return false;
    const cid = tokenOf(text);
    this.#options.check.sent(cid);
    this.#pending.set(cid, text);
    if (this.#here) this.#send(cid, text);
    return true;
  }

  /**
   * Publishes once more what was acked already.
   *
   * @param after What must have happened since.
   * @returns Whether there was such a publish.
   */
  repeat(after: RepeatAfter): boolean {
    if (!this.#here) return false;
    const since = Date.now() - REMEMBERED_MS;
    const { life } = this.#options;
    const acked = this.#acked.findLast(({ text, connection, life: then, at }) =>
      at > since && !this.#pending.has(tokenOf(text)) &&
      (after === "ack" ||
        (after === "reconnect" && connection < this.#connection) ||
        (after === "restart" && then < life()))
    );
    if (acked === undefined) return false;
    const { text, seq } = acked;
    const cid = tokenOf(text);
    this.#pending.set(cid, text);
    this.#repeats.set(cid, seq);
    this.#send(cid, text);
    return true;
  }

  /** Drops the cursor, as a newly opened page does. */
  forget(): void {
    this.#epoch = undefined;
  }

  /** Requests the room's member list. */
  who(): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.#members.push(resolve);
    this.#link.send(this.#request("who", { id: "who" }));
    return promise;
  }

  reconnect(): void {
    this.lost();
    this.#link.reconnect();
  }

  end(): Promise<void> {
    clearTimeout(this.#retry);
    return this.#link.end();
  }

  // What the link calls.

  opened(): void {
    this.#connection++;
    // The retry belongs to the previous connection.
    clearTimeout(this.#retry);
    this.#greet();
  }

  #greet(): void {
    this.#welcome = false;
    const name = this.#name ?? this.id;
    const token = this.#token;
    this.#joining = true;
    this.#link.send(
      `${JSON.stringify({ type: "hello", name, token })}\n${this.#join()}`,
    );
  }

  heard(frame: string): void {
    for (const line of frame.split("\n")) this.#event(JSON.parse(line));
    this.#options.changes.notify();
  }

  broken(): void {
    this.#options.check.broken(this.room);
  }

  lost(): void {
    this.#here = false;
    this.#options.changes.notify();
  }

  #event(event: ServerEvent): void {
    const { check, lag, room } = this.#options;
    switch (event.type) {
      case "welcome":
        this.#welcome = true;
        this.#name = event.name;
        this.#token = event.token;
        break;
      case "joined":
        this.#joined(event);
        break;
      case "message": {
        // Until it has begun at the start: then it gets this in its place.
        if (this.#options.fromStart && !this.#here) break;
        const { seq, text, replay, at } = event;
        check.delivered(this.id, { room, seq, text: tokenOf(text) });
        this.#cursor = seq;
        if (replay === undefined) lag(Date.now() - at);
        break;
      }
      case "gap":
        check.gap(this.id, room, event);
        this.#cursor = event.to;
        break;
      case "ack":
        this.#acknowledged(event.cid ?? "", event.seq);
        break;
      case "error":
        this.#failed(event);
        break;
      case "presence":
        if (event.id === "who") this.#members.shift()?.(event.members ?? []);
        break;
    }
  }

  #join(): string {
    const { limit, fromStart } = this.#options;
    const since = this.#since;
    return this.#request(
      "join",
      since !== undefined ? { since } : { limit: fromStart ? 0 : limit },
    );
  }

  get #since() {
    const epoch = this.#epoch;
    return epoch === undefined ? undefined : { epoch, seq: this.#cursor };
  }

  /** Requests to join again unless a request is pending. */
  #joinAgain(): void {
    if (this.#joining) return;
    this.#joining = true;
    this.#link.send(this.#join());
  }

  #joined(event: JoinedEvent): void {
    const { check, room, limit, fromStart } = this.#options;
    if (fromStart && this.#epoch === undefined) {
      // Only now is it known which life of the log to begin at the start of.
      this.#epoch = event.epoch;
      this.#link.send(this.#join());
      return;
    }
    this.#joining = false;
    check.joined(this.id, { ...event, since: this.#since, limit });
    this.#epoch = event.epoch;
    this.#cursor = event.after;
    this.#here = true;
    for (const [cid, text] of this.#pending) this.#send(cid, text);
    if (room !== event.room) {
      check.violated({ room, reader: this.id, what: `joined ${event.room}` });
    }
  }

  #acknowledged(cid: string, seq: number): void {
    const { check, room, life } = this.#options;
    const text = this.#pending.get(cid);
    check.acked({ author: this.id, room, seq, text: cid });
    const first = this.#repeats.get(cid);
    if (first !== undefined && first !== seq) {
      const what = `a repeat of "${cid}" was acked with it, not with ${first}`;
      check.violated({ room, seq, reader: this.id, what });
    }
    this.#repeats.delete(cid);
    if (text === undefined || !this.#pending.delete(cid)) return;
    this.#acked.push({
      text,
      seq,
      connection: this.#connection,
      life: life(),
      at: Date.now(),
    });
    if (this.#acked.length <= REMEMBERED) return;
    // The last that each server acked stays, for a repeat after a restart.
    const index = this.#acked.findIndex(({ life }, index) =>
      life === this.#acked[index + 1]?.life
    );
    this.#acked.splice(Math.max(index, 0), 1);
  }

  #failed(event: ServerEvent & { type: "error" }): void {
    const { check, room } = this.#options;
    if (event.code === "name_taken") {
      // The old connection still holds the name, and there is no token for it.
      this.#name = event.suggestion;
      return this.#greet();
    }
    // Stood behind the hello that was refused.
    if (event.code === "hello_first") return;
    if (event.retryable) {
      // One about a publish has its cid.
      if (event.cid === undefined) this.#joining = false;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => {
        if (!this.#welcome) return this.#greet();
        if (!this.#here) return this.#joinAgain();
        for (const [cid, text] of this.#pending) this.#send(cid, text);
      }, event.retryAfterMs ?? RETRY_MS);
      return;
    }
    const what = `was told: ${event.code}, ${event.message}`;
    check.violated({ room, reader: this.id, what });
  }

  #send(cid: string, text: string): void {
    this.#link.send(this.#request("publish", { cid, text }));
  }

  #request(type: string, fields: object): string {
    return JSON.stringify({ type, room: this.room, ...fields });
  }
}
