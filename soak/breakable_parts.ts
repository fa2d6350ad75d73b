/**
 * Lets a soak break single rooms and sessions of a server from within: what was
 * ordered by `breakPart` throws at the next call, of whichever room or session
 * that is. Imported before main.ts, see breakable_main.ts.
 */

import { Connection } from "../server/connection.ts";
import { Room } from "../server/room.ts";
import { INJECTED, type Part, PARTS } from "./injected.ts";

/** Where each is broken, one after the other. */
const METHODS: Readonly<Record<Part, readonly [object, string][]>> = {
  room: ["deliver", "append", "announceArrivals", "announceDepartures"].map(
    (method) => [Room.prototype, method],
  ),
  session: ["send", "tell", "note", "flush"].map(
    (method) => [Connection.prototype, method],
  ),
};

/** The methods that throw when they are called next. */
const broken = new Set<string>();
const orders: Record<Part, number> = { room: 0, session: 0 };

for (const part of PARTS) {
  for (const [prototype, method] of METHODS[part]) {
    const act = Reflect.get(prototype, method);
    Reflect.set(
      prototype,
      method,
      function (this: unknown, ...args: unknown[]) {
        if (broken.delete(`${part} ${method}`)) throw new Error(INJECTED);
        return Reflect.apply(act, this, args);
      },
    );
  }
}

Object.assign(globalThis, {
  breakPart(part: Part): void {
    const methods = METHODS[part];
    const [, method] = methods[orders[part]++ % methods.length] ?? [];
    broken.add(`${part} ${method}`);
  },
});
