/** A connection made of paper: what rooms and hub write to it can be read. */

import { sessionAuthor } from "../../../server/auth/author.ts";
import { TRUSTED } from "../../../server/auth/permissions.ts";
import type { CloseReason } from "../../../protocol/close_codes.ts";
import type { Dialect } from "../../../protocol/dialect.ts";
import type { MessageEvent, ServerEvent } from "../../../protocol/events.ts";
import { v1 } from "../../../protocol/v1.ts";
import {
  newSession,
  type Reader,
  type Session,
} from "../../../server/rooms/session.ts";

/** Whoever reads. It takes everything, unless told otherwise. */
export class FakeReader implements Reader {
  readonly dialect: Dialect;
  address = "192.0.2.7";
  /** Frames it takes before it is full. */
  room = Infinity;
  /** Whether its socket still holds what was sent in earlier turns. */
  clogged = false;
  frames: string[] = [];
  ended: CloseReason | undefined;

  constructor(dialect: Dialect = v1) {
    this.dialect = dialect;
  }

  get ready(): boolean {
    return this.writable && !this.clogged;
  }

  get writable(): boolean {
    return this.room > 0;
  }

  send(frames: readonly string[]): void {
    if (this.ended !== undefined) throw new Error("Sent to a closed reader");
    this.frames.push(...frames);
    this.room -= frames.length;
  }

  tell(event: ServerEvent): void {
    this.send(this.dialect.encode(event));
  }

  note(event: ServerEvent): void {
    this.tell(event);
  }

  flush(): void {}

  end(reason: CloseReason): void {
    this.ended ??= reason;
  }

  /** The events of all frames, for `hubbub.v1`. */
  get events(): ServerEvent[] {
    return this.frames.flatMap((frame) => frame.split("\n"))
      .map((line) => JSON.parse(line));
  }

  /** The events that came since this was called last. */
  take(): ServerEvent[] {
    const { events } = this;
    this.frames = [];
    return events;
  }

  /** The events of one type. */
  all<T extends ServerEvent["type"]>(
    type: T,
  ): Extract<ServerEvent, { type: T }>[] {
    return this.events.filter(
      (event): event is Extract<ServerEvent, { type: T }> =>
        event.type === type,
    );
  }

  get messages(): MessageEvent[] {
    return this.all("message");
  }

  get seqs(): number[] {
    return this.messages.map(({ seq }) => seq);
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text);
  }
}

/** A session of one reader, as the hub would make it. */
export function fakeSession(
  name: string,
  reader = new FakeReader(),
): Session & { reader: FakeReader } {
  const id = `id-${name}`;
  const { dialect } = reader;
  const permissions = TRUSTED;
  return {
    ...newSession({
      id,
      author: sessionAuthor(id),
      dialect,
      name,
      permissions,
      reader,
    }),
    reader,
  };
}

/** `from` to `to`, both of them in it. */
export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
