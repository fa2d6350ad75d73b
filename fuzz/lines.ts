/** WebSocket messages: valid and invalid requests and commands. */

import type { RandomInputs } from "./random_inputs.ts";

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
function value(random: RandomInputs, depth = 0): unknown {
  return random.pick<() => unknown>([
    () => random.pick(ROOMS),
    () => random.nasty(),
    () => random.below(100),
    () => random.pick([-1, 0.5, 1e300, Number.MAX_SAFE_INTEGER, 2 ** 53]),
    () => random.pick([true, false, null]),
    () => ({ epoch: random.nasty(), seq: random.below(9) }),
    () => depth > 3 ? [] : [value(random, depth + 1), value(random, depth + 1)],
    () => depth > 3 ? {} : { [random.pick(FIELDS)]: value(random, depth + 1) },
  ])();
}

/** A request, whose fields may be anything. */
function request(random: RandomInputs): string {
  const fields = Array.from({ length: random.below(5) }, () => [
    random.pick(FIELDS),
    value(random),
  ]);
  return JSON.stringify({
    type: random.oneIn(10) ? value(random) : random.pick(TYPES),
    ...(random.oneIn(2) && { room: random.pick(ROOMS), text: "Hello" }),
    ...Object.fromEntries(fields),
  });
}

/** How most conversations begin, in every dialect. */
export const GREETING =
  '{"type":"hello","id":1}\n{"type":"join","room":"yard","id":2}';

/**
 * The payload of a frame, for any dialect.
 *
 * @param dice Source of random choices.
 */
export function line(random: RandomInputs): string {
  return random.pick([
    () => request(random),
    () => random.mutate(request(random)),
    () =>
      Array.from({ length: 1 + random.below(5) }, () => request(random)).join(
        "\n",
      ),
    () => JSON.stringify(value(random)),
    () => random.pick(COMMANDS),
    () => random.mutate(random.pick(COMMANDS)),
    () => random.nasty(),
  ])();
}
