/** The clients of a soak: how many of which kind, and in which rooms. */

import type { Changes } from "../changes.ts";
import { ChildClient } from "./child_client.ts";
import type { BreakableClient, ClientOptions, SoakClient } from "./client.ts";
import { LibraryClient } from "./library.ts";
import { SimpleClient } from "./simple.ts";
import { TextClient } from "./text.ts";
import { V1Client } from "./v1.ts";
import { seeded } from "../random.ts";
import type { DeliveryCheck } from "../checks/delivery_check.ts";

/** Options of a client set. */
export interface ClientSetOptions {
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Where the server is, such as `ws://127.0.0.1:8000`. */
  readonly server: string;
  readonly check: DeliveryCheck;
  readonly changes: Changes;
  readonly comeBackMs: number;
  readonly lag: (ms: number) => void;
  readonly life: () => number;
}

/** All clients, and subsets of them by kind. */
export interface ClientSet {
  readonly all: readonly SoakClient[];
  readonly v1: readonly V1Client[];
  readonly children: readonly ChildClient[];
  readonly breakable: readonly BreakableClient[];
  readonly rooms: readonly string[];
}

/** Ten clients; processes cost most and are fewest. */
const KINDS = [
  "v1",
  "simple",
  "text",
  "library",
  "process",
  "v1",
  "simple",
  "text",
  "library",
  "v1",
] as const;

/** Messages replayed to a client without a cursor. */
const REPLAYS = 300;

/**
 * Starts the clients.
 *
 * @param options How many.
 */
export function startClients(options: ClientSetOptions): ClientSet {
  const all = Array.from(
    { length: options.clients },
    (_, index) => startClient(options, index),
  );
  const v1 = all.filter((client) => client instanceof V1Client);
  const children = all.filter((client) => client instanceof ChildClient);
  const rooms = [...new Set(all.map(({ room }) => room))];
  return { all, v1, children, rooms, breakable: all.filter(isBreakable) };
}

function isBreakable(client: SoakClient): client is BreakableClient {
  return !(client instanceof ChildClient);
}

function startClient(options: ClientSetOptions, index: number): SoakClient {
  const { seed, rooms, life } = options;
  const kind = KINDS[index % KINDS.length] ?? "v1";
  const own: ClientOptions = {
    ...options,
    id: `${kind}-${index}`,
    // Shifted by one every ten, so that every kind gets into every room.
    room: `room-${(index + Math.floor(index / KINDS.length)) % rooms}`,
    random: seeded(seed + index),
  };
  switch (kind) {
    case "v1":
      return new V1Client({ ...own, limit: REPLAYS, life });
    case "simple":
      return new SimpleClient({ ...own, replays: REPLAYS });
    case "text":
      return new TextClient({ ...own, replays: REPLAYS });
    case "library":
      return new LibraryClient({ ...own, limit: REPLAYS });
    case "process":
      return new ChildClient({ ...own, limit: REPLAYS });
  }
}
