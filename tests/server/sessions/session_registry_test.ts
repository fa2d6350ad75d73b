/** Sessions that go from node to node, without the rest of a hub. */

import { assertEquals } from "@std/assert";
import { SingleNode } from "../../../server/fleet/single_node.ts";
import type { FleetHost } from "../../../server/fleet/fleet.ts";
import { OPEN } from "../../../server/auth/permissions.ts";
import type { Member } from "../../../server/rooms/session.ts";
import {
  SessionRegistry,
  type Welcome,
} from "../../../server/sessions/session_registry.ts";
import { SILENCE } from "../../helpers/doubles/silence.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";

/** The sessions of a node that is told what others do, and Ada's. */
function node() {
  let host: FleetHost | undefined;
  const alone = new SingleNode({ random: () => 0, newId: () => "s1" });
  const fleet = Object.assign(alone, {
    begin: (its: FleetHost) => void (host = its),
  });
  const left: string[] = [];
  const sessions = new SessionRegistry({
    fleet,
    secret: new Uint8Array(32),
    clock: new FakeClock(),
    graceMs: 15_000,
    rooms: {
      depart: (room, { name }) => void left.push(`${name} left ${room}`),
      renamed() {},
    },
    log: SILENCE,
    outOfReach() {},
  });
  const hello = (token?: string) =>
    sessions.hello(new FakeReader(), { token }, OPEN) as Welcome;
  const { session, token } = hello();
  session.name = "Ada";
  session.members.set("hall", {} as Member);
  return {
    left,
    comeBack: () => hello(token),
    takenElsewhere: () => host?.replaced(session.id),
    arrivedElsewhere: () =>
      sessions.arrivedElsewhere("hall", {
        count: 1,
        members: new Map([[session.id, "Ada"]]),
      }),
  };
}

Deno.test("a session that another node has taken leaves a room when it has arrived there", () => {
  const { left, takenElsewhere, arrivedElsewhere } = node();
  arrivedElsewhere();
  assertEquals(left, []);
  takenElsewhere();
  arrivedElsewhere();
  assertEquals(left, ["Ada left hall"]);
});

Deno.test("a resumed session is not ended by a late message of its last node", () => {
  const { left, comeBack, takenElsewhere, arrivedElsewhere } = node();
  takenElsewhere();
  comeBack();
  arrivedElsewhere();
  assertEquals(left, []);
});
