/** How many TCP connections there may be, and room for how many there is. */

import { assert, assertEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import {
  Descriptors,
  RESERVED,
} from "../../../server/transport/descriptors.ts";
import {
  TcpConnections,
  type TcpLimit,
  type TcpLimits,
} from "../../../server/transport/tcp_connections.ts";
import { FakeClock } from "../../helpers/clock.ts";

class Connection extends EventEmitter {
  destroyed = false;
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

function connections(limits: Partial<TcpLimits>) {
  const full: TcpLimit[] = [];
  const ledger = new ResourceLedger();
  const all = new TcpConnections({
    total: Infinity,
    perAddress: Infinity,
    onFull: (limit) => full.push(limit),
    ...limits,
  }, ledger);
  return {
    full,
    ledger,
    connect(address = "192.0.2.1"): Connection {
      const connection = new Connection(address);
      all.add(connection as unknown as Socket);
      return connection;
    },
  };
}

Deno.test("TcpConnections cuts off what is too many, in all and of an address, until others are gone", () => {
  const { full, ledger, connect } = connections({ total: 3, perAddress: 2 });
  const first = connect();
  connect();
  assert(connect().destroyed);
  const other = connect("192.0.2.2");
  assert(!other.destroyed);
  assert(connect("192.0.2.3").destroyed);
  assertEquals(full, ["tcpPerAddress", "tcpTotal"]);
  assertEquals(ledger.count("connection"), 3);
  first.destroy();
  assert(!connect().destroyed);
  assertEquals(ledger.count("connection"), 3);
});

Deno.test("TcpConnections counts the addresses of an IPv6 network as one", () => {
  const { connect } = connections({ perAddress: 1 });
  connect("2001:db8::1");
  assert(connect("2001:db8::2").destroyed);
  assert(!connect("2001:db8:0:1::2").destroyed);
});

/** A process that may have so many files open, some of them otherwise. */
class Process {
  open = 0;
  takes = 0;
  readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  take = () => {
    this.takes++;
    if (this.open >= this.most) {
      throw Object.assign(new Error("Too many open files"), { code: "EMFILE" });
    }
    this.open++;
    return () => void this.open--;
  };
}

Deno.test("Descriptors stop connections before they run out, and let them in again", () => {
  const clock = new FakeClock();
  const process = new Process(300);
  process.open = 20;
  const descriptors = new Descriptors(process.take, clock);
  const { full, connect } = connections({ descriptors });
  const open: Connection[] = [];
  for (let i = 0; i < 1_000; i++) {
    // The system has accepted it by then.
    process.open++;
    const connection = connect();
    if (connection.destroyed) process.open--;
    else open.push(connection);
    assert(process.open <= 300 - RESERVED + 1, String(i));
  }
  assertEquals(new Set(full), new Set(["descriptors"]));
  assertEquals(open.length, 300 - 20 - RESERVED);
  // Those that are refused cost nothing more.
  assert(process.takes < 2_000, String(process.takes));
  for (const connection of open.splice(0, 100)) {
    connection.destroy();
    process.open--;
  }
  process.open++;
  assert(!connect().destroyed);
});

Deno.test("Descriptors count what is left, and take a fault for room", () => {
  const clock = new FakeClock();
  const process = new Process(300);
  const descriptors = new Descriptors(process.take, clock);
  assertEquals(descriptors.left(100), 100);
  assertEquals(descriptors.left(1_000), 300);
  assertEquals(process.open, 0);
  const blind = new Descriptors(() => {
    throw new Deno.errors.NotFound();
  }, clock);
  assertEquals(blind.left(1_000), 1_000);
  assert(blind.hasRoomFor(100_000));
});
