/**
 * The fleet's engine in Redis, over its own connection: scripts for decisions
 * (redis_scripts.ts), channels for notifications.
 */

import { nameKey } from "../../../protocol/names.ts";
import { readRedisAddress } from "../../store/addresses.ts";
import type { Script } from "../../store/redis/redis_scripts.ts";
import {
  cannotOpen,
  RedisLink,
  type Reply,
} from "../../store/redis/redis_link.ts";
import { lookKeysOf } from "../lookalikes.ts";
import type {
  Alike,
  Answer,
  Application,
  Beat,
  Choice,
  Claimed,
  Counts,
  Doc,
  Engine,
  EngineEvents,
  Kept,
  Named,
  SessionLease,
} from "../engine.ts";
import { FleetNode, type FleetNodeOptions } from "../node.ts";
import {
  BEAT,
  CLAIM,
  DISPLACE,
  FIND,
  FLEET_KEYS,
  hereChannel,
  hereKey,
  LEAVE,
  NAMED,
  nodeChannels,
  nodesChannel,
  READ_HERE,
  REASSERT,
  RELEASE,
  RENAME,
  RENAMED,
  WRITE_HERE,
} from "./redis_fleet_scripts.ts";

/**
 * Joins the nodes on one Redis.
 *
 * @param address As {@linkcode RedisStoreOptions} has it.
 * @param options This node.
 * @throws {StoreOpenError} With one line that says what is wrong.
 */
export async function joinRedis(
  address: string,
  options: FleetNodeOptions,
): Promise<FleetNode> {
  // The first time there is nothing to heal.
  let heal = () => Promise.resolve();
  const link = await RedisLink.open({
    address,
    heal: () => heal(),
    lost() {},
  });
  const database = readRedisAddress(address)?.database ?? 0;
  const node = new FleetNode(
    (events) => new RedisEngine({ link, database, node: options.node, events }),
    options,
  );
  heal = () => node.healed();
  try {
    await node.join();
    return node;
  } catch (error) {
    link.close();
    throw cannotOpen(address, error);
  }
}

/** What {@linkcode RedisEngine} needs. */
interface RedisEngineOptions {
  readonly link: RedisLink;
  readonly database: number;
  readonly node: string;
  readonly events: EngineEvents;
}

/** The engine, for one node. */
class RedisEngine implements Engine {
  readonly #link: RedisLink;
  readonly #database: number;
  readonly #node: string;
  readonly #events: EngineEvents;
  #listens = false;
  #sweep = "0";

  constructor({ link, database, node, events }: RedisEngineOptions) {
    this.#link = link;
    this.#database = database;
    this.#node = node;
    this.#events = events;
  }

