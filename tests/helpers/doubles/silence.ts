/** A log that nobody reads. */

import { createLogger } from "../../../server/runtime/logger.ts";

export const SILENCE = createLogger({
  level: "error",
  pretty: true,
  now: () => 0,
  write() {},
});
