/**
 * A hub with two rooms: things go wrong in `broken`, for Eve, and nobody in
 * `hall` may notice. Real connections over sockets of paper.
 */

import { assert, assertEquals } from "@std/assert";
import type { ServerEvent } from "../../../protocol/events.ts";
import type { ClientRequest } from "../../../protocol/requests.ts";
import { v1 } from "../../../protocol/v1.ts";
import { Authority } from "../../../server/auth/authenticator.ts";
import { Connection } from "../../../server/connection/connection.ts";
import type { Here, LocalRoom } from "../../../server/fleet/fleet.ts";
import { TRUSTED } from "../../../server/auth/permissions.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import type { Feed } from "../../../server/store/store.ts";
import type { Socket } from "../../../server/transport/socket.ts";
import { GRACE_MS, HubBench } from "./hub_bench.ts";
import { freeRates } from "../rates.ts";
import { SILENCE } from "../doubles/silence.ts";

const authority = await Authority.create({ guests: "none" });

/** A socket that remembers what it was sent. */
export class PaperSocket implements Socket {
  open = true;
  buffered = 0;
  frames: string[] = [];
  closed: number | undefined;

  send(frame: string | Uint8Array): void {
    this.frames.push(String(frame));
  }

  close(code: number): void {
    this.open = false;
    this.closed ??= code;
  }
}

/** One user with one connection. */
export class Person {
  readonly name: string;
  readonly socket = new PaperSocket();
  readonly connection: Connection;

  constructor(
    name: string,
    { hub, clock }: HubBench,
    prepare: (person: Person) => void = () => {},
  ) {
    this.name = name;
    this.connection = new Connection({
      id: name,
      address: "192.0.2.7",
      socket: this.socket,
      entry: { dialect: v1 },
      hub,
      authority,
      clock,
      log: SILENCE,
      rates: freeRates(clock),
      maxFrame: 2 ** 20,
      ledger: new ResourceLedger(),
      helloMs: 10_000,
      onGone() {},
      onClosed() {},
    });
    prepare(this);
    this.connection.open();
    this.send({ type: "hello", name });
  }

  send(...requests: readonly ClientRequest[]): void {
    this.connection.message(
      requests.map((one) => JSON.stringify(one)).join("\n"),
    );
  }

  say(room: string, text: string): void {
    this.send({ type: "publish", room, text, cid: `${this.name} ${text}` });
  }

  get events(): ServerEvent[] {
    return this.socket.frames.flatMap((frame) => frame.split("\n"))
      .map((line) => JSON.parse(line));
  }

  /** What it was told in a room. */
  texts(room: string): string[] {
    return this.events.flatMap((event) =>
      event.type === "message" && event.room === room && !event.announcement &&
        event.removes === undefined
        ? [event.text]
        : []
    );
  }
}

/** The rooms, and what happens in them. */
export class IsolationBench {
  /** So few messages are kept that some are thrown away. */
  readonly bench = new HubBench({ retention: { messages: 4, ms: 0 } });
  readonly ada: Person;
  readonly bob: Person;
  /** What was said in the hall. */
  readonly #said: string[] = [];
  /** Called with Eve before she comes. */
  prepare: (eve: Person) => void = () => {};
  /** Of the room `broken`. */
  local: LocalRoom | undefined;
  feed: Feed | undefined;
  here: Here | undefined;

  private constructor() {
    const { store, fleet } = this.bench;
    const follow = store.follow.bind(store);
    store.follow = (room, feed) => {
      if (room === "broken") this.feed = feed;
      return follow(room, feed);
    };
    fleet.enter = (room, local) => {
      const here = {
        others: new Map(),
        changed() {},
        typing() {},
        leave() {},
      };
      if (room === "broken") [this.local, this.here] = [local, here];
      return here;
    };
    this.ada = new Person("Ada", this.bench);
    this.bob = new Person("Bob", this.bench);
  }

  static async open(): Promise<IsolationBench> {
    const made = new IsolationBench();
    for (const person of [made.ada, made.bob]) {
      person.send({ type: "join", room: "hall" });
    }
    await made.exchange();
    return made;
  }

