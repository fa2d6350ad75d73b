/**
 * A person is renamed on two nodes at once: in whatever order answers and news
 * arrive, all of its sessions end under the name that was given last.
 */

import { assertEquals } from "@std/assert";
import type {
  Answer,
  Application,
  Choice,
  Engine,
  Named,
  SessionLease,
} from "../../server/fleet/engine.ts";
import type { FleetHost } from "../../server/fleet/fleet.ts";
import { SessionLeases } from "../../server/fleet/session_leases.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";

/** Something on its way from the engine to a node. */
type Delivery = () => void;

/** An engine that decides at once, and tells of it when the test says so. */
class SlowEngine {
  readonly nodes: SessionLeases[] = [];
  readonly under: Delivery[] = [];
  #time = 0;
  #name: Named = { name: "Ada", named: 0 };
  readonly #sessions = new Map<string, number>();

  /** What holds in the end. */
  get name(): string {
    return this.#name.name;
  }

  of(node: number): Engine {
    const answer = <T>(value: T): Promise<T> => {
      const { promise, resolve } = Promise.withResolvers<T>();
      this.under.push(() => resolve(value));
      return promise;
    };
    return {
      claim: ({ session, dialect }: Application) => {
        this.#sessions.set(session, node);
        const lease: SessionLease = {
          session,
          user: "ada",
          dialect,
          version: 1,
          ...this.#name,
        };
        return answer({ lease, resumed: false });
      },
      rename: (_session: string, { names: [name = ""] }: Choice) => {
        this.#name = { name, named: ++this.#time };
        const named = this.#name;
        for (const [session, other] of this.#sessions) {
          if (other === node) continue;
          this.under.push(() => this.nodes[other]?.renamed(session, named));
        }
        return answer<Answer<Named>>(named);
      },
    } as Partial<Engine> as Engine;
  }
}

/** All orders of some things. */
function* orders<T>(things: readonly T[]): Generator<T[]> {
  if (things.length === 0) yield [];
  for (const [index, thing] of things.entries()) {
    for (const rest of orders(things.toSpliced(index, 1))) {
      yield [thing, ...rest];
    }
  }
}

/** Lets promises settle. */
const settle = () => new Promise((done) => setTimeout(done, 0));

Deno.test("promise 6: the latest name assignment wins on all nodes, in any order of answers and events", async () => {
  // Two answers to renames, the news of each, and a claim under way.
  for (const order of orders([0, 1, 2, 3, 4])) {
    const engine = new SlowEngine();
    const shown = new Map<string, string>();
    let ids = 0;
    for (const node of [0, 1]) {
      const leases = new SessionLeases({
        engine: engine.of(node),
        clock: new FakeClock(),
        newId: () => `s${++ids}`,
        choose: async ({ wanted }, ask) => {
          const answer = await ask({ names: [wanted ?? "Ada"], any: false });
          if (answer === "unknown" || "taken" in answer) throw new Error();
          return answer;
        },
      });
      const host: Partial<FleetHost> = {
        renamed: (session, name) => void shown.set(session, name),
      };
      leases.begin(host as FleetHost);
      engine.nodes.push(leases);
    }
    const [a, b] = engine.nodes as [SessionLeases, SessionLeases];
    const claim = async (node: SessionLeases, session: string) => {
      const held = await node.claim({
        session,
        user: "ada",
        name: "Ada",
        dialect: "hubbub.v1",
      });
      shown.set(session, node.nameOf(session) ?? held.name);
    };
    const rename = async (
      node: SessionLeases,
      session: string,
      name: string,
    ) => {
      const answer = await node.rename(session, name);
      // All sessions of the person go by the answer, as in the registry.
      for (const one of node === a ? ["x"] : ["y", "z"]) {
        if (shown.has(one)) shown.set(one, node.nameOf(session) ?? answer);
      }
    };
    const begun = [claim(a, "x"), claim(b, "y")];
    await settle();
    for (const deliver of engine.under.splice(0)) deliver();
    await Promise.all(begun);
    const done = [claim(b, "z")];
    await settle();
    done.push(rename(a, "x", "Countess"), rename(b, "y", "Lady"));
    await settle();
    const under = engine.under.splice(0);
    // The claim's answer, two answers, news for y and z, and for x.
    const deliveries = [...under];
    for (const index of order) {
      deliveries[index]?.();
      await settle();
    }
    for (const deliver of deliveries.slice(order.length)) deliver();
    await Promise.all(done);
    await settle();
    const all = ["x", "y", "z"].map((session) => shown.get(session));
    assertEquals(all, Array(3).fill(engine.name), `in order ${order}`);
    assertEquals(a.nameOf("x"), engine.name);
    assertEquals([b.nameOf("y"), b.nameOf("z")], [engine.name, engine.name]);
  }
});
