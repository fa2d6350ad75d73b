/**
 * Names and sessions in Deno KV with optimistic locking: each commit checks
 * what it read, and is retried on conflict.
 */

import { nameKey } from "../../../protocol/names.ts";
import { lookKeysOf } from "../lookalikes.ts";
import type {
  Alike,
  Answer,
  Application,
  Choice,
  Claimed,
  Kept,
  Named,
  SessionLease,
} from "../engine.ts";
import {
  holderKey,
  type Lease,
  lookKey,
  namedKey,
  nodeKey,
  personKey,
  type Record,
  sessionKey,
  takenKey,
} from "./kv_fleet_wire.ts";
import { personOf } from "../fleet.ts";

/** Tries before it is said that names cannot be looked up. */
const TRIES = 30;
/** Longest pause between two of them, milliseconds. */
const MOST_PAUSE_MS = 100;
/** Sessions of one person that are renamed together: a commit checks 100 keys
 * at most. */
const MOST_MATES = 60;
/** Most keys of one read. */
const GET_MANY = 10;
/** For how long a node may find out that a session was taken, milliseconds. */
const TAKEN_MS = 60 * 60_000;

/** A name, and what is known of who holds it, and its looks. */
interface Place {
  readonly name: string;
  readonly entry: Deno.KvEntryMaybe<string>;
  readonly looks: readonly Deno.KvEntryMaybe<string>[];
  /** Those whose names look like it, and who have to give way. */
  readonly alike?: readonly Alike[];
  /** The person that has to give way, and the place that it is given. */
  readonly yields?: { readonly holder: Record; readonly to: Place };
}

/** What {@linkcode KvNames} needs. */
export interface KvNamesOptions {
  readonly node: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when a guest of this node may have been given another name, which
   * its news tell. */
  readonly gaveWay: () => void;
}

/** What a record is written for: its person's sessions, its name, and a session
 * that has the name already. */
interface Standing {
  readonly person: Deno.KvEntryMaybe<string[]>;
  readonly place: Place;
  readonly mate?: Deno.KvEntry<Record> | undefined;
}

/** The names of a fleet, as one node sees them. */
export class KvNames {
  readonly #kv: Deno.Kv;
  readonly #node: string;
  readonly #now: () => number;
  readonly #gaveWay: () => void;

  /**
   * @param kv The database.
   * @param options This node.
   */
  constructor(kv: Deno.Kv, { node, now, gaveWay }: KvNamesOptions) {
    this.#kv = kv;
    this.#node = node;
    this.#now = now;
    this.#gaveWay = gaveWay;
  }

  /** See {@linkcode Engine.claim}. */
  claim(application: Application): Promise<Claimed> {
    return this.#insist(() => this.#claim(application));
  }

