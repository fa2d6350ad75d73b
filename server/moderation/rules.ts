/**
 * The house rules: who is banned where and until when, which rooms are locked
 * or in slow mode. Read from the documents that all nodes know; answers at
 * once. Pure: the time is passed in.
 */

import { nameKey } from "../../protocol/names.ts";
import type { BanSubject } from "../../protocol/requests.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import { userAuthor } from "../auth/author.ts";
import { looksOf } from "../fleet/lookalikes.ts";
import { networkOf } from "../runtime/ip_network.ts";

/** Who did it, when and why. */
interface Act {
  /** The moderator's name. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Somebody who is kept out, by one of name, user and address. */
export interface Ban extends Act {
  /** A kick is a short ban that is told in other words. */
  readonly kind: "ban" | "kick";
  /** A room, or all of them (`*`). */
  readonly room: string;
  readonly name?: string | undefined;
  /** The `sub` of a token. */
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  /** Who has had the name since: it holds for them under other names too. */
  readonly authors?: readonly string[] | undefined;
  /** The only one of these, in bans that earlier versions have kept. */
  readonly author?: string | undefined;
  /** The key of the ban that began this one, and ends it. */
  readonly beganBy?: string | undefined;
  /** Whether the address of who has the name is to be banned as well. */
  readonly withAddress?: boolean | undefined;
  /** When it is over, milliseconds since 1970. */
  readonly until: number;
  readonly reason?: string | undefined;
}

/** What is said in all rooms that are open. */
export interface Announcement extends Act {
  readonly id: string;
  readonly text: string;
  readonly until: number;
}

/** What holds in a room. */
export interface RoomRules {
  readonly locked: boolean;
  /** Milliseconds between two messages of one author; 0 is no limit. */
  readonly slowMs: number;
}

/** Somebody who might be banned. */
export interface Person {
  readonly name?: string | undefined;
  /** Whether an access token states the name: it is no imitation then. */
  readonly isNameStated?: boolean | undefined;
  readonly author?: string | undefined;
  readonly address: string;
}

/** What is new in the documents. */
export interface RulesChange {
  readonly bans: readonly Ban[];
  /** Rooms in which other rules hold now. */
  readonly rooms: readonly string[];
  readonly announcements: readonly Announcement[];
}

/** Under which key a rule is kept. */
export const RULE_KEYS = {
  lock: (room: string) => `lock/${room}`,
  slow: (room: string) => `slow/${room}`,
  announcement: (id: string) => `announcement/${id}`,
  /** One for each kind, room and person: a later one takes its place. One that
   * another ban began is kept beside one that a moderator made. */
  ban: (ban: Omit<Ban, "by" | "at" | "until">) =>
    `${ban.kind}/${ban.room}/${subjectOf(ban)}${
      ban.beganBy === undefined ? "" : ` through ${ban.beganBy}`
    }`,
};

/** The room that the rule under a key is about; `*` for the whole server. */
export function roomOf(key: string): string {
  const [kind, room = ""] = key.split("/");
  return kind === "announcement" ? EVERY_ROOM : room;
}

/** Who is meant by a ban, in a form that can be compared. */
function subjectOf(
  { name, user, address }: BanSubject,
): string {
  if (name !== undefined) return `name ${nameKey(name)}`;
  if (user !== undefined) return `author ${userAuthor(user).key}`;
  return `address ${networkOf(address ?? "") ?? ""}`;
}

/** Who is known to have had the name of a ban. */
export function authorsOf({ author, authors = [] }: Ban): readonly string[] {
  return author === undefined ? authors : [...new Set([...authors, author])];
}

/** All that a person might be banned as. */
function subjectsOf({ name, author, address }: Person): string[] {
  return [
    ...(name === undefined ? [] : [`name ${nameKey(name)}`]),
    ...(author === undefined ? [] : [`author ${author}`]),
    `address ${networkOf(address) ?? ""}`,
  ];
}

/** What the name of somebody who may be an imitation looks like. */
function looks({ name, isNameStated = false }: Person): string[] {
  return name === undefined || isNameStated ? [] : looksLike(name);
}

function looksLike(name: string): string[] {
  return [...looksOf(name)].map((look) => `look ${look}`);
}

/**
 * Whether a ban, wherever it holds, is about a person. Who only looks like a
 * banned name is kept out ({@linkcode ModerationRules.banOf}), but may be
 * somebody else: the ban does not follow that person to other names.
 */
export function isAbout(ban: Ban, person: Person): boolean {
  const subjects = subjectsOf(person);
  return subjects.includes(subjectOf(ban)) ||
    (person.author !== undefined && authorsOf(ban).includes(person.author));
}

const OPEN: RoomRules = { locked: false, slowMs: 0 };

/** The rules of one server, or of a fleet. */
export class ModerationRules {
  #documents: ReadonlyMap<string, string> = new Map();
  /** How many there are of each room. */
  #sizes = new Map<string, number>();
  #bansByKey = new Map<string, Ban>();
  /** By whom they are about. */
  #bans = new Map<string, Ban[]>();
  #rooms = new Map<string, RoomRules>();
  /** When what there is under a key is over. */
  #until = new Map<string, number>();

  /** How many documents there are. */
  get size(): number {
    return this.#documents.size;
  }

  /** How many are about one room, or about the whole server (`*`). */
  sizeOf(room: string): number {
    return this.#sizes.get(room) ?? 0;
  }

