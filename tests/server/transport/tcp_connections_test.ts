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
import { FakeClock } from "../../helpers/doubles/clock.ts";

let ports = 0;

class Connection extends EventEmitter {
  destroyed = false;
  readonly remoteAddress: string;
  readonly remotePort = ++ports;

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
  const probes: Connection[] = [];
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
    isProbe: (connection: Connection) => all.isProbe(connection),
    connect(address = "192.0.2.1"): Connection {
      const connection = new Connection(address);
      all.add(connection as unknown as Socket);
      if (all.isProbe(connection)) probes.push(connection);
      return connection;
    },
    /** Those beyond a limit that were let in to ask for the health; a test ends
     * them. */
    probes,
    [Symbol.dispose]() {
      for (const probe of probes) probe.destroy();
    },
  };
}

Deno.test("TcpConnections cuts off connections over the limits, in total and per address", () => {
  using all = connections({ total: 3, perAddress: 2 });
  const { full, ledger, connect, isProbe } = all;
  const isIn = (connection: Connection) =>
    !connection.destroyed && !isProbe(connection);
  const first = connect();
  connect();
  assert(!isIn(connect()));
  assert(isIn(connect("192.0.2.2")));
  assert(!isIn(connect("192.0.2.3")));
  assertEquals(full, ["tcpPerAddress", "tcpTotal"]);
  assertEquals(ledger.count("connection") - all.probes.length, 3);
  first.destroy();
  assert(isIn(connect()));
  assertEquals(ledger.count("connection") - all.probes.length, 3);
});

Deno.test("TcpConnections counts the addresses of an IPv6 network as one", () => {
  using all = connections({ perAddress: 1 });
  const { connect, isProbe } = all;
  connect("2001:db8::1");
  assert(isProbe(connect("2001:db8::2")));
  assert(!isProbe(connect("2001:db8:0:1::2")));
});

Deno.test("TcpConnections admits a few more for health checks, and reserves some for this machine", () => {
  using all = connections({ total: 1 });
  const { connect, ledger, probes } = all;
  const first = connect();
  const letIn = (address: string, tries = 20) => {
    const before = probes.length;
    for (let i = 0; i < tries; i++) connect(address);
    return probes.length - before;
  };
  assertEquals(letIn("192.0.2.1"), 2);
  assertEquals(letIn("2001:db8::1") + letIn("2001:db8::2"), 2);
  for (let i = 3; i < 20; i++) letIn(`192.0.2.${i}`);
  assertEquals(probes.length, 8);
  assertEquals(letIn("127.0.0.1") + letIn("::1"), 8);
  assertEquals(letIn("::ffff:127.0.0.1"), 0);
  // Fewer than the descriptors that are kept for the rest.
  assert(probes.length < RESERVED / 2);
  // When one is gone, the next one of its kind has its place.
  probes[0]!.destroy();
  assertEquals(letIn("192.0.2.77"), 1);
  for (const probe of probes) probe.destroy();
  first.destroy();
  assertEquals(ledger.count("connection"), 0);
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

Deno.test("Descriptors stops connections before descriptors run out, and admits them again", () => {
  const clock = new FakeClock();
  const process = new Process(300);
  process.open = 20;
  const descriptors = new Descriptors(process.take, clock);
  using all = connections({ descriptors });
  const { full, connect, isProbe, probes } = all;
  const open: Connection[] = [];
  for (let i = 0; i < 1_000; i++) {
    // The system has accepted it by then.
    process.open++;
    const connection = connect();
    if (connection.destroyed) process.open--;
    else if (!isProbe(connection)) open.push(connection);
    const most = 300 - RESERVED + 1 + probes.length;
    assert(process.open <= most, String(i));
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
  const next = connect();
  assert(!next.destroyed && !isProbe(next));
});

Deno.test("Descriptors counts free descriptors, and treats a failed count as enough", () => {
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
