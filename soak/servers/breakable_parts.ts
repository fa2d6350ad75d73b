/**
 * Lets a soak break single rooms and sessions of a server from within: what was
 * ordered by `breakPart` throws at the next call, of whichever room or session
 * that is. Imported before main.ts, see breakable_main.ts.
 */

import { Connection } from "../../server/connection/connection.ts";
import { Room } from "../../server/rooms/room.ts";
import { INJECTED, type Part, PARTS } from "./injected.ts";

/** Methods of each part that throw, used in turn. */
const METHODS: Readonly<Record<Part, readonly [object, string][]>> = {
  room: ["deliver", "append", "announceJoins", "announceLeaves"].map(
    (method) => [Room.prototype, method],
  ),
  session: ["send", "tell", "note", "flush"].map(
    (method) => [Connection.prototype, method],
  ),
};

/** Longest wait for a call of the method that throws, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Methods that throw on their next call, with a callback for that call. */
const broken = new Map<string, () => void>();
const orders: Record<Part, number> = { room: 0, session: 0 };

for (const part of PARTS) {
  for (const [prototype, method] of METHODS[part]) {
    const act = Reflect.get(prototype, method);
    Reflect.set(
      prototype,
      method,
      function (this: unknown, ...args: unknown[]) {
        const onThrow = broken.get(`${part} ${method}`);
        if (onThrow === undefined) return Reflect.apply(act, this, args);
        broken.delete(`${part} ${method}`);
        onThrow();
        throw new Error(INJECTED);
      },
    );
  }
}

Object.assign(globalThis, {
  /** Returns whether the method threw before the time limit. */
  async breakPart(part: Part): Promise<boolean> {
    const methods = METHODS[part];
    const [, method] = methods[orders[part]++ % methods.length] ?? [];
    const { promise, resolve } = Promise.withResolvers<boolean>();
    broken.set(`${part} ${method}`, () => resolve(true));
    const timer = setTimeout(() => {
      broken.delete(`${part} ${method}`);
      resolve(false);
    }, PATIENCE_MS);
    const happened = await promise;
    clearTimeout(timer);
    return happened;
  },
});
