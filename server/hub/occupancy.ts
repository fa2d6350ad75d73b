/** How many are where: in the rooms of this node, and in the other nodes'. */

import type { Fleet } from "../fleet/fleet.ts";
import type { Rooms } from "../rooms/room_registry.ts";

/** What the fleet's counts of rooms begin with. */
const ROOM = "room ";
/** Rooms of which the other nodes are told how many are in them. */
const MOST_SHARED = 300;

/** Counts people, rooms, and how far behind they are. */
export class Census {
  readonly #rooms: Pick<Rooms, "all">;
  readonly #fleet: Pick<Fleet, "elsewhere">;

  constructor(rooms: Pick<Rooms, "all">, fleet: Pick<Fleet, "elsewhere">) {
    this.#rooms = rooms;
    this.#fleet = fleet;
  }

  /** How many are in each room that anybody is in: where that is on other nodes
   * alone, some seconds ago, and in their largest rooms. */
  get people(): ReadonlyMap<string, number> {
    const people = new Map<string, number>();
    for (const [counted, count] of this.#fleet.elsewhere) {
      if (counted.startsWith(ROOM)) {
        people.set(counted.slice(ROOM.length), count);
      }
    }
    for (const { name, count } of this.#rooms.all()) {
      if (count > 0) people.set(name, count);
      else people.delete(name);
    }
    return people;
  }

  /** How many this node has in its largest rooms, as the fleet counts them. */
  get crowds(): ReadonlyMap<string, number> {
    const rooms = this.#rooms.all().map(({ name, local }) =>
      [`${ROOM}${name}`, local] as const
    ).filter(([, count]) => count > 0);
    rooms.sort(([, a], [, b]) => b - a);
    return new Map(rooms.slice(0, MOST_SHARED));
  }

  /** Rooms, members, and messages the member furthest behind has yet to get. */
  get load(): { rooms: number; members: number; lag: number } {
    let [members, lag] = [0, 0];
    const rooms = this.#rooms.all();
    for (const room of rooms) {
      members += room.local;
      lag = Math.max(lag, room.lag);
    }
    return { rooms: rooms.length, members, lag };
  }
}
