/**
 * Counts the TCP connections of a Node server, with and without requests, and
 * cuts off those over a limit. This covers connections that send nothing;
 * others get errors elsewhere.
 */

import type { Socket } from "node:net";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { networkKey } from "../runtime/ip_network.ts";
import type { Descriptors } from "./descriptors.ts";

/** A limit on TCP connections. */
export type TcpLimit = "tcpTotal" | "tcpPerAddress" | "descriptors";

/** Limits on TCP connections. */
export interface TcpLimits {
  readonly total: number;
  /** Maximum per address, or IPv6 network. */
  readonly perAddress: number;
  /** Counts free file descriptors; unlimited without it. */
  readonly descriptors?: Descriptors | undefined;
  /** Called for each connection cut off. */
  readonly onFull: (limit: TcpLimit) => void;
}

/**
 * Connections accepted over a limit for health checks, so that a full server
 * does not look dead. As many again are reserved for this machine. Together
 * they are fewer than the reserved descriptors (descriptors.ts).
 */
const PROBES = { total: 8, perAddress: 2 };
/** Maximum duration of such a connection, in milliseconds. */
const PROBE_MS = 2_000;

/** Origin of a connection over the limit. */
interface ProbeOrigin {
  /** An address, or an IPv6 network. */
  readonly place: string;
  /** Whether that is this machine. */
  readonly isLocal: boolean;
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

/** Origin of a connection. Over TLS, its socket is not the accepted object. */
type Peer = Pick<Socket, "remoteAddress" | "remotePort">;

function nameOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}

/** The connections of one server. */
export class TcpConnections {
  readonly #limits: TcpLimits;
  readonly #ledger: Pick<ResourceLedger, "open">;
  readonly #byPlace = new Map<string, number>();
  #total = 0;
  /** Connections over the limit, by origin. */
  readonly #probes = new Map<string, ProbeOrigin>();

  constructor(limits: TcpLimits, ledger: Pick<ResourceLedger, "open">) {
    this.#limits = limits;
    this.#ledger = ledger;
  }

  /**
   * Counts an accepted connection, or cuts it off. A few over a limit are
   * accepted for {@linkcode isProbe}.
   *
   * @returns The limit that it exceeds, if any.
   */
  add(socket: Socket): TcpLimit | undefined {
    const address = socket.remoteAddress ?? "";
    const place = networkKey(address);
    const here = this.#byPlace.get(place) ?? 0;
    const limit = this.#reached(here);
    if (limit !== undefined) {
      this.#limits.onFull(limit);
      const from = { place, isLocal: isLoopback(address) };
      if (this.#hasRoomForProbe(from)) this.#letIn(socket, from);
      else socket.destroy();
      return limit;
    }
    const closed = this.#ledger.open("connection");
    this.#total++;
    this.#byPlace.set(place, here + 1);
    socket.once("close", () => {
      closed();
      this.#total--;
      const left = (this.#byPlace.get(place) ?? 0) - 1;
      if (left === 0) this.#byPlace.delete(place);
      else this.#byPlace.set(place, left);
    });
    return undefined;
  }

  /** Returns whether a connection is over the limit: it may send one health
   * check and nothing else. */
  isProbe({ remoteAddress, remotePort }: Peer): boolean {
    return this.#probes.has(nameOf({ remoteAddress, remotePort }));
  }

  #hasRoomForProbe({ place, isLocal }: ProbeOrigin): boolean {
    const alike = [...this.#probes.values()]
      .filter((other) => other.isLocal === isLocal);
    if (alike.length >= PROBES.total) return false;
    const here = alike.filter((other) => other.place === place).length;
    return isLocal || here < PROBES.perAddress;
  }

  #letIn(socket: Socket, from: ProbeOrigin): void {
    const name = nameOf(socket);
    this.#probes.set(name, from);
    const closed = this.#ledger.open("connection");
    const timer = setTimeout(() => socket.destroy(), PROBE_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      closed();
      this.#probes.delete(name);
    });
  }

  #reached(here: number): TcpLimit | undefined {
    const { total, perAddress, descriptors } = this.#limits;
    if (this.#total >= total) return "tcpTotal";
    if (here >= perAddress) return "tcpPerAddress";
    if (descriptors?.hasRoomFor(this.#total + 1) === false) {
      return "descriptors";
    }
    return undefined;
  }
}
