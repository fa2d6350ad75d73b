/** A fleet of one against the contract. */

import { SingleNode } from "../../server/fleet/single_node.ts";
import { namesContract } from "./contract.ts";

namesContract("alone", () => {
  let ids = 0;
  const alone = new SingleNode({ random: () => 0, newId: () => `s${++ids}` });
  return Promise.resolve({
    join: () => Promise.resolve(alone),
    async [Symbol.asyncDispose]() {},
  });
});
