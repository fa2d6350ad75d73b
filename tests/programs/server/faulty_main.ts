/**
 * The program, with faults nobody has foreseen: on SIGUSR1 something throws
 * where nothing catches it, on SIGUSR2 a promise fails that nobody waits for.
 */

import "../../../main.ts";

Deno.addSignalListener("SIGUSR1", () => {
  setTimeout(() => {
    throw new Error("A fault nobody has foreseen");
  });
});
Deno.addSignalListener("SIGUSR2", () => {
  void Promise.reject(new Error("A fault nobody has foreseen"));
});
console.log("Ready for faults");
