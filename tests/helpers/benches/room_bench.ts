/**
 * A room on a bench: the test plays the store behind it, ends its ticks, and
 * answers what it asks of the hub, one step at a time.
 */

import type { Dialect } from "../../../protocol/dialect.ts";
import type { Cursor } from "../../../protocol/message.ts";
import { Room } from "../../../server/rooms/room.ts";
import { RoomMemory } from "../../../server/rooms/room_memory.ts";
import type { Member, Session } from "../../../server/rooms/session.ts";
import { Stats } from "../../../server/runtime/stats.ts";
import type { StoredMessage } from "../../../server/store/store.ts";
import { FakeClock } from "../doubles/clock.ts";
import { FakeReader, fakeSession } from "../doubles/reader.ts";

type FakeSession = Session & { reader: FakeReader };

/** One room. */
export class RoomBench {
  readonly epoch = "e1";
  readonly stats = new Stats();
  readonly room: Room;
  readonly #clock = new FakeClock();
  /** Members whose sockets the room waits for. */
  readonly slow = new Set<Member>();
  /** Members for whom it waits for the store. */
  readonly fetching = new Set<Member>();
  #log: StoredMessage[] = [];
  #first = 1;

  /**
   * @param stored Messages that are in the log before the room is opened.
   * @param memory What the room keeps its messages in.
   */
  constructor(stored = 0, memory = new RoomMemory()) {
    for (let seq = 1; seq <= stored; seq++) this.#store(`${seq}`, "elder");
    const { epoch } = this;
    this.room = new Room("hall", { epoch, first: 1, head: stored }, {
      stats: this.stats,
      memory,
      here: { others: new Map(), changed() {}, typing() {}, leave() {} },
      admits: () => true,
      standing: () => ({ rights: ["read", "write"] }),
      fanOut: () => {
        while (!this.room.step()) { /* serves all at once */ }
      },
      isOver: () => false,
      turn: () => 1,
      slow: (member) => this.slow.add(member),
      failed: (_session, error) => {
        throw error;
      },
      now: () => this.#clock.monotonic(),
      lookLater: (ms) =>
        this.#clock.after(ms, () => {
          this.room.looksAgain();
          this.tick();
        }),
      fetch: (member) => {
        member.fetching = true;
        this.fetching.add(member);
      },
    });
  }

  get head(): number {
    return this.#log.length;
  }

  /** Lets somebody ask to come in; it happens at the end of the tick. */
  arrive(
    session: FakeSession,
    { since, limit = 50 }: { since?: Cursor; limit?: number } = {},
  ): void {
    this.room.arrive({ session, since, limit, id: undefined });
  }

  /** Somebody new, in the room and with nothing unread. */
  enter(name: string, dialect?: Dialect): FakeSession {
    const session = fakeSession(name, new FakeReader(dialect));
    this.arrive(session);
    this.tick();
    while (this.fetching.size > 0) this.answer();
    session.reader.frames = [];
    return session;
  }

  /** Gives a person's sessions another name. */
  rename(sessions: readonly FakeSession[], name: string): void {
    const old = sessions[0]!.name;
    for (const session of sessions) session.name = name;
    this.room.rename(old, name, sessions.length);
  }

  /** Whether the room looks again at changes that wait. */
  get waits(): boolean {
    return this.#clock.waiting > 0;
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.#clock.pass(ms);
  }

  /** Ends the tick, with these texts of one author stored in it. */
  tick(texts: readonly string[] = [], author = "elder"): void {
    this.room.announceJoins();
    this.append(texts, author);
    this.room.announceLeaves();
  }

  /** Stores texts and feeds the room with them. */
  append(texts: readonly string[], author = "elder"): void {
    if (texts.length === 0) return;
    this.room.append(texts.map((text) => this.#store(text, author)));
    this.room.deliver();
  }

  /** The store lets go of what is older than `first`. */
  trim(first: number): void {
    this.#first = first;
    this.room.trimmed(first);
  }

  /** Looks after those who lag, as the hub does again and again. */
  poll(): void {
    const members = [...this.slow];
    this.slow.clear();
    for (const member of members) this.room.pump(member);
  }

  /** The store answers what the room asked for, `count` messages each. */
  answer(count = 256): void {
    const members = [...this.fetching];
    this.fetching.clear();
    for (const member of members) {
      const from = Math.max(member.cursor, this.#first - 1);
      member.fetching = false;
      this.room.pump(member, this.#log.slice(from, from + count));
    }
  }

  /** Does whatever the room waits for until it waits for nothing. */
  settle(): void {
    for (let i = 0; this.slow.size + this.fetching.size > 0; i++) {
      if (i > 10_000) throw new Error("The room never comes to rest");
      this.poll();
      this.answer();
    }
  }

  #store(text: string, author: string): StoredMessage {
    const message: StoredMessage = {
      room: "hall",
      seq: this.#log.length + 1,
      from: author,
      text,
      at: 1_000,
      author: `id-${author}`,
    };
    this.#log.push(message);
    return message;
  }
}
