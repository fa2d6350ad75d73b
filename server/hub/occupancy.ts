/** Occupancy: counts the people in the rooms of this node and of other
 * nodes. */

import type { Fleet } from "../fleet/fleet.ts";
import type { RoomRegistry } from "../rooms/room_registry.ts";

/** The prefix of rooms in the fleet's counts. */
const ROOM = "room ";
/** Most rooms whose occupancy a node reports to the others. */
const MOST_SHARED = 300;

/** Counts people, rooms and lag. */
export class Occupancy {
  readonly #rooms: Pick<RoomRegistry, "all">;
  readonly #fleet: Pick<Fleet, "elsewhere">;

  constructor(
    rooms: Pick<RoomRegistry, "all">,
    fleet: Pick<Fleet, "elsewhere">,
  ) {
    this.#rooms = rooms;
    this.#fleet = fleet;
  }

  /** Number of people in each room that has any. For rooms on other nodes
   * alone, the number is some seconds old, and only their largest rooms
   * count. */
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

  /** Number of people on this node in its largest rooms, as the fleet counts
   * them. */
  get crowds(): ReadonlyMap<string, number> {
    const rooms = this.#rooms.all().map(({ name, local }) =>
      [`${ROOM}${name}`, local] as const
    ).filter(([, count]) => count > 0);
    rooms.sort(([, a], [, b]) => b - a);
    return new Map(rooms.slice(0, MOST_SHARED));
  }

  /** Open rooms, members of this node, and messages that the slowest member has
   * yet to get. */
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
