/** Folders for tests that need files; gone when the test is over. */

import { join } from "node:path";

const PARENT = ".tmp";

/** A folder of one test. */
export class TempFolder implements Disposable {
  readonly path: string;

  constructor() {
    Deno.mkdirSync(PARENT, { recursive: true });
    this.path = Deno.makeTempDirSync({ dir: PARENT });
  }

  /** The path of a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
