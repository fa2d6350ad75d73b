/** Where messages can be kept, in words: known to who reads the settings, which
 * knows no store. */

/** The addresses that open.ts takes, for people. */
export const STORE_ADDRESSES =
  "sqlite:PATH, memory:, redis://HOST:PORT/DB, kv: or kv:PATH";