  /** Somebody says something in the hall, and all there get it. */
  async exchange(others: readonly Person[] = []): Promise<void> {
    const text = `word ${this.#said.length}`;
    this.#said.push(text);
    this.ada.say("hall", text);
    await this.bench.turn();
    assertEquals(this.bob.texts("hall"), this.#said);
    for (const other of others) assertEquals(other.texts("hall").at(-1), text);
    const last = this.ada.events.filter(({ type }) => type === "ack").length;
    assertEquals(last, this.#said.length, "each was acknowledged");
  }

  /** All that can happen in a room happens in `broken`. */
  async live(): Promise<void> {
    const { bench } = this;
    const eve = new Person("Eve", bench, (eve) => this.prepare(eve));
    const mallory = new Person("Mallory", bench);
    const mod = bench.hello({ name: "Mod" }, undefined, TRUSTED);
    const room = "broken";
    const steps: readonly (() => void | Promise<void>)[] = [
      // Stored before anybody reads.
      () => mallory.say(room, "zero"),
      () => eve.send({ type: "join", room }),
      () => mallory.send({ type: "join", room }),
      () => eve.say(room, "one"),
      () => mallory.send({ type: "typing", room }),
      () => eve.send({ type: "who", room }),
      () => eve.send({ type: "history", room, before: 100 }),
      () => eve.send({ type: "rename", name: "Evelyn" }),
      () => mallory.send({ type: "ping" }),
      // What another node has to tell.
      () => {
        this.local?.elsewhere("n2", {
          count: 1,
          members: new Map([["s-zoe", "Zoe"]]),
        });
        this.local?.typing("Zoe");
        this.local?.roster();
      },
      () => this.local?.elsewhere("n2", undefined),
      // Eve reads nothing for a while, and has to catch up from the store.
      () => void (eve.socket.buffered = 10_000_000),
      async () => {
        for (let n = 0; n < 8; n++) {
          mallory.say(room, "x".repeat(90));
          await bench.turn();
        }
      },
      () => bench.pass(2_000),
      () => void (eve.socket.buffered = 0),
      () => bench.pass(100),
      async () => {
        const page = await bench.store.read(room, { after: 0, limit: 1 });
        this.feed?.reset({ ...page, epoch: "another" });
      },
      () => void bench.hub.occupancy.load,
      () => void bench.hub.occupancy.people,
      () =>
        bench.hub.moderate(mod.session, {
          type: "lock",
          room,
          locked: true,
          id: 1,
        }),
      () =>
        bench.hub.moderate(mod.session, {
          type: "lock",
          room,
          locked: false,
          id: 2,
        }),
      () =>
        bench.hub.moderate(mod.session, {
          type: "announce",
          room: "*",
          text: "Tea",
          id: 3,
        }),
      () =>
        bench.hub.moderate(mod.session, {
          type: "kick",
          room,
          name: "Mallory",
          id: 4,
        }),
      () => eve.connection.checkProgress({ slowMs: 30_000, idleMs: 30_000 }),
      () => eve.connection.close(0),
      () => bench.pass(GRACE_MS + 1_000),
      // She comes back, and is sent away.
      () => {
        const again = new Person("Eve", bench, (eve) => this.prepare(eve));
        again.send({ type: "join", room });
      },
      () =>
        bench.hub.moderate(mod.session, {
          type: "kick",
          room: "*",
          name: "Eve",
          id: 5,
        }),
      () => mallory.send({ type: "leave", room }),
      () => mallory.connection.close(1000),
      () => bench.pass(2_000),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch {
        // As a connection would: the request has failed.
      }
      await bench.turn();
      await this.exchange();
    }
    bench.hub.sessionService.lost(mod.session, mod.reader, {
      mayReturn: false,
    });
  }

  /** Afterwards everything works, in both rooms, and nothing is left behind. */
  async check(): Promise<void> {
    const { bench } = this;
    await bench.pass(60_000);
    await bench.turn();
    assertEquals(bench.fatal, []);
    assert(bench.hub.healthy);
    for (const person of [this.ada, this.bob]) {
      assertEquals(person.socket.closed, undefined);
      assert(person.socket.open);
    }
    const cid = new Person("Cid", bench);
    cid.send({ type: "join", room: "hall" });
    await bench.turn();
    await this.exchange([cid]);
    cid.send({ type: "leave", room: "hall" });
    await bench.turn();
    const went = this.bob.events.flatMap((event) =>
      event.type === "presence" ? event.left ?? [] : []
    );
    assertEquals(went, ["Cid"], "nobody else went");
    const [dan, finn] = ["Dan", "Finn"].map((name) => new Person(name, bench));
    for (const person of [dan, finn]) {
      person?.send({ type: "join", room: "broken" });
    }
    await bench.turn();
    dan?.say("broken", "it works");
    await bench.turn();
    assertEquals(dan?.socket.closed, undefined);
    assertEquals(finn?.texts("broken").at(-1), "it works");
    for (const person of [cid, dan, finn]) person?.connection.close(1000);
    await bench.turn();
    assertEquals(bench.hub.sessions, 2, "nobody is left behind");
    assertEquals(bench.hub.occupancy.load.rooms, 1, "no room is left behind");
    await this.exchange();
  }
}

/** How a call goes wrong. */
export type Wrong = "throws" | "rejects";

/**
 * Makes one call of a method go wrong, or one look at a property.
 *
 * @param target Whose.
 * @param name Of the method or property.
 * @param concerns Which call, by what it is called on and with; the first.
 * @returns Whether it has happened, and how to take the fault back.
 */
export function failOnce(
  target: object,
  name: string,
  { how = "throws", concerns = () => true }: {
    readonly how?: Wrong;
    // deno-lint-ignore no-explicit-any -- calls of every kind
    readonly concerns?: (self: any, args: any[]) => boolean;
  } = {},
): { fired: () => boolean; restore: () => void } {
  let fired = false;
  const own = Object.getOwnPropertyDescriptor(target, name);
  const found = own ?? inherited(target, name);
  if (found === undefined) throw new Error(`There is no "${name}"`);
  const fails = (self: unknown, args: unknown[]): boolean => {
    if (fired || !concerns(self, args)) return false;
    return fired = true;
  };
  const fault = () => new Error(`Injected into ${name}`);
  if (typeof found.value === "function") {
    const act = found.value;
    Object.defineProperty(target, name, {
      ...found,
      configurable: true,
      value: function (this: unknown, ...args: unknown[]) {
        if (!fails(this, args)) return act.apply(this, args);
        if (how === "rejects") return Promise.reject(fault());
        throw fault();
      },
    });
  } else {
    let value = found.value;
    Object.defineProperty(target, name, {
      configurable: true,
      get(this: unknown) {
        if (fails(this, [])) throw fault();
        return found.get === undefined ? value : found.get.call(this);
      },
      set(this: unknown, next: unknown) {
        value = next;
        found.set?.call(this, next);
      },
    });
  }
  const restore = () => {
    if (own !== undefined) Object.defineProperty(target, name, own);
    else Reflect.deleteProperty(target, name);
  };
  return { fired: () => fired, restore };
}

function inherited(
  target: object,
  name: string,
): PropertyDescriptor | undefined {
  for (
    let one = Object.getPrototypeOf(target);
    one !== null;
    one = Object.getPrototypeOf(one)
  ) {
    const found = Object.getOwnPropertyDescriptor(one, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
