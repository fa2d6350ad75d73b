/** The rooms of a client, and the requests that rejoin them. */

import type { JoinRequest, LeaveRequest } from "../../protocol/requests.ts";
import type { JoinOptions } from "../client_api.ts";
import type { Asker } from "../connection/pending_requests.ts";
import { JoinedRoom } from "./room.ts";
import type { RoomContext } from "./room_context.ts";

/** The rooms of one client, by name. */
export class JoinedRooms {
  readonly #host: RoomContext;
  readonly #rooms = new Map<string, JoinedRoom>();
  /** Rooms left while disconnected; a resumed session may still be in them. */
  readonly #toLeave = new Set<string>();

  /** @param host The client. */
  constructor(host: RoomContext) {
    this.#host = host;
  }

  get all(): JoinedRoom[] {
    return [...this.#rooms.values()];
  }

  get(name: string): JoinedRoom | undefined {
    return this.#rooms.get(name);
  }

  /** The leave and join requests for a new connection. */
  get greetings(): [JoinRequest | LeaveRequest, Asker][] {
    return [
      ...[...this.#toLeave].map(leaving),
      ...this.all.filter(({ phase }) => phase === "joining")
        .map((room) => room.ask()),
    ];
  }

  /** Adds a room, and replaces one of the same name. */
  add(name: string, options: JoinOptions): JoinedRoom {
    const room = new JoinedRoom(name, this.#host, options);
    this.#rooms.set(name, room);
    this.#toLeave.delete(name);
    return room;
  }

  /**
   * Removes a room.
   *
   * @param name The room's name.
   * @param options `known`: whether the client is connected. If not, it leaves
   * the room on the next connection.
   */
  remove(name: string, { known }: { known: boolean }): void {
    this.#rooms.delete(name);
    if (!known) this.#toLeave.add(name);
  }

  /** Clears the pending leaves: the server accepted the hello. */
  welcomed(): void {
    this.#toLeave.clear();
  }

  /** Ends all rooms: the client is closed. */
  end(): void {
    for (const room of this.all) room.ended();
    this.#rooms.clear();
  }
}

/** Returns a leave request that ignores errors, such as `not_joined`. */
export function leaving(room: string): [LeaveRequest, Asker] {
  return [{ type: "leave", room }, { refused: () => {} }];
}
