/**
 * Assigns rate limit buckets to connections: per user or session, plus per
 * address. Reconnecting does not grant a new budget. Memory is bounded: full
 * buckets are dropped.
 *
 * When a guest disconnects, its bucket returns to its address unless it is
 * full. A new connection from there takes the emptiest returned bucket. So a
 * client that reconnects keeps its bucket, and concurrent guests of one address
 * each have their own.
 */

import {
  ADDRESS_FACTOR,
  RateLimits,
  type Rates,
  ratesOfAddress,
  tooFast,
} from "./rate_limits.ts";
import { ConnectionRates, type Owner } from "./connection_rates.ts";
import type { Clock } from "../runtime/clock.ts";
import { TokenBucket } from "../runtime/token_bucket.ts";
import { networkKey } from "../runtime/ip_network.ts";
import type { ClientRequest } from "../../protocol/requests.ts";

/** Maximum addresses tracked without connections. */
const MOST_ADDRESSES = 10_000;
/** Maximum unused buckets in total. */
const MOST_IDLE = 20_000;
/** Maximum returned buckets per address; the emptiest are kept. */
const MOST_RETURNED = 64;
/** Maximum entries checked per sweep. */
const MOST_SWEPT = 1_000;
/** Burst of new connections, in seconds. */
const CONNECT_BURST_S = 10;

/** Options of a {@linkcode RatePool}. */
export interface RatePoolOptions {
  readonly rates: Rates;
  /** New connections per second and address; 0 means no limit. */
  readonly connects: number;
  readonly clock: Pick<Clock, "monotonic">;
}

/** Buckets of one address, and those returned by its former connections. */
interface Address {
  readonly network: string;
  readonly total: RateLimits;
  readonly connects: TokenBucket;
  readonly returned: Set<Share>;
  /** Number of open connections. */
  live: number;
}

/** Buckets with their owner. */
interface Share {
  readonly rateLimits: RateLimits;
  /** Number of connections that use them. */
  holders: number;
  owner: string | undefined;
  /** The address that a guest's buckets return to. */
  address: Address | undefined;
}

function keyOf(owner: Owner): string {
  return "user" in owner ? `user ${owner.user}` : `session ${owner.session}`;
}

/** The rate limits of all clients of one server. */
export class RatePool {
  readonly #options: RatePoolOptions;
  readonly #ofAddress: Rates;
  /** By network, least recently used first. */
  readonly #addresses = new Map<string, Address>();
  readonly #owners = new Map<string, Share>();
  /** Unused buckets that are not full, oldest first. */
  readonly #idle = new Set<Share>();

  constructor(options: RatePoolOptions) {
    this.#options = options;
    this.#ofAddress = ratesOfAddress(options.rates);
  }

  /** Number of tracked buckets and addresses. */
  get size(): number {
    return this.#idle.size + this.#addresses.size;
  }

  /**
   * Counts a new connection.
   *
   * @param address The client's address.
   * @returns 0 when it may connect; else milliseconds to wait.
   */
  handshake(address: string): number {
    const { clock } = this.#options;
    return this.#address(address).connects.take(clock.monotonic());
  }

  /**
   * Returns the rate limits of a new connection.
   *
   * @param address The client's address.
   */
  connect(address: string): ConnectionRates {
    const { clock } = this.#options;
    const from = this.#address(address);
    from.live++;
    let share = this.#hold(this.#emptiest(from) ?? this.#fresh(from));
    return new ConnectionRates(clock, {
      own: () => share.rateLimits,
      address: from.total,
      become: (owner) => share = this.#become(share, keyOf(owner), from),
      end: () => {
        from.live--;
        this.#letGo(share);
      },
    });
  }

  /**
   * Counts a request without a connection.
   *
   * @param type Type of the request.
   * @param from The address, and the token's user, if any.
   * @throws {HubbubError} `rate_limited`.
   */
  charge(
    type: ClientRequest["type"],
    { address, user }: { address: string; user: string | undefined },
  ): void {
    const now = this.#options.clock.monotonic();
    if (user !== undefined) {
      const share = this.#hold(this.#ofOwner(keyOf({ user })));
      const wait = share.rateLimits.request(type, now);
      this.#letGo(share);
      if (wait > 0) throw tooFast(wait);
    }
    const wait = this.#address(address).total.request(type, now);
    if (wait > 0) throw tooFast(wait, "address");
  }

