/** What one client asked for, carried out in its order, whatever takes long. */

import { assertEquals } from "@std/assert";
import { InOrder } from "../../server/in_order.ts";
import { settled } from "../helpers/clock.ts";

function bench() {
  const inOrder = new InOrder();
  const done: string[] = [];
  return {
    inOrder,
    done,
    act: (name: string) => inOrder.add(() => void done.push(name)),
    /** Something that takes until it is ended. */
    long(name: string) {
      const moment = Promise.withResolvers<void>();
      inOrder.add(() => {
        done.push(name);
        inOrder.wait(moment.promise, (error) => done.push(`${error}`));
      });
      return moment;
    },
  };
}

Deno.test("InOrder does at once what need not wait, and all else in the order in which it came", async () => {
  const { inOrder, done, act, long } = bench();
  act("1");
  const moment = long("2");
  act("3");
  act("4");
  assertEquals([done, inOrder.waiting], [["1", "2"], 2]);
  moment.resolve();
  await settled();
  assertEquals([done, inOrder.waiting], [["1", "2", "3", "4"], 0]);
});

Deno.test("InOrder does what is left of a frame before the next frame", async () => {
  const { inOrder, done, act, long } = bench();
  const first = long("a token");
  let second: PromiseWithResolvers<void> | undefined;
  inOrder.add(() => {
    act("1.1");
    second = long("1.2 is another token");
    act("1.3");
  });
  inOrder.add(() => act("2.1"));
  first.resolve();
  await settled();
  assertEquals(done, ["a token", "1.1", "1.2 is another token"]);
  second?.resolve();
  await settled();
  assertEquals(done.slice(3), ["1.3", "2.1"]);
});

Deno.test("InOrder lets what waits wait on, where the next takes a moment too", async () => {
  const { done, act, long } = bench();
  const [first, second] = [long("1"), long("2")];
  act("3");
  first.resolve();
  await settled();
  assertEquals(done, ["1", "2"]);
  second.resolve();
  await settled();
  assertEquals(done, ["1", "2", "3"]);
});

Deno.test("InOrder tells what failed, and goes on", async () => {
  const { done, act, long } = bench();
  const moment = long("1");
  act("2");
  moment.reject("bad");
  await settled();
  assertEquals(done, ["1", "bad", "2"]);
});

Deno.test("InOrder does and tells nothing once it has stopped", async () => {
  const { inOrder, done, act, long } = bench();
  const moment = long("1");
  act("2");
  inOrder.stop();
  moment.reject("bad");
  await settled();
  assertEquals(done, ["1"]);
});
