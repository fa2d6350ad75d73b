/** How often an engine is asked to find a name. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HubbubError } from "../../protocol/errors.ts";
import { chooseName } from "../../server/fleet/choose_name.ts";
import type { Choice } from "../../server/fleet/engine.ts";

/** An engine where some have names, that counts how often it is asked. */
function engine(taken: Set<string>) {
  const asked = { times: 0 };
  const ask = ({ names, any }: Choice) => {
    asked.times++;
    const free = names.find((name) => !taken.has(name));
    const answer = free !== undefined && (any || free === names[0])
      ? { name: free }
      : { taken: free };
    return Promise.resolve(answer);
  };
  return { asked, ask };
}

Deno.test("chooseName() asks once or twice, however many have such names", async () => {
  const taken = new Set(["Guest"]);
  for (let n = 2; n <= 9_000; n++) taken.add(`Guest ${n}`);
  const { asked, ask } = engine(taken);
  let rolls = 0;
  const random = () => (rolls++ * 0.618_034) % 1;
  for (let times = 1; times <= 100; times++) {
    const error = await assertRejects(
      () => chooseName({ wanted: "Guest" }, ask, random),
      HubbubError,
    );
    const { suggestion = "" } = error.details;
    assert(suggestion.startsWith("Guest ") && !taken.has(suggestion));
    const found = await chooseName(
      { wanted: undefined, fallback: "Guest" },
      ask,
      random,
    );
    assert("name" in found && !taken.has(String(found.name)));
    taken.add(String(found.name));
    assert(asked.times <= 4 * times, `${asked.times} for ${times}`);
  }
});

Deno.test("chooseName() gives small numbers while there are few", async () => {
  const { ask } = engine(new Set(["Guest", "Guest 2", "Guest 4"]));
  const found = await chooseName(
    { wanted: undefined, fallback: "Guest" },
    ask,
    Math.random,
  );
  assertEquals(found, { name: "Guest 3" });
});
