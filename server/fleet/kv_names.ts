/**
 * Names and sessions in Deno KV: each change is one commit that checks what it
 * was made for, and is made anew when somebody else was faster.
 */

import { nameKey } from "../../protocol/names.ts";
import type {
  Answer,
  Application,
  Choice,
  Claimed,
  Holding,
  Named,
} from "./engine.ts";
import {
  holderKey,
  type Lease,
  nodeKey,
  type Record,
  sessionKey,
  takenKey,
} from "./kv_wire.ts";

/** Tries before it is said that names cannot be looked up. */
const TRIES = 30;
/** Longest pause between two of them, milliseconds. */
const MOST_PAUSE_MS = 100;
/** For how long a node may find out that a session was taken, milliseconds. */
const TAKEN_MS = 60 * 60_000;

/** A name, and what is known of who holds it. */
interface Place {
  readonly name: string;
  readonly entry: Deno.KvEntryMaybe<string>;
}

/** The names of a fleet, as one node sees them. */
export class KvNames {
  readonly #kv: Deno.Kv;
  readonly #node: string;
  readonly #now: () => number;

  /**
   * @param kv The database.
   * @param node This node.
   * @param now Milliseconds since 1970.
   */
  constructor(kv: Deno.Kv, node: string, now: () => number) {
    this.#kv = kv;
    this.#node = node;
    this.#now = now;
  }

  /** See {@linkcode Engine.claim}. */
  claim(application: Application): Promise<Claimed> {
    return this.#insist(() => this.#claim(application));
  }

  /** See {@linkcode Engine.rename}. */
  rename(session: string, choice: Choice): Promise<Answer<Named>> {
    return this.#insist(async () => {
      const known = await this.#record(session);
      const record = known.value;
      const mine = record?.node === this.#node && await this.#lives(this.#node);
      if (record === null || !mine) return "unknown";
      const place = await this.#choose(choice, session);
      if ("taken" in place) return place;
      const { name } = place;
      return await this.#put(known, { ...record, name }, place) && { name };
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
    return await this.#choose(choice, undefined);
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

  /** Writes a session down again; tells whom it belongs to otherwise. */
  reassert(holding: Holding): Promise<"held" | "replaced" | "outnamed"> {
    return this.#insist(async () => {
      const known = await this.#record(holding.session);
      const record = known.value;
      const elsewhere = record !== null && record.node !== this.#node;
      if (elsewhere && record.version > holding.version) return "replaced";
      const place = await this.#choose(
        { names: [holding.name], any: false },
        holding.session,
      );
      if (!("taken" in place)) {
        const mine = { ...holding, node: this.#node };
        return await this.#put(known, mine, place) && "held";
      }
      const { ok } = await this.#kv.atomic().check(known).delete(known.key)
        .commit();
      return ok && "outnamed";
    });
  }

  /** @returns False when somebody else was faster. */
  async #claim(application: Application): Promise<Claimed | false> {
    const { session, spare, user, dialect } = application;
    if (!await this.#lives(this.#node)) return "unknown";
    const known = await this.#record(session);
    const record = known.value;
    if (
      record !== null && record.user === user && record.dialect === dialect
    ) {
      const entry = await this.#kv.get<string>(holderKey(record.name));
      if (entry.value === session) return await this.#take(known, record);
    }
    // Somebody else's is left alone; what a dead node had is written over.
    const other = record !== null && await this.#lives(record.node);
    return await this.#begin(
      other ? await this.#record(spare) : known,
      application,
    );
  }

  /** Begins the session of an entry. */
  async #begin(
    known: Deno.KvEntryMaybe<Record>,
    application: Application,
  ): Promise<Claimed | false> {
    const { user, dialect } = application;
    const session = String(known.key.at(-1));
    const place = await this.#choose(application, session);
    if ("taken" in place) return place;
    const holding = {
      session,
      name: place.name,
      user,
      dialect,
      version: this.#now(),
    };
    const mine = { ...holding, node: this.#node };
    return await this.#put(known, mine, place) && { holding, resumed: false };
  }

  /** Takes a session up, wherever it is. */
  async #take(
    known: Deno.KvEntryMaybe<Record>,
    record: Record,
  ): Promise<Claimed | false> {
    const version = Math.max(this.#now(), record.version + 1);
    const { node: from, ...holding } = { ...record, version };
    const mine = { ...holding, node: this.#node };
    const change = this.#kv.atomic().check(known).set(known.key, mine);
    if (from !== this.#node) {
      const key = [...takenKey(from), holding.session];
      change.set(key, version, { expireIn: TAKEN_MS });
    }
    const { ok } = await change.commit();
    return ok && { holding, resumed: true };
  }

  /** Ends a session. If somebody was faster, it is somebody else's. */
  async #end(known: Deno.KvEntryMaybe<Record>, record: Record): Promise<void> {
    const change = this.#kv.atomic().check(known).delete(known.key);
    await this.#freeName(change, record);
    await change.commit();
  }

  /** Writes a record whose name can be had. */
  async #put(
    known: Deno.KvEntryMaybe<Record>,
    record: Record,
    { entry }: Place,
  ): Promise<boolean> {
    const { session } = record;
    const change = this.#kv.atomic().check(known, entry)
      .set(known.key, record).set(entry.key, session);
    const old = known.value;
    if (old !== null && nameKey(old.name) !== nameKey(record.name)) {
      await this.#freeName(change, old);
    }
    return (await change.commit()).ok;
  }

  /** Deletes the name of a record that is no longer, if it is still its. */
  async #freeName(
    change: Deno.AtomicOperation,
    { session, name }: Record,
  ): Promise<void> {
    const entry = await this.#kv.get<string>(holderKey(name));
    if (entry.value === session) change.check(entry).delete(entry.key);
  }

  /** The first name that can be had by a session. */
  async #choose(
    { names, any }: Choice,
    session: string | undefined,
  ): Promise<Place | { readonly taken: string | undefined }> {
    for (const [index, name] of names.entries()) {
      const entry = await this.#kv.get<string>(holderKey(name));
      const holder = await this.#holder(entry);
      if (holder !== null && holder.session !== session) continue;
      return any || index === 0 ? { name, entry } : { taken: name };
    }
    return { taken: undefined };
  }

  /** Who holds the name of an entry, if somebody does. */
  async #holder(entry: Deno.KvEntryMaybe<string>): Promise<Record | null> {
    if (entry.value === null) return null;
    const { value } = await this.#record(entry.value);
    const same = value !== null && nameKey(value.name) === entry.key.at(-1);
    return same && await this.#lives(value.node) ? value : null;
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
    throw new Error("Others were faster again and again");
  }
}
