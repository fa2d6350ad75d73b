/**
 * The fleet's engine in Deno KV. KV has no notifications, so nodes poll for
 * news while others are alive. kv_names.ts holds names.
 */

import {
  type Cancel,
  type Clock,
  every,
  LONG_AGO,
  type Monotonic,
  msAfter,
} from "../../runtime/clock.ts";
import {
  type Alike,
  type Answer,
  type Application,
  type Beat,
  type Choice,
  type Claimed,
  type Counts,
  type Doc,
  type Engine,
  type EngineEvents,
  type Kept,
  KEPT_LEASES,
  type Named,
  type Reasserted,
  type SessionLease,
} from "../engine.ts";
import type { Logger } from "../../runtime/logger.ts";
import { KvNames } from "./kv_names.ts";
import {
  BEAT,
  hereKey,
  type Lease,
  MOST_NEWS,
  namedKey,
  NEWS,
  type News,
  type NewsItem,
  newsKey,
  nodeKey,
  NODES,
  type Record,
  renamedKey,
  SESSIONS,
  takenKey,
} from "./kv_fleet_wire.ts";
import { FleetNode, type FleetNodeOptions } from "../node.ts";

/** Documents that no node has written again for so long are forgotten. */
const HERE_MS = 60 * 60_000;
/** What dead nodes have told is forgotten after this. */
const NEWS_MS = 10 * 60_000;
/** Sessions that are looked at in one step, whether they still live. */
const SWEEP = 100;
/** How often in a lease it is looked for news: every second, usually. */
const LOOKS = 12;
/** Tries to renew a lease when others do the same. */
const TRIES = 20;

/**
 * Joins the nodes that share a database.
 *
 * @param kv The database; it stays open.
 * @param options This node.
 */
export async function joinKv(
  kv: Deno.Kv,
  options: FleetNodeOptions,
): Promise<FleetNode> {
  const node = new FleetNode(
    (events) => new KvEngine(kv, { ...options, events }),
    options,
  );
  await node.join();
  return node;
}

/** What {@linkcode KvEngine} needs. */
interface KvEngineOptions {
  readonly node: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, "error">;
  readonly leaseMs: number;
  readonly events: EngineEvents;
}

/** The engine, for one node. */
class KvEngine implements Engine {
  readonly #kv: Deno.Kv;
  readonly #options: KvEngineOptions;
  readonly #names: KvNames;
  readonly #rooms = new Set<string>();
  /** When the lease ends, as this node has measured it. */
  #until: Monotonic = LONG_AGO;
  #others: readonly string[] = [];
  /** How much of what each node told was heard. */
  readonly #heard = new Map<string, number>();
  #told = 0;
  #news: NewsItem[] = [];
  #telling: Promise<void> | null = null;
  #looking: Promise<void> | null = null;
  /** Where the sweep goes on; null when there is nothing to sweep. */
  #sweep: string | null = "";
  #stopLooking: Cancel;
  #closed = false;