  async beat(leaseMs: number, counts: Counts): Promise<Beat> {
    await this.#listen();
    const [held, living, counted, own, sweep] = await this.#run(BEAT, [
      this.#node,
      leaseMs,
      this.#sweep,
      nodesChannel(this.#database),
      JSON.stringify(counts),
    ]) as [number, string[], string[], string[], string];
    this.#sweep = sweep;
    return {
      held: held === 1,
      living,
      counts: counted.map((json): Counts => JSON.parse(json)),
      own,
    };
  }

  async claim(application: Application): Promise<Claimed> {
    const { session, spare, user = "", guest = "", dialect } = application;
    const reply = await this.#run(CLAIM, [
      this.#node,
      session,
      spare,
      user,
      guest,
      dialect,
      ...this.#choiceArguments(application),
    ]);
    if (reply === "unknown") return reply;
    const [id, name, version, resumed, holder, named, alike] = reply as Reply[];
    if (name === undefined) return { taken: taken(id) };
    const lease = {
      session: String(id),
      name: String(name),
      user: application.user,
      ...(holder !== "" && { guest: String(holder) }),
      dialect,
      version: Number(version),
      named: Number(named),
      signed: application.signed,
    };
    return { lease, resumed: resumed === 1, alike: pairs(alike) };
  }

  async rename(
    session: string,
    choice: Choice,
  ): Promise<Answer<Named | Kept>> {
    const reply = await this.#run(RENAME, [
      this.#node,
      session,
      ...this.#choiceArguments(choice),
    ]);
    return namedOrKept(reply);
  }

  async displace(
    { session, name }: Alike,
    choice: Choice,
  ): Promise<Answer<Named | Kept>> {
    return namedOrKept(
      await this.#run(DISPLACE, [
        session,
        nameKey(name),
        ...this.#choiceArguments(choice),
      ]),
    );
  }

  async find(
    choice: Choice,
    user: string | undefined,
  ): Promise<Answer<Named>> {
    if (choice.names.length === 0) return { taken: undefined };
    return named(
      await this.#run(FIND, [user ?? "", ...this.#choiceArguments(choice)]),
    );
  }

  async release(sessions: readonly string[]): Promise<void> {
    await this.#run(RELEASE, [this.#node, ...sessions]);
  }

  async reassert(leases: readonly SessionLease[]) {
    const records = leases.flatMap((
      { session, name, user = "", guest, dialect, version, named, signed },
    ) => [
      session,
      JSON.stringify({
        node: this.#node,
        key: nameKey(name),
        looks: lookKeysOf(name),
        looks_of: nameKey(name),
        name,
        user,
        guest,
        dialect,
        version,
        named,
        signed: signed || undefined,
      }),
    ]);
    const [replaced, outnamed, ids, names, times] = await this.#run(REASSERT, [
      this.#node,
      ...records,
    ]) as [string[], string[], string[], string[], number[]];
    const renamed = ids.map((id, index) => {
      const name = { name: names[index] ?? "", named: times[index] };
      return [id, name] as const;
    });
    return { replaced, outnamed, renamed };
  }

  async follow(room: string): Promise<void> {
    await this.#link.subscribe(hereChannel(this.#database, room), (payload) => {
      const news: Doc | { readonly typing: string; readonly node: string } =
        JSON.parse(payload);
      if (news.node === this.#node) return;
      if ("typing" in news) this.#events.typing(room, news.typing);
      else this.#events.wrote(room, news);
    });
  }

  unfollow(room: string): void {
    this.#link.unsubscribe(hereChannel(this.#database, room));
  }

  async read(room: string): Promise<Doc[]> {
    const docs = await this.#run(READ_HERE, [], hereKey(room)) as string[];
    return docs.map((doc): Doc => JSON.parse(doc))
      .filter(({ node }) => node !== this.#node);
  }

  async write(room: string, doc: Doc): Promise<boolean> {
    const channel = hereChannel(this.#database, room);
    const done = await this.#run(WRITE_HERE, [
      this.#node,
      channel,
      JSON.stringify(doc),
      Number(doc.count === 0),
    ], hereKey(room));
    return done === 1;
  }

  async types(room: string, name: string): Promise<void> {
    const news = JSON.stringify({ node: this.#node, typing: name });
    await this.#link.call("PUBLISH", hereChannel(this.#database, room), news);
  }

  async leave(): Promise<void> {
    await this.#run(LEAVE, [this.#node]);
  }

  close(): Promise<void> {
    this.#link.close();
    return Promise.resolve();
  }

  #run(
    script: Script,
    args: readonly (string | number)[],
    ...keys: string[]
  ): Promise<Reply> {
    return this.#link.run(script, [...FLEET_KEYS, ...keys], args);
  }

  /** What the scripts' `choose` reads. */
  #choiceArguments(
    { names, any, signed = false, yielding = "" }: Choice,
  ): (string | number)[] {
    return [
      nodeChannels(this.#database),
      Number(any),
      Number(signed),
      yielding,
      ...names.flatMap((name) => [
        ...[nameKey(name), name],
        lookKeysOf(name).join("\n"),
      ]),
    ];
  }

  /** Subscribes to notifications about this node's sessions and about other
   * nodes. The link resubscribes after an outage. */
  async #listen(): Promise<void> {
    if (this.#listens) return;
    const channel = nodeChannels(this.#database) + this.#node;
    await this.#link.subscribe(channel, (payload) => {
      const [session = "", version = "", ...words] = payload.split(" ");
      if (session === NAMED) {
        const [time, ...name] = words;
        return this.#events.renamed(version, name.join(" "), Number(time));
      }
      if (session === RENAMED) {
        return this.#events.renamed(version, words.join(" "), undefined);
      }
      this.#events.taken(session, Number(version));
    });
    await this.#link.subscribe(nodesChannel(this.#database), (node) => {
      if (node !== this.#node) this.#events.met();
    });
    this.#listens = true;
  }
}

/** The other name that is free, if one was told. */
function taken(other: Reply | undefined): string | undefined {
  return typeof other === "string" ? other : undefined;
}

function named(reply: Reply): Answer<Named> {
  if (reply === "unknown") return reply;
  const [name, done, named, alike] = reply as Reply[];
  if (done !== 1) return { taken: taken(name) };
  return {
    name: String(name),
    ...(typeof named === "number" && { named }),
    alike: pairs(alike),
  };
}

function namedOrKept(reply: Reply): Answer<Named | Kept> {
  const [kept, done] = reply as Reply[];
  return done === 2 ? { kept: String(kept) } : named(reply);
}

/** Sessions and names, one after the other. */
function pairs(reply: Reply | undefined): Alike[] {
  const words = Array.isArray(reply) ? reply.map(String) : [];
  return words.flatMap((session, index) =>
    index % 2 === 0 ? [{ session, name: words[index + 1] ?? "" }] : []
  );
}
