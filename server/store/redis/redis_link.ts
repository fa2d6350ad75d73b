/**
 * The connection to Redis: one at a time, for calls and subscriptions in one
 * order. Connects, detects losses and reconnects; the owner decides what to do
 * then.
 *
 * The library's own reconnecting is off: it retains calls with an unknown
 * result, and hanging connections, for longer than senders wait.
 */

import { createClient, DisconnectsClientError, ErrorReply } from "redis";
import type { Script } from "./redis_scripts.ts";
import { locate } from "./redis_sentinel.ts";
import { withoutPassword } from "../addresses.ts";
import { OutOfReachError, StoreOpenError } from "../store.ts";

/** What Redis answers. */
export type Reply =
  | string
  | number
  | null
  | readonly Reply[]
  | { readonly [field: string]: Reply };

/** Gets what is published on a channel. */
export type Listener = (payload: string) => void;

/** What {@linkcode RedisLink.open} needs. */
export interface RedisLinkOptions {
  /** As `readRedisAddress()` of addresses.ts takes it. */
  readonly address: string;
  /** Runs when there is a connection again and all channels are listened to;
   * calls that wait for {@linkcode RedisLink.healed} go on after it. */
  readonly heal: () => Promise<void>;
  /** Runs when the connection is lost. */
  readonly lost: () => void;
  /** Told when the first connection takes long, before it is given up. */
  readonly slow?: () => void;
}

/** How long Redis may take to answer, milliseconds: less than a sender's
 * patience, more than a busy Redis ever needs. */
const ANSWER_MS = 3_000;
/** After how long the first connection takes long, milliseconds. */
const SLOW_MS = 1_500;
/** Between two tries to connect, milliseconds; half of it to all of it. */
const RETRY_MS = 500;

type Client = ReturnType<typeof newClient>;

function newClient(address: string) {
  return createClient({
    url: address,
    RESP: 3,
    disableOfflineQueue: true,
    disableClientInfo: true,
    // They would read the environment, which needs a permission.
    maintNotifications: "disabled",
    socket: { reconnectStrategy: false, connectTimeout: ANSWER_MS },
    // The link has its own, which ends calls that are under way as well.
    commandOptions: { timeout: 0 },
  });
}

/**
 * Rejects when something takes too long.
 *
 * @param promise An answer.
 * @param heard When another one came last, on the clock of `performance`: they
 * come one after the other, and large ones take their time.
 */
