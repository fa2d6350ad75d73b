/** A log that nobody reads. */

import { createLogger } from "../../server/log.ts";

export const SILENCE = createLogger({
  level: "error",
  pretty: true,
  now: () => 0,
  write() {},
});