  constructor(kv: Deno.Kv, options: KvEngineOptions) {
    this.#kv = kv;
    this.#options = options;
    const { clock, log, node, leaseMs } = options;
    this.#names = new KvNames(kv, {
      node,
      now: () => clock.now(),
      gaveWay: () => clock.soon(() => this.#lookAlone()),
    });
    this.#stopLooking = every(clock, {
      ms: leaseMs / LOOKS,
      run: () => {
        if (this.#others.length > 0) this.#lookAlone();
      },
      failed: (error) => log.error("other nodes not heard", { error }),
    });
  }

  async beat(leaseMs: number, counts: Counts): Promise<Beat> {
    for (let tries = 1; tries <= TRIES; tries++) {
      const beat = await this.#beat(leaseMs, counts);
      if (beat === null) continue;
      if (beat.living.length > 0) await this.#look();
      return { ...beat, own: await this.#sweepOn() };
    }
    throw new Error("Every attempt ended in a conflict with another node");
  }

  claim(application: Application): Promise<Claimed> {
    return this.#names.claim(application);
  }

  rename(session: string, choice: Choice): Promise<Answer<Named | Kept>> {
    return this.#names.rename(session, choice);
  }

  displace(one: Alike, choice: Choice): Promise<Answer<Named | Kept>> {
    return this.#names.displace(one, choice);
  }

  find(choice: Choice, user: string | undefined): Promise<Answer<Named>> {
    return this.#names.find(choice, user);
  }

  async release(sessions: readonly string[]): Promise<void> {
    await Promise.all(sessions.map((one) => this.#names.release(one)));
  }

  async reassert(leases: readonly SessionLease[]): Promise<Reasserted> {
    const [replaced, outnamed]: [string[], string[]] = [[], []];
    const renamed: [session: string, name: Named][] = [];
    for (const { session, ...rest } of leases) {
      const outcome = await this.#names.reassert({ session, ...rest });
      if (outcome === "replaced") replaced.push(session);
      else if (outcome === "outnamed") outnamed.push(session);
      else if (outcome.name !== rest.name) {
        renamed.push([session, outcome]);
      }
    }
    return { replaced, outnamed, renamed };
  }

  follow(room: string): Promise<void> {
    this.#rooms.add(room);
    return Promise.resolve();
  }

  unfollow(room: string): void {
    this.#rooms.delete(room);
  }

  async read(room: string): Promise<Doc[]> {
    const living = new Set((await this.#leases()).map(({ node }) => node));
    const docs: Doc[] = [];
    const prefix = hereKey(room);
    for await (const { value } of this.#kv.list<Doc>({ prefix })) {
      if (living.has(value.node)) docs.push(value);
    }
    return docs;
  }

  async write(room: string, doc: Doc): Promise<boolean> {
    const { clock, node } = this.#options;
    if (clock.monotonic() > this.#until) return false;
    const key = [...hereKey(room), node];
    if (doc.count === 0) await this.#kv.delete(key);
    else await this.#kv.set(key, doc, { expireIn: HERE_MS });
    await this.#tell({ room, version: doc.version });
    return true;
  }

  types(room: string, name: string): Promise<void> {
    return this.#tell({ room, typing: name });
  }

  async leave(): Promise<void> {
    const { node } = this.#options;
    await this.#kv.atomic().delete(nodeKey(node)).delete(newsKey(node))
      .commit();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopLooking();
    await Promise.allSettled([this.#looking, this.#telling]);
  }

  /** Renews the lease. Null when somebody else was faster. */
  async #beat(
    leaseMs: number,
    counts: Counts,
  ): Promise<Omit<Beat, "own"> | null> {
    const { clock, node } = this.#options;
    const [now, began] = [clock.now(), clock.monotonic()];
    const last = await this.#kv.get<number>(BEAT);
    const gap = now - (last.value ?? now);
    const change = this.#kv.atomic();
    // A time in which no heart has beaten is not counted: KV was away.
    const lostMs = gap > leaseMs / 2 ? gap : 0;
    if (lostMs > 0) change.check(last);
    const living: string[] = [];
    const counted: Counts[] = [];
    let held = false;
    for await (const entry of this.#kv.list<Lease>({ prefix: NODES })) {
      const other = String(entry.key.at(-1));
      const until = entry.value.until + lostMs;
      if (other === node) {
        held = until >= now;
        continue;
      }
      if (until + KEPT_LEASES * leaseMs < now) {
        // Two that do this at once do no harm.
        change.delete(entry.key);
        this.#sweep ??= "";
        continue;
      }
      const longer = { ...entry.value, until };
      if (lostMs > 0) change.check(entry).set(entry.key, longer);
      if (until < now) continue;
      living.push(other);
      counted.push(entry.value.counts);
    }
    const until = now + leaseMs;
    change.set(nodeKey(node), { until, counts }).set(BEAT, now);
    if (!(await change.commit()).ok) return null;
    this.#until = msAfter(began, leaseMs);
    this.#others = living;
    return { held, living, counts: counted };
  }

  async #leases(): Promise<{ node: string; until: number }[]> {
    const now = this.#options.clock.now();
    const leases = [];
    for await (
      const { key, value } of this.#kv.list<Lease>({ prefix: NODES })
    ) {
      if (value.until < now) continue;
      leases.push({ node: String(key.at(-1)), until: value.until });
    }
    return leases;
  }

  /** Ends some sessions of nodes that are forgotten. Returns those of this one that it met. */
  async #sweepOn(): Promise<string[]> {
    const own: string[] = [];
    if (this.#sweep === null) return own;
    const { node } = this.#options;
    const living = new Set([node, ...this.#others]);
    const entries = this.#kv.list<Record>({ prefix: SESSIONS }, {
      limit: SWEEP,
      cursor: this.#sweep,
    });
    let count = 0;
    for await (const { value } of entries) {
      count++;
      if (value.node === node) own.push(value.session);
      if (living.has(value.node)) continue;
      await this.#names.sweep(value.session);
    }
    this.#sweep = count < SWEEP ? null : entries.cursor;
    return own;
  }

  // What nodes tell each other.

  /** Tells the others, together with what else there is to tell by then. */
  async #tell(item: NewsItem): Promise<void> {
    this.#news.push(item);
    this.#told++;
    // What is being told already may be without it.
    await this.#telling?.catch(() => {});
    await (this.#telling ??= this.#write().finally(() => {
      this.#telling = null;
    }));
  }

  async #write(): Promise<void> {
    this.#news = this.#news.slice(-MOST_NEWS);
    const items = this.#news;
    const news: News = { before: this.#told - items.length, items: [...items] };
    const key = newsKey(this.#options.node);
    await this.#kv.set(key, news, { expireIn: NEWS_MS });
  }

  /** Looks for what the others have told. */
  #look(): Promise<void> {
    return this.#looking ??= this.#hear().finally(() => {
      this.#looking = null;
    });
  }

  /** Does so without a caller. The next heartbeat reports what fails. */
  #lookAlone(): void {
    this.#look().catch(() => {});
  }

  async #hear(): Promise<void> {
    const { node, events } = this.#options;
    const taken = this.#kv.list<number>({ prefix: takenKey(node) });
    for await (const entry of taken) {
      events.taken(String(entry.key.at(-1)), entry.value);
      await this.#heardOf(entry);
    }
    const named = this.#kv.list<Named>({ prefix: namedKey(node) });
    for await (const entry of named) {
      const { name, named } = entry.value;
      events.renamed(String(entry.key.at(-1)), name, named);
      await this.#heardOf(entry);
    }
    const renamed = this.#kv.list<string>({ prefix: renamedKey(node) });
    for await (const entry of renamed) {
      events.renamed(String(entry.key.at(-1)), entry.value, undefined);
      await this.#heardOf(entry);
    }
    for await (const { key, value } of this.#kv.list<News>({ prefix: NEWS })) {
      if (this.#closed) return;
      const other = String(key.at(-1));
      if (other !== node) await this.#hearOf(other, value);
    }
  }

  /** Deletes what was told to this node, unless it was told more since. */
  async #heardOf(entry: Deno.KvEntry<unknown>): Promise<void> {
    await this.#kv.atomic().check(entry).delete(entry.key).commit();
  }

  async #hearOf(node: string, { before, items }: News): Promise<void> {
    const { events } = this.#options;
    const heard = this.#heard.get(node) ?? 0;
    this.#heard.set(node, before + items.length);
    const fresh = items.slice(Math.max(heard - before, 0));
    const changed = new Map<string, number>();
    for (const item of fresh) {
      if (!this.#rooms.has(item.room)) continue;
      if ("version" in item) changed.set(item.room, item.version);
      else events.typing(item.room, item.typing);
    }
    // What it told too long ago may have been about any room.
    if (heard < before) {
      for (const room of this.#rooms) {
        changed.set(room, 0);
      }
    }
    for (const [room, version] of changed) {
      const { value } = await this.#kv.get<Doc>([...hereKey(room), node]);
      if (value !== null) events.wrote(room, value);
      else if (version === 0) events.missed(room);
      else events.wrote(room, { node, version, count: 0 });
    }
  }
}