function inTime<T>(
  promise: Promise<T>,
  heard: () => number = () => -Infinity,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout>;
  const wait = (ms: number) => {
    timer = setTimeout(() => {
      const rest = heard() + ANSWER_MS - performance.now();
      if (rest > 0) wait(rest);
      else reject(new RedisSilent(`Redis did not answer in ${ANSWER_MS} ms`));
    }, ms);
  };
  wait(ANSWER_MS);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Redis did not answer: whether it has done what it was asked is unknown. */
class RedisSilent extends OutOfReachError {
  override name = "RedisSilent";
}

/** What to tell who calls when there is no connection, since the last try to
 * make one failed: a Redis that is not there, or does not want anybody yet, is
 * so for all nodes. Before the first try, the cause is what ended the last
 * connection. */
function unreachable(failure: unknown, lostBy: unknown): Error {
  const forAll = failure instanceof ErrorReply ||
    (failure as { code?: unknown } | null)?.code === "ECONNREFUSED";
  const words = "Redis cannot be reached";
  return forAll
    ? new Error(words, { cause: failure })
    : new OutOfReachError(words, { cause: failure ?? lostBy });
}

/** A connection that comes back. */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #listeners = new Map<string, Listener>();
  #client: Client | null = null;
  /** When Redis answered last. */
  #heardAt = -Infinity;
  /** Why the last try to connect failed. */
  #failure: unknown = null;
  /** What ended the last connection. */
  #lostBy: unknown = null;
  #healed: Promise<void> = Promise.resolve();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /**
   * Connects.
   *
   * @throws {StoreOpenError} With one line, when that does not succeed at once:
   * whoever starts a server wants to know.
   */
  static async open(options: RedisLinkOptions): Promise<RedisLink> {
    const link = new RedisLink(options);
    const slow = setTimeout(() => options.slow?.(), SLOW_MS);
    try {
      await link.#connect();
      return link;
    } catch (error) {
      link.close();
      throw cannotOpen(options.address, error);
    } finally {
      clearTimeout(slow);
    }
  }

  private constructor(options: RedisLinkOptions) {
    this.#options = options;
  }

  /** Resolves when what was missed during an outage has been made up for. */
  get healed(): Promise<void> {
    return this.#healed;
  }

  /**
   * Calls Redis.
   *
   * @throws At once when there is no connection, and when it does not answer.
   */
  async call(...args: string[]): Promise<Reply> {
    const client = this.#client;
    if (client === null) throw unreachable(this.#failure, this.#lostBy);
    return await this.#guard(client, client.sendCommand<Reply>(args));
  }

  /** Runs a script, and teaches it to a Redis that does not know it. */
  async run(
    { lua, sha }: Script,
    keys: readonly string[],
    args: readonly (string | number)[] = [],
  ): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      return await this.call("EVALSHA", sha, ...rest);
    } catch (error) {
      if (!words(error).startsWith("NOSCRIPT")) throw error;
      return await this.call("EVAL", lua, ...rest);
    }
  }

  /** Listens to a channel, now and after every loss of the connection. One
   * listener a channel. */
  async subscribe(channel: string, listener: Listener): Promise<void> {
    const client = this.#client;
    if (client === null) throw unreachable(this.#failure, this.#lostBy);
    const known = this.#listeners.has(channel);
    this.#listeners.set(channel, listener);
    if (known) return;
    await this.#guard(client, client.subscribe(channel, this.#hear));
  }

  /** Listens to a channel no longer. */
  unsubscribe(channel: string): void {
    if (!this.#listeners.delete(channel)) return;
    const client = this.#client;
    if (client === null) return;
    // If it fails, the connection is lost, and with it the subscription.
    this.#guard(client, client.unsubscribe(channel, this.#hear)).catch(
      () => {},
    );
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#client?.destroy();
    this.#client = null;
  }

  readonly #hear = (payload: string, channel: string) => {
    try {
      this.#listeners.get(channel)?.(payload);
    } catch (error) {
      // Something that no node of this version has told. Whoever listens may
      // have missed something, and reads it all again on a new connection.
      const client = this.#client;
      if (client !== null) this.#drop(client, error);
    }
  };

  /** A connection that does not answer is dropped: it may never again. */
  async #guard<T>(client: Client, promise: Promise<T>): Promise<T> {
    try {
      const reply = await inTime(promise, () => this.#heardAt);
      this.#heardAt = performance.now();
      return reply;
    } catch (error) {
      // One that has become a replica takes nothing any more.
      const demoted = words(error).startsWith("READONLY");
      if (error instanceof RedisSilent || demoted) this.#drop(client, error);
      // The library's own words say that it was told to disconnect, not why.
      if (error instanceof DisconnectsClientError) {
        throw new Error("The connection to Redis was lost", {
          cause: this.#lostBy,
        });
      }
      throw error;
    }
  }

  /** Where Redis is, anew each time: after a failover it is another one. */
  async #locate(): Promise<string> {
    try {
      return await inTime(locate(this.#options.address));
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  async #connect(): Promise<void> {
    const client = newClient(await this.#locate());
    // Without a listener an error would end the process.
    client.on("error", (error) => this.#drop(client, error));
    try {
      await inTime(client.connect());
      // Refused by one that still reads its files.
      await inTime(client.sendCommand(["PING"]));
    } catch (error) {
      this.#failure = error;
      if (client.isOpen) client.destroy();
      throw error;
    }
    if (this.#closed) return client.destroy();
    this.#client = client;
    this.#heardAt = -Infinity;
    this.#healed = this.#heal(client);
    try {
      await this.#healed;
    } catch (error) {
      this.#drop(client, error);
      throw error;
    }
  }

  async #heal(client: Client): Promise<void> {
    const channels = [...this.#listeners.keys()];
    if (channels.length > 0) {
      await this.#guard(client, client.subscribe(channels, this.#hear));
    }
    await this.#options.heal();
  }

  /** Gives up a connection, and sees to the next one. */
  #drop(client: Client, reason: unknown): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#failure = null;
    this.#lostBy = reason;
    client.destroy();
    this.#options.lost();
    this.#connectLater();
  }

  #connectLater(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(
      () => this.#connect().catch(() => this.#connectLater()),
      // All nodes lose Redis at the same moment.
      RETRY_MS * (1 + Math.random()) / 2,
    );
  }
}

/** What to do about what the system, TLS or Redis says, and whether it lasts
 * until somebody does it. */
const REMEDIES: readonly (readonly [
  says: RegExp,
  remedy: string,
  lasting: boolean,
])[] = [
  [
    /NOAUTH|WRONGPASS|invalid password|AUTH failed/,
    "User and password stand in the address: redis://USER:PASSWORD@HOST:PORT/DB",
    true,
  ],
  [
    /NOPERM/,
    "Give its user the rights that docs/operating.md names, with ACL SETUSER",
    true,
  ],
  [
    /DB index is out of range|invalid DB index/,
    "The last part of the address is the database, 0 to 15 as Redis is usually " +
    "set up (databases)",
    true,
  ],
  [
    /UnknownIssuer|self-signed|issuer certificate/,
    "DENO_CERT=FILE adds the authority of its certificate",
    true,
  ],
  [
    /ECONNREFUSED|ENOTFOUND|Socket closed|did not answer|[Tt]imeout/,
    "Is Redis running, at this address, and with TLS if it is rediss://?",
    false,
  ],
];

/** What to tell who starts a server on a Redis that does not let it. */
export function cannotOpen(address: string, error: unknown): StoreOpenError {
  const why = words(error);
  const [, remedy, lasting = false] =
    REMEDIES.find(([says]) => says.test(why)) ?? [];
  return new StoreOpenError(
    `Cannot open ${withoutPassword(address)}: ${why.replace(/\.$/, "")}${
      remedy === undefined ? "" : `. ${remedy}`
    }`,
    { cause: error, lasting },
  );
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