  /** Drops full buckets. The caller runs it every few seconds. */
  sweep(): void {
    const now = this.#options.clock.monotonic();
    // Kept entries move to the end, so the next sweep starts with others.
    let left = Math.min(MOST_SWEPT, this.#idle.size);
    for (const share of this.#idle) {
      if (left-- === 0) break;
      if (share.rateLimits.fullIn(now) === 0) this.#forget(share);
      else moveToEnd(this.#idle, share);
    }
    left = Math.min(MOST_SWEPT, this.#addresses.size);
    for (const [network, address] of this.#addresses) {
      if (left-- === 0) break;
      const { live, returned, total, connects } = address;
      this.#addresses.delete(network);
      const isFull = total.fullIn(now) === 0 && connects.fullIn(now) === 0;
      if (live === 0 && returned.size === 0 && isFull) continue;
      this.#addresses.set(network, address);
    }
  }

  #address(address: string): Address {
    const network = networkKey(address);
    const known = this.#addresses.get(network);
    if (known !== undefined) return known;
    const { clock, connects } = this.#options;
    if (this.#addresses.size >= MOST_ADDRESSES) this.#makeRoom();
    const fresh: Address = {
      network,
      total: new RateLimits(this.#ofAddress, ADDRESS_FACTOR),
      connects: new TokenBucket(
        connects,
        connects * CONNECT_BURST_S,
        clock.monotonic(),
      ),
      returned: new Set(),
      live: 0,
    };
    this.#addresses.set(network, fresh);
    return fresh;
  }

  /** Drops the least recently used address without connections. */
  #makeRoom(): void {
    for (const [network, address] of this.#addresses) {
      if (address.live === 0) {
        this.#addresses.delete(network);
        for (const share of [...address.returned]) this.#forget(share);
        return;
      }
      this.#addresses.delete(network);
      this.#addresses.set(network, address);
    }
  }

  #fresh(address: Address | undefined, owner?: string): Share {
    const { rates } = this.#options;
    return { rateLimits: new RateLimits(rates), holders: 0, owner, address };
  }

  #emptiest({ returned }: Address): Share | undefined {
    const now = this.#options.clock.monotonic();
    let emptiest: Share | undefined;
    let most = 0;
    for (const share of returned) {
      const fullIn = share.rateLimits.fullIn(now);
      if (fullIn === 0) this.#forget(share);
      if (fullIn <= most) continue;
      most = fullIn;
      emptiest = share;
    }
    return emptiest;
  }

  #ofOwner(owner: string): Share {
    const known = this.#owners.get(owner);
    if (known !== undefined) return known;
    const share = this.#fresh(undefined, owner);
    this.#owners.set(owner, share);
    return share;
  }

  /** Assigns a connection to its owner; returns the buckets to use. */
  #become(share: Share, owner: string, from: Address): Share {
    if (share.owner === owner) return share;
    const isUser = owner.startsWith("user ");
    const known = isUser ? this.#ofOwner(owner) : this.#owners.get(owner);
    if (known !== undefined) {
      this.#hold(known);
      this.#letGo(share);
      if (!isUser) known.address = from;
      return known;
    }
    // The session takes over the buckets used so far.
    this.#disown(share);
    share.owner = owner;
    this.#owners.set(owner, share);
    return share;
  }

  #hold(share: Share): Share {
    share.holders++;
    this.#idle.delete(share);
    share.address?.returned.delete(share);
    return share;
  }

  #letGo(share: Share): void {
    if (--share.holders > 0) return;
    const { rateLimits, address } = share;
    const now = this.#options.clock.monotonic();
    if (rateLimits.fullIn(now) === 0) return this.#forget(share);
    this.#idle.add(share);
    if (this.#idle.size > MOST_IDLE) {
      for (const oldest of this.#idle) {
        this.#forget(oldest);
        break;
      }
    }
    if (address === undefined) return;
    address.returned.add(share);
    if (address.returned.size <= MOST_RETURNED) return;
    const [fullest] = [...address.returned].toSorted((a, b) =>
      a.rateLimits.fullIn(now) - b.rateLimits.fullIn(now)
    );
    if (fullest !== undefined) this.#forget(fullest);
  }

  #forget(share: Share): void {
    this.#idle.delete(share);
    share.address?.returned.delete(share);
    this.#disown(share);
  }

  #disown({ owner }: Share): void {
    if (owner !== undefined) this.#owners.delete(owner);
  }
}

function moveToEnd<T>(set: Set<T>, value: T): void {
  set.delete(value);
  set.add(value);
}
