/** What is said over WebSockets: requests and commands, right and wrong. */

import type { Dice } from "./random_inputs.ts";

const ROOMS = ["lobby", "yard", "Yard", "a".repeat(64), "дом", "x.y-z_1"];
const TYPES = [
  "hello",
  "join",
  "leave",
  "publish",
  "history",
  "who",
  "typing",
  "rename",
  "auth",
  "ping",
  "remove",
  "kick",
  "ban",
  "unban",
  "lock",
  "slow",
  "announce",
  "help",
  "quit",
  "constructor",
];
const FIELDS = [
  "room",
  "text",
  "name",
  "token",
  "auth",
  "since",
  "limit",
  "before",
  "after",
  "cid",
  "id",
  "batch",
  "only",
  "seq",
  "reason",
  "user",
  "address",
  "forMs",
  "locked",
  "everyMs",
  "__proto__",
];
const COMMANDS = [
  "/help",
  "/who",
  "/nick Ada",
  "/join yard",
  "/history 5",
  "/quit",
  "/remove 1",
  '/kick "Ada" * no reason',
  "/ban Ada 1s *",
  "/slow off",
  "/announce Tea",
  "//slash",
  "Hello",
];

/** Any JSON value, not too deep. */
function value(dice: Dice, depth = 0): unknown {
  return dice.pick<() => unknown>([
    () => dice.pick(ROOMS),
    () => dice.nasty(),
    () => dice.below(100),
    () => dice.pick([-1, 0.5, 1e300, Number.MAX_SAFE_INTEGER, 2 ** 53]),
    () => dice.pick([true, false, null]),
    () => ({ epoch: dice.nasty(), seq: dice.below(9) }),
    () => depth > 3 ? [] : [value(dice, depth + 1), value(dice, depth + 1)],
    () => depth > 3 ? {} : { [dice.pick(FIELDS)]: value(dice, depth + 1) },
  ])();
}

/** A request, whose fields may be anything. */
function request(dice: Dice): string {
  const fields = Array.from({ length: dice.below(5) }, () => [
    dice.pick(FIELDS),
    value(dice),
  ]);
  return JSON.stringify({
    type: dice.oneIn(10) ? value(dice) : dice.pick(TYPES),
    ...(dice.oneIn(2) && { room: dice.pick(ROOMS), text: "Hello" }),
    ...Object.fromEntries(fields),
  });
}

/** How most conversations begin, in every dialect. */
export const GREETING =
  '{"type":"hello","id":1}\n{"type":"join","room":"yard","id":2}';

/**
 * The payload of a frame, for any dialect.
 *
 * @param dice What is chosen.
 */
export function line(dice: Dice): string {
  return dice.pick([
    () => request(dice),
    () => dice.mutate(request(dice)),
    () =>
      Array.from({ length: 1 + dice.below(5) }, () => request(dice)).join("\n"),
    () => JSON.stringify(value(dice)),
    () => dice.pick(COMMANDS),
    () => dice.mutate(dice.pick(COMMANDS)),
    () => dice.nasty(),
  ])();
}
