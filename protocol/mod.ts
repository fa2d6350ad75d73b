/** The wire formats of Hubbub and the words they are made of. Pure, browser-safe. */

export * from "./close_codes.ts";
export * from "./dialect.ts";
export * from "./duration.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./message.ts";
export * from "./names.ts";
export * from "./presence.ts";
export * from "./rights.ts";
export { simple } from "./simple.ts";
export * from "./sse.ts";
export { list, messageLine, printable, TEXT, text } from "./text.ts";
export { V1, v1 } from "./v1.ts";
