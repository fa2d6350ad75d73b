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

/** A reply from Redis. */
export type Reply =
  | string
  | number
  | null
  | readonly Reply[]
  | { readonly [field: string]: Reply };

/** Receives messages of a channel. */
export type Listener = (payload: string) => void;

/** Options of {@linkcode RedisLink.open}. */
export interface RedisLinkOptions {
  /** As `readRedisAddress()` of addresses.ts takes it. */
  readonly address: string;
  /** Called after reconnecting and resubscribing; calls that wait for
   * {@linkcode RedisLink.healed} continue after it. */
  readonly heal: () => Promise<void>;
  /** Called when the connection is lost. */
  readonly lost: () => void;
  /** Called when the first connect is slow, before it times out. */
  readonly slow?: () => void;
}

/** Timeout of replies in milliseconds: shorter than a sender's timeout, longer
 * than a busy Redis ever needs. */
const ANSWER_MS = 3_000;
/** When the first connect counts as slow, in milliseconds. */
const SLOW_MS = 1_500;
/** Maximum delay between attempts to connect in milliseconds; at least half of
 * it. */
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
    // The link has its own timeout, which also ends pending calls.
    commandOptions: { timeout: 0 },
  });
}

/**
 * Rejects on timeout.
 *
 * @param promise A reply.
 * @param heard When the last reply arrived, on the clock of `performance`:
 * replies arrive in order, and large ones take time.
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

/** Redis did not answer: it is unknown whether it executed the command. */
class RedisSilent extends OutOfReachError {
  override name = "RedisSilent";
}

/**
 * Returns the error for calls without a connection, with the cause of the last
 * failed attempt: a Redis that is down or loading is so for all nodes. Before
 * the first attempt, the cause is what closed the last connection.
 */
function unreachable(failure: unknown, lostBy: unknown): Error {
  const forAll = failure instanceof ErrorReply ||
    (failure as { code?: unknown } | null)?.code === "ECONNREFUSED";
  const words = "Redis cannot be reached";
  return forAll
    ? new Error(words, { cause: failure })
    : new OutOfReachError(words, { cause: failure ?? lostBy });
}

/** A connection that reconnects. */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #listeners = new Map<string, Listener>();
  #client: Client | null = null;
  /** When Redis last replied. */
  #heardAt = -Infinity;
  /** Why the last attempt to connect failed. */
  #failure: unknown = null;
  /** What closed the last connection. */
  #lostBy: unknown = null;
  #healed: Promise<void> = Promise.resolve();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /**
   * Connects.
   *
   * @throws {StoreOpenError} With one line, when the first attempt fails.
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

  /** Resolves when the node has caught up after an outage. */
  get healed(): Promise<void> {
    return this.#healed;
  }

  /**
   * Calls Redis.
   *
   * @throws At once without a connection, or on timeout.
   */
  async call(...args: string[]): Promise<Reply> {
    const client = this.#client;
    if (client === null) throw unreachable(this.#failure, this.#lostBy);
    return await this.#guard(client, client.sendCommand<Reply>(args));
  }

  /** Runs a script; loads it into Redis if necessary. */
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

  /**
   * Subscribes to a channel, also after reconnects. One listener per channel.
   */
  async subscribe(channel: string, listener: Listener): Promise<void> {
    const client = this.#client;
    if (client === null) throw unreachable(this.#failure, this.#lostBy);
    const known = this.#listeners.has(channel);
    this.#listeners.set(channel, listener);
    if (known) return;
    await this.#guard(client, client.subscribe(channel, this.#hear));
  }

  /** Unsubscribes from a channel. */
  unsubscribe(channel: string): void {
    if (!this.#listeners.delete(channel)) return;
    const client = this.#client;
    if (client === null) return;
    // On failure the connection is lost, and its subscriptions too.
    this.#guard(client, client.unsubscribe(channel, this.#hear)).catch(
      () => {},
    );
  }

  /** Closes the connection for good. */
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
      // An invalid message, not from a node of this version. Listeners may have
      // missed something: reconnect, so that they read everything again.
      const client = this.#client;
      if (client !== null) this.#drop(client, error);
    }
  };

  /** Drops a connection that does not answer. */
  async #guard<T>(client: Client, promise: Promise<T>): Promise<T> {
    try {
      const reply = await inTime(promise, () => this.#heardAt);
      this.#heardAt = performance.now();
      return reply;
    } catch (error) {
      // A node that became a replica accepts no writes.
      const demoted = words(error).startsWith("READONLY");
      if (error instanceof RedisSilent || demoted) this.#drop(client, error);
      // The library's error only says that it disconnected, not why.
      if (error instanceof DisconnectsClientError) {
        throw new OutOfReachError("The connection to Redis was lost", {
          cause: this.#lostBy,
        });
      }
      throw error;
    }
  }

  /** Returns the current address of Redis: a failover changes it. */
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
    // An unhandled error event would end the process.
    client.on("error", (error) => this.#drop(client, error));
    try {
      await inTime(client.connect());
      // Rejected by a Redis that is still loading.
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

  /** Drops a connection and schedules the next attempt. */
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

/** Advice for errors of the system, TLS or Redis, and whether they last until
 * somebody acts. */
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

/** Returns the error for a failed start. */
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