  /** Whether there is a document under this key. */
  has(key: string): boolean {
    return this.#documents.has(key);
  }

  /**
   * Takes all documents there are now.
   *
   * @returns What was not there before, or was otherwise.
   */
  replace(documents: ReadonlyMap<string, string>): RulesChange {
    const [before, roomsBefore] = [this.#documents, this.#rooms];
    this.#documents = documents;
    this.#sizes = new Map();
    this.#bans = new Map();
    this.#bansByKey = new Map();
    this.#rooms = new Map();
    this.#until = new Map();
    const bans: Ban[] = [];
    const announcements: Announcement[] = [];
    for (const [key, document] of documents) {
      const about = roomOf(key);
      this.#sizes.set(about, this.sizeOf(about) + 1);
      const isNew = before.get(key) !== document;
      const rule = read(document);
      if (rule === undefined) continue;
      const [kind, room = ""] = key.split("/");
      if (typeof rule["until"] === "number") {
        this.#until.set(key, rule["until"]);
      }
      switch (kind) {
        case "ban":
        case "kick": {
          const ban = rule as unknown as Ban;
          this.#bansByKey.set(key, ban);
          this.#addBan(ban);
          if (isNew) bans.push(ban);
          break;
        }
        case "lock":
          this.#rooms.set(room, { ...this.of(room), locked: true });
          break;
        case "slow": {
          const slowMs = Number(rule["everyMs"]);
          this.#rooms.set(room, { ...this.of(room), slowMs });
          break;
        }
        case "announcement":
          if (isNew) announcements.push(rule as unknown as Announcement);
          break;
      }
    }
    const names = new Set([...roomsBefore.keys(), ...this.#rooms.keys()]);
    const rooms = [...names].filter((room) => {
      const { locked, slowMs } = roomsBefore.get(room) ?? OPEN;
      const now = this.of(room);
      return locked !== now.locked || slowMs !== now.slowMs;
    });
    return { bans, rooms, announcements };
  }

  /** Returns the ban under a key, also one that is over. */
  ban(key: string): Ban | undefined {
    return this.#bansByKey.get(key);
  }

  /** Returns the bans that the one under a key has begun, by their keys. */
  begunBy(key: string): (readonly [key: string, ban: Ban])[] {
    return [...this.#bansByKey].filter(([, ban]) => ban.beganBy === key);
  }

  /** Returns the keys of all that keeps one subject out of a room: bans, kicks,
   * also of names that look the same, and what these have begun. */
  bansOn({ room, ...subject }: BanSubject & { room: string }): string[] {
    const { name } = subject;
    const alike = (name === undefined ? [] : looksLike(name))
      .flatMap((look) => this.#bans.get(look) ?? []);
    const meant = new Set(alike.filter((ban) => ban.room === room));
    const wanted = subjectOf(subject);
    const keys = [...this.#bansByKey].filter(([, ban]) =>
      meant.has(ban) || (ban.room === room && subjectOf(ban) === wanted)
    ).map(([key]) => key);
    const begun = keys.flatMap((key) => this.begunBy(key).map(([key]) => key));
    return [...new Set([...keys, ...begun])];
  }

  /** What holds in a room. */
  of(room: string): RoomRules {
    return this.#rooms.get(room) ?? OPEN;
  }

  /**
   * Whether somebody is kept out.
   *
   * @param person Who.
   * @param room Where; `*` asks for bans from the whole server alone.
   * @param now Milliseconds since 1970.
   * @returns The ban that lasts longest, if there is one.
   */
  banOf(person: Person, room: string, now: number): Ban | undefined {
    if (this.#bans.size === 0) return undefined;
    let longest: Ban | undefined;
    for (const subject of [...subjectsOf(person), ...looks(person)]) {
      for (const ban of this.#bans.get(subject) ?? []) {
        const here = ban.room === room || ban.room === EVERY_ROOM;
        if (!here || ban.until <= now) continue;
        if (ban.until > (longest?.until ?? 0)) longest = ban;
      }
    }
    return longest;
  }

  /**
   * All bans that hold in a room.
   *
   * @param room Which; `*` for those from the whole server.
   * @param now Milliseconds since 1970.
   * @returns In the order in which they end.
   */
  bans(room: string, now: number): Ban[] {
    const bans = new Set([...this.#bans.values()].flat());
    return [...bans].filter((ban) => ban.room === room && ban.until > now)
      .sort((a, b) => a.until - b.until);
  }

  /** The keys of what is over. */
  over(now: number): string[] {
    return [...this.#until].filter(([, until]) => until <= now)
      .map(([key]) => key);
  }

  #addBan(ban: Ban): void {
    const subjects = new Set([
      subjectOf(ban),
      ...(ban.name === undefined ? [] : looksLike(ban.name)),
      ...authorsOf(ban).map((author) => `author ${author}`),
    ]);
    for (const subject of subjects) {
      const bans = this.#bans.get(subject) ?? [];
      bans.push(ban);
      this.#bans.set(subject, bans);
    }
  }
}

/** A document, if it makes sense. */
function read(document: string): Record<string, unknown> | undefined {
  try {
    const rule = JSON.parse(document);
    return typeof rule === "object" && rule !== null ? rule : undefined;
  } catch {
    // One that another version wrote must not keep this one from starting.
    return undefined;
  }
}
