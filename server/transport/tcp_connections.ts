/**
 * The TCP connections of a Node server, with and without a request: counts
 * them to their end, and cuts off at once what is too many. Who is told
 * something, and over what, is for others: this is for those that say nothing.
 */

import type { Socket } from "node:net";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { networkOf } from "../runtime/ip_network.ts";
import type { Descriptors } from "./descriptors.ts";

/** What a connection can find no room for. */
export type TcpLimit = "tcpTotal" | "tcpPerAddress" | "descriptors";

/** How many there may be. */
export interface TcpLimits {
  readonly total: number;
  /** Of one address, or network of IPv6. */
  readonly perAddress: number;
  /** Counts the descriptors that are left; unlimited without it. */
  readonly descriptors?: Descriptors | undefined;
  /** Told of each that is cut off. */
  readonly onFull: (limit: TcpLimit) => void;
}

/** Connections beyond a limit that are let in to be asked whether the server
 * lives: a server that is full must not be taken for one that is dead. As many
 * more are for programs on this machine alone, whatever others do. Together they
 * are fewer than the descriptors that are kept (descriptors.ts). */
const PROBES = { total: 8, perAddress: 2 };
/** How long such a connection may last, milliseconds. */
const PROBE_MS = 2_000;

/** Where a connection beyond a limit comes from. */
interface ProbeOrigin {
  /** An address, or a network of IPv6. */
  readonly place: string;
  /** Whether that is this machine. */
  readonly isLocal: boolean;
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

/** Where a connection comes from. Over TLS its socket is another object than
 * the one that was accepted. */
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
  /** Those beyond a limit, by where they come from. */
  readonly #probes = new Map<string, ProbeOrigin>();

  constructor(limits: TcpLimits, ledger: Pick<ResourceLedger, "open">) {
    this.#limits = limits;
    this.#ledger = ledger;
  }

  /** Counts a connection that was accepted, or cuts it off. A few beyond a limit
   * are let in for {@linkcode isProbe}.
   * @returns Why there is no room for it, if there is none. */
  add(socket: Socket): TcpLimit | undefined {
    const address = socket.remoteAddress ?? "";
    const place = networkOf(address) ?? address;
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

  /** Whether a connection is one beyond a limit: it may ask for the server's
   * health, once, and for nothing else. */
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
