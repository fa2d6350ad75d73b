/**
 * Which rooms a client is in, and what it has to say about them on a new
 * connection.
 */

import type { JoinRequest, LeaveRequest } from "../../protocol/requests.ts";
import type { JoinOptions } from "../client_api.ts";
import type { Asker } from "../connection/pending_requests.ts";
import { JoinedRoom } from "./room.ts";
import type { RoomContext } from "./room_context.ts";

/** The rooms of one client, by name. */
export class JoinedRooms {
  readonly #host: RoomContext;
  readonly #rooms = new Map<string, JoinedRoom>();
  /** Left before the server knew us; a resumed session may still be in. */
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

  /** What a new connection has to ask for: to be out of here, and in there. */
  get greetings(): [JoinRequest | LeaveRequest, Asker][] {
    return [
      ...[...this.#toLeave].map(leaving),
      ...this.all.filter(({ phase }) => phase === "joining")
        .map((room) => room.ask()),
    ];
  }

  /** A room to be joined, in place of one of that name. */
  add(name: string, options: JoinOptions): JoinedRoom {
    const room = new JoinedRoom(name, this.#host, options);
    this.#rooms.set(name, room);
    this.#toLeave.delete(name);
    return room;
  }

  /**
   * A room was left.
   *
   * @param name Which.
   * @param options `known`: whether the server knows us and so hears of it.
   */
  remove(name: string, { known }: { known: boolean }): void {
    this.#rooms.delete(name);
    if (!known) this.#toLeave.add(name);
  }

  /** The server knows us, and so has heard the greetings. */
  welcomed(): void {
    this.#toLeave.clear();
  }

  /** The client is closed. */
  end(): void {
    for (const room of this.all) room.ended();
    this.#rooms.clear();
  }
}

/** The request to leave a room; not being there is as good as having left. */
export function leaving(room: string): [LeaveRequest, Asker] {
  return [{ type: "leave", room }, { refused: () => {} }];
}
