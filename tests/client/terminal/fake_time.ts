/** Global timers that are moved by hand, for what has no seam for them. */

import { mock } from "node:test";

export class FakeTime implements Disposable {
  constructor() {
    mock.timers.enable({ apis: ["setTimeout"] });
  }

  /** Lets time pass. */
  tick(ms: number): void {
    mock.timers.tick(ms);
  }

  [Symbol.dispose](): void {
    mock.timers.reset();
  }
}
