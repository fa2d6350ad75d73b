/** A hub on a bench: a held store behind it, paper readers before it. */

import { OPEN, type Permissions } from "../../../server/auth/permissions.ts";
import { simple } from "../../../protocol/simple.ts";
import type { HelloRequest } from "../../../protocol/requests.ts";
import { SingleNode } from "../../../server/fleet/single_node.ts";
import type { Fleet, FleetHost } from "../../../server/fleet/fleet.ts";
import { Hub } from "../../../server/hub/hub.ts";
import { createLogger } from "../../../server/runtime/logger.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import type { Session } from "../../../server/rooms/session.ts";
import { Stats } from "../../../server/runtime/stats.ts";
import type { Retention } from "../../../server/store/store.ts";
import { FakeClock, settled } from "../doubles/clock.ts";
import { HeldStore } from "../doubles/held_store.ts";
import { FakeReader } from "../doubles/reader.ts";

export const GRACE_MS = 15_000;

/** One hub. */
export class HubBench {
  readonly clock = new FakeClock();
  readonly store: HeldStore;
  readonly ledger = new ResourceLedger();
  readonly hub: Hub;
  readonly logged: string[] = [];
  /** What left the hub broken. */
  readonly fatal: unknown[] = [];
  /** How often the hub found itself cut off. */
  cutOffs = 0;
  #ids = 0;
  readonly #newId = () => `s${++this.#ids}`;
  /** The hub's; what it reports can be set. */
  readonly fleet: Fleet & {
    nodes: number;
    holdsLease: boolean;
    check: () => Promise<void>;
  } = Object.assign(
    new SingleNode({ random: () => 0, newId: this.#newId }),
    {
      nodes: 1,
      holdsLease: true,
      check: () => Promise.resolve(),
      begin: (host: FleetHost) => {
        this.fleetHost = host;
        SingleNode.prototype.begin.call(this.fleet, host);
      },
    },
  );
  /** The receiver of the fleet's notifications. */
  fleetHost!: FleetHost;

  constructor(
    {
      retention,
      history = 50,
      graceMs = GRACE_MS,
      idleSeconds = 30,
      roomRate = 0,
      maxRooms,
      marksGuests = false,
    }: {
      retention?: Retention;
      history?: number;
      graceMs?: number;
      idleSeconds?: number;
      roomRate?: number;
      /** Rooms that the store takes. */
      maxRooms?: number;
      marksGuests?: boolean;
    } = {},
  ) {
    this.store = new HeldStore(this.clock, retention, maxRooms);
    this.hub = new Hub({
      store: this.store,
      fleet: this.fleet,
      random: () => 0,
      cutOff: () => this.cutOffs++,
      onFatal: (error) => this.fatal.push(error),
      secret: new Uint8Array(32),
      clock: this.clock,
      ledger: this.ledger,
      newId: this.#newId,
      log: createLogger({
        level: "debug",
        pretty: true,
        now: () => 0,
        write: (line) => this.logged.push(line),
      }),
      stats: new Stats(),
      limits: { text: 100, rate: 0, history: 1_000, idleSeconds },
      history,
      graceMs,
      maxRooms: 1_000,
      roomRate,
      maxRoomsPerSession: 100,
      marksGuests,
    });
    // The rules are read at once, and never held.
    void this.hub.begin();
  }

  /** Says hello. */
  hello(
    hello: Omit<HelloRequest, "type">,
    reader = new FakeReader(),
    permissions: Permissions = OPEN,
  ): { session: Session; reader: FakeReader; token: string } {
    const session = this.hub.sessionService.hello(
      reader,
      { type: "hello", ...hello },
      permissions,
    );
    if (session instanceof Promise) {
      throw new Error("One node waits for nobody");
    }
    const token = reader.dialect === simple
      ? ""
      : reader.all("welcome").at(-1)?.token ?? "";
    return { session, reader, token };
  }

  /** Somebody who is in the room `hall`, with nothing unread. */
  async enter(
    name: string,
    dialect = new FakeReader().dialect,
    permissions: Permissions = OPEN,
  ) {
    const person = this.hello({ name }, new FakeReader(dialect), permissions);
    this.hub.join(person.session, { type: "join", room: "hall" });
    await this.turn();
    person.reader.frames = [];
    return person;
  }

  /** Publishes to `hall`; the text is its cid too. */
  say(session: Session, text: string): void {
    this.hub.publish(session, {
      type: "publish",
      room: "hall",
      text,
      cid: text,
    });
  }

  /** Ends the turn, and lets what follows from it happen. */
  async turn(): Promise<void> {
    await settled();
    this.clock.endTurn();
    await settled();
    this.clock.endTurn();
    await settled();
  }

  /** Lets time pass, as in a server that is idle. */
  async pass(ms: number): Promise<void> {
    this.clock.pass(ms);
    await this.turn();
  }
}