  /** See {@linkcode Engine.rename}. */
  rename(session: string, choice: Choice): Promise<Answer<Named | Kept>> {
    return this.#insist(async (): Promise<Answer<Named | Kept> | false> => {
      const known = await this.#record(session);
      const record = known.value;
      const mine = record?.node === this.#node && await this.#lives(this.#node);
      if (record === null || !mine) return "unknown";
      const [wanted = ""] = choice.names;
      const other = nameKey(wanted) !== nameKey(record.name);
      if (!choice.signed && other && await this.#signs(record, session)) {
        return { kept: record.name };
      }
      const place = await this.#choose(choice, personOf(record));
      if ("taken" in place) return place;
      const change = this.#kv.atomic();
      await this.#giveWay(change, place);
      const signed = choice.signed || record.signed;
      const named = await this.#call(
        change,
        { record: { ...record, signed }, place },
        this.#node,
      );
      return await this.#commit(change, place) &&
        { name: place.name, named, alike: place.alike };
    });
  }

  /** See {@linkcode Engine.displace}. */
  displace(
    { session, name }: Alike,
    choice: Choice,
  ): Promise<Answer<Named | Kept>> {
    return this.#insist(async (): Promise<Answer<Named | Kept> | false> => {
      const { value: record } = await this.#record(session);
      if (record === null) return "unknown";
      const isOther = nameKey(record.name) !== nameKey(name);
      if (isOther || await this.#signs(record)) return { kept: record.name };
      const place = await this.#choose(choice, personOf(record));
      if ("taken" in place) return place;
      const change = this.#kv.atomic();
      const named = await this.#call(change, { record, place });
      return await this.#commit(change, place) && { name: place.name, named };
    });
  }

  /** See {@linkcode Engine.find}. */
  async find(
    choice: Choice,
    user: string | undefined,
  ): Promise<Answer<Named>> {
    const [name] = choice.names;
    if (name === undefined) return { taken: undefined };
    const holder = await this.#holder(await this.#kv.get(holderKey(name)));
    if (user !== undefined && holder?.user === user) return { name };
    if (user !== undefined && choice.any) {
      // Where any name will do, a user who is here keeps its own.
      const person = await this.#person({ session: "", user });
      const [mate] = await this.#matesOf(person);
      if (mate !== undefined) return { name: mate.value.name };
    }
    return await this.#insist(async () => {
      const person = user === undefined ? "" : `user ${user}`;
      const place = await this.#choose(choice, person);
      if ("taken" in place) return place;
      const found = { name: place.name, alike: place.alike };
      if (place.yields === undefined) return found;
      const change = this.#kv.atomic();
      await this.#giveWay(change, place);
      // Nobody holds what is only lent.
      change.check(place.entry).delete(place.entry.key);
      return await this.#commit(change, place) && found;
    });
  }

  /** Ends a session if it is this node's. */
  async release(session: string): Promise<void> {
    const known = await this.#record(session);
    if (known.value?.node === this.#node) await this.#end(known, known.value);
  }

  /** Ends a session if its node is forgotten. */
  async sweep(session: string): Promise<void> {
    const known = await this.#record(session);
    if (known.value === null) return;
    const lease = await this.#kv.get<Lease>(nodeKey(known.value.node));
    if (lease.value === null) await this.#end(known, known.value);
  }

  /** Writes a session down again; tells whom it belongs to otherwise, or the
   * name that its person has by now. */
  reassert(lease: SessionLease): Promise<Named | "replaced" | "outnamed"> {
    return this.#insist(async () => {
      const known = await this.#record(lease.session);
      const record = known.value;
      const elsewhere = record !== null && record.node !== this.#node;
      if (elsewhere && record.version > lease.version) return "replaced";
      const person = await this.#person(lease);
      const mates = await this.#matesOf(person);
      const mate = (elsewhere ? undefined : record) ??
        mates.find(({ value }) => value.session !== lease.session)?.value;
      const { name } = mate ?? lease;
      // What is written down holds, also when the last name has been forgotten.
      const named = Math.max(lease.named ?? 0, mate?.named ?? 0);
      const place = await this.#choose(
        { names: [name], any: false, signed: lease.signed },
        personOf(lease),
      );
      if (!("taken" in place)) {
        const mine = { ...lease, name, named, node: this.#node };
        return await this.#put(known, mine, { person, place }) &&
          { name, named };
      }
      const { ok } = await this.#kv.atomic().check(known).delete(known.key)
        .commit();
      return ok && "outnamed";
    });
  }

  /** @returns False when somebody else was faster. */
  async #claim(application: Application): Promise<Claimed | false> {
    const { session, spare, user, guest, dialect } = application;
    if (!await this.#lives(this.#node)) return "unknown";
    const known = await this.#record(session);
    const record = known.value;
    if (
      record !== null && record.user === user && record.dialect === dialect
    ) {
      const entry = await this.#kv.get<string>(holderKey(record.name));
      const first = await this.#record(entry.value ?? "");
      const same = first.value !== null &&
        personOf(first.value) === personOf(record);
      const { signed } = application;
      // While no node had it, somebody else may have been given a name that
      // looks the same.
      if (same && await this.#holdsLooks(record)) {
        return await this.#take(known, { ...record, signed });
      }
    }
    // Somebody else's is left alone; what a dead node had is written over.
    const other = record !== null && await this.#lives(record.node);
    return await this.#begin(
      other ? await this.#record(spare) : known,
      { ...application, guest },
    );
  }

  /** Begins the session of an entry. */
  async #begin(
    known: Deno.KvEntryMaybe<Record>,
    application: Application,
  ): Promise<Claimed | false> {
    const session = String(known.key.at(-1));
    const { user, dialect, signed, guest = session } = application;
    const who = { session, user, ...(user === undefined && { guest }) };
    const now = this.#now();
    const whole = { ...who, name: "", dialect, version: now, signed };
    const person = await this.#person(whole);
    const [mate] = await this.#matesOf(person);
    const place = mate === undefined
      ? await this.#choose(application, personOf(who))
      : await this.#placeOf(mate.value.name);
    if ("taken" in place) return place;
    const named = mate === undefined ? now : mate.value.named;
    const lease = { ...whole, name: place.name, named };
    const mine = { ...lease, node: this.#node };
    return await this.#put(known, mine, { person, place, mate }) &&
      { lease, resumed: false, alike: place.alike };
  }

  /** Takes a session up, wherever it is. */
  async #take(
    known: Deno.KvEntryMaybe<Record>,
    record: Record,
  ): Promise<Claimed | false> {
    const version = Math.max(this.#now(), record.version + 1);
    const { node: from, ...old } = { ...record, version };
    const change = this.#kv.atomic();
    // It may have begun anew under another name while no node had this one.
    const person = await this.#person(record);
    const mate = (await this.#matesOf(person)).find(({ value }) =>
      value.session !== record.session
    );
    const { name, named } = mate?.value ?? record;
    const lease = { ...old, name, named };
    if (mate !== undefined && name !== record.name) {
      change.check(mate);
      await this.#freeName(change, record, { name });
    }
    const mine = { ...lease, node: this.#node };
    change.check(known).set(known.key, mine);
    if (mate === undefined) {
      // Somebody else may have had a name that looks the same meanwhile.
      for (const look of await this.#looksOf(name)) {
        change.check(look).set(look.key, lease.session);
      }
    }
    if (from !== this.#node) {
      const key = [...takenKey(from), lease.session];
      change.set(key, version, { expireIn: TAKEN_MS });
    }
    const { ok } = await change.commit();
    return ok && { lease, resumed: true };
  }

  /** Ends a session. If somebody was faster, it is somebody else's. */
  async #end(known: Deno.KvEntryMaybe<Record>, record: Record): Promise<void> {
    const { session } = record;
    const person = await this.#person(record);
    const change = this.#kv.atomic().check(known, person).delete(known.key);
    const left = (person.value ?? []).filter((other) => other !== session);
    if (left.length === 0) change.delete(person.key);
    else change.set(person.key, left);
    const { entry, looks } = await this.#placeOf(record.name);
    const held = [entry, ...looks].filter(({ value }) => value === session);
    if (held.length > 0) {
      // The person may be here with another session.
      const mates = await this.#matesOf(person);
      const heir = mates.find(({ value }) => value.session !== session)?.value;
      for (const one of held) {
        change.check(one);
        if (heir === undefined) change.delete(one.key);
        else change.set(one.key, heir.session);
      }
    }
    await change.commit();
  }

  /** Writes a record whose name can be had. */
  async #put(
    known: Deno.KvEntryMaybe<Record>,
    record: Record,
    { person, place, mate }: Standing,
  ): Promise<boolean> {
    const { session } = record;
    const { entry, looks } = place;
    const others = (person.value ?? []).filter((other) => other !== session);
    const change = this.#kv.atomic();
    await this.#giveWay(change, place);
    change.check(known, person, entry, ...looks)
      .set(known.key, record).set(entry.key, session)
      .set(person.key, [...others, session].slice(-MOST_MATES));
    for (const look of looks) change.set(look.key, session);
    if (mate !== undefined) change.check(mate);
    const old = known.value;
    if (old !== null) await this.#freeName(change, old, record);
    return await this.#commit(change, place);
  }

  /**
   * Gives all sessions of a person a name, and tells the nodes that have them,
   * but for one.
   *
   * @returns When: later than all names that the person has had.
   */
  async #call(
    change: Deno.AtomicOperation,
    { record, place }: { record: Record; place: Place },
    me?: string,
  ): Promise<number> {
    const { name, entry, looks } = place;
    const known = await this.#record(record.session);
    const person = await this.#person(record);
    change.check(person, entry, ...looks);
    const mates = (await this.#recordsOf(person))
      .filter(({ value }) => value.session !== record.session);
    const all = [known, ...mates];
    const named = all.reduce(
      (time, { value }) => Math.max(time, (value?.named ?? 0) + 1),
      this.#now(),
    );
    await this.#freeName(change, record, { name });
    for (const mate of all) {
      const { signed } = mate === known ? record : mate.value ?? record;
      const renamed = { ...record, ...mate.value, signed, name, named };
      change.check(mate).set(mate.key, renamed);
      if (renamed.node === me) continue;
      const key = [...namedKey(renamed.node), renamed.session];
      change.set(key, { name, named }, { expireIn: TAKEN_MS });
    }
    for (const { key } of [entry, ...looks]) change.set(key, record.session);
    return named;
  }

  /** The person that has a name is given another one, if it has to give way. */
  async #giveWay(
    change: Deno.AtomicOperation,
    { yields }: Place,
  ): Promise<void> {
    if (yields === undefined) return;
    await this.#call(change, { record: yields.holder, place: yields.to });
  }

  async #commit(
    change: Deno.AtomicOperation,
    { yields }: Place,
  ): Promise<boolean> {
    const { ok } = await change.commit();
    if (ok && yields !== undefined) this.#gaveWay();
    return ok;
  }

  /** Deletes the name of a record that has another one now, and its looks, if
   * they are still its person's. */
  async #freeName(
    change: Deno.AtomicOperation,
    old: Record,
    { name }: Named,
  ): Promise<void> {
    if (old.name === name) return;
    const isSame = nameKey(old.name) === nameKey(name);
    const { entry, looks } = await this.#placeOf(old.name);
    const kept = new Set(lookKeysOf(name));
    const gone = looks.filter(({ key }) => !kept.has(String(key.at(-1))));
    for (const one of isSame ? gone : [entry, ...gone]) {
      const { value: first } = await this.#record(one.value ?? "");
      if (first !== null && personOf(first) === personOf(old)) {
        change.check(one).delete(one.key);
      }
    }
  }

  /** Whether the token of a session of a person that lives, but for one, states
   * its name. */
  async #signs(lease: SessionLease, but?: string): Promise<boolean> {
    const mates = await this.#matesOf(await this.#person(lease));
    return mates.some(({ value }) =>
      value.signed === true && value.session !== but
    );
  }

  /** The first name that a person can have. */
  async #choose(
    { names, any, signed = false, yielding }: Choice,
    person: string,
  ): Promise<Place | { readonly taken: string | undefined }> {
    const [wanted, ...others] = names;
    if (wanted === undefined) return { taken: undefined };
    const place = await this.#placeOf(wanted);
    const holder = await this.#holder(place.entry);
    const isFree = holder === null || personOf(holder) === person;
    const yields = async (record: Record) =>
      (signed || personOf(record) === `guest ${yielding}`) &&
      !await this.#signs(record);
    const alike = await this.#alike(place, person);
    let isOpen = true;
    for (const record of alike) isOpen &&= await yields(record);
    if (isOpen && isFree) return { ...place, alike };
    const other = await this.#free(others);
    if (isOpen && !isFree && other !== undefined && await yields(holder)) {
      return { ...place, alike, yields: { holder, to: other } };
    }
    return any && other !== undefined ? other : { taken: other?.name };
  }

  /** The sessions of others whose names look like a name, one of each person. */
  async #alike({ name, looks }: Place, person: string): Promise<Record[]> {
    const sessions = new Set(looks.flatMap(({ value }) => value ?? []));
    const found = new Map<string, Record>();
    for (const session of sessions) {
      const { value } = await this.#record(session);
      if (value === null || nameKey(value.name) === nameKey(name)) continue;
      if (personOf(value) === person) continue;
      // Earlier versions give names and leave the looks as they were.
      const own = lookKeysOf(value.name);
      const isAlike = looks.some(({ key, value: holder }) =>
        holder === session && own.includes(String(key.at(-1)))
      );
      const holder = isAlike ? await this.#livingOf(value) : null;
      if (holder !== null) found.set(personOf(holder), holder);
    }
    return [...found.values()];
  }

  /** Whether a session's name is still the only one that looks like it. */
  async #holdsLooks(record: Record): Promise<boolean> {
    const person = await this.#person(record);
    if ((await this.#matesOf(person)).length > 0) return true;
    const place = await this.#placeOf(record.name);
    return (await this.#alike(place, personOf(record))).length === 0;
  }

  /** One of some names that nobody has: of those that a dead node has left
   * behind there are few, and they are swept away. */
  async #free(names: readonly string[]): Promise<Place | undefined> {
    for (let start = 0; start < names.length; start += GET_MANY) {
      const some = names.slice(start, start + GET_MANY);
      const entries = await this.#kv.getMany<string[]>(some.map(holderKey));
      for (const [index, name] of some.entries()) {
        const entry = entries[index];
        if (entry === undefined || entry.value !== null) continue;
        const place = { name, entry, looks: await this.#looksOf(name) };
        if (place.looks.every(({ value }) => value === null)) return place;
      }
    }
    return undefined;
  }

  /** Who holds the name of an entry, if somebody does. */
  async #holder(entry: Deno.KvEntryMaybe<string>): Promise<Record | null> {
    if (entry.value === null) return null;
    const { value } = await this.#record(entry.value);
    const same = value !== null && nameKey(value.name) === entry.key.at(-1);
    return same ? await this.#livingOf(value) : null;
  }

  /** A session whose person has its name still, on a node that lives. */
  async #livingOf(value: Record): Promise<Record | null> {
    if (await this.#lives(value.node)) return value;
    const mates = await this.#matesOf(await this.#person(value));
    return mates.find((mate) =>
      nameKey(mate.value.name) === nameKey(value.name)
    )?.value ?? null;
  }

  async #placeOf(name: string): Promise<Place> {
    const [entry, looks] = await Promise.all([
      this.#kv.get<string>(holderKey(name)),
      this.#looksOf(name),
    ]);
    return { name, entry, looks };
  }

  async #looksOf(name: string): Promise<Deno.KvEntryMaybe<string>[]> {
    const keys = lookKeysOf(name).map(lookKey);
    const entries: Deno.KvEntryMaybe<string>[] = [];
    for (let start = 0; start < keys.length; start += GET_MANY) {
      const some = keys.slice(start, start + GET_MANY);
      entries.push(...await this.#kv.getMany<string[]>(some));
    }
    return entries;
  }

  #person(
    lease: Pick<SessionLease, "session" | "user" | "guest">,
  ): Promise<Deno.KvEntryMaybe<string[]>> {
    return this.#kv.get<string[]>(personKey(lease));
  }

  /** All sessions of a person. */
  async #recordsOf(
    { value }: Deno.KvEntryMaybe<string[]>,
  ): Promise<Deno.KvEntry<Record>[]> {
    const entries = await Promise.all(
      (value ?? []).map((session) => this.#record(session)),
    );
    return entries.filter((entry) => entry.value !== null);
  }

  /** Those sessions of a person whose nodes live. */
  async #matesOf(
    person: Deno.KvEntryMaybe<string[]>,
  ): Promise<Deno.KvEntry<Record>[]> {
    const mates: Deno.KvEntry<Record>[] = [];
    for (const entry of await this.#recordsOf(person)) {
      if (await this.#lives(entry.value.node)) mates.push(entry);
    }
    return mates;
  }

  #record(session: string): Promise<Deno.KvEntryMaybe<Record>> {
    return this.#kv.get<Record>(sessionKey(session));
  }

  async #lives(node: string): Promise<boolean> {
    const { value } = await this.#kv.get<Lease>(nodeKey(node));
    return value !== null && value.until >= this.#now();
  }

  /** Tries until nobody was faster. */
  async #insist<T>(attempt: () => Promise<T | false>): Promise<T> {
    for (let tries = 1; tries <= TRIES; tries++) {
      const done = await attempt();
      if (done !== false) return done;
      const pause = Math.random() * Math.min(2 ** tries, MOST_PAUSE_MS);
      await new Promise((again) => setTimeout(again, pause));
    }
    throw new Error("Every attempt ended in a conflict with another node");
  }
}
