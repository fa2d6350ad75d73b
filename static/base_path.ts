/**
 * Where this server's pages are: at the root of a site or, with `--base`, below
 * a path. A bundle knows by its own address, `BASE/assets/chat.js`.
 */

const here = new URL("..", import.meta.url);

/** The path of the pages, with a slash at its end: `/` or `/chat/`. */
export const BASE = here.pathname;

/** The address of the chat page, such as `https://chat.example/`. */
export const HOME = here.href;

/** What names in the browser's storage begin with: pages of several servers of
 * one site share it. */
export const STORAGE_PREFIX = BASE === "/" ? "hubbub." : `hubbub.${BASE}.`;
