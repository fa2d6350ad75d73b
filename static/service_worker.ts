/// <reference no-default-lib="true" />
/// <reference lib="webworker" />
/// <reference lib="esnext" />

/**
 * The service worker: keeps the chat page's own files, so that the page opens
 * on a bad connection, or on none, with what it knows and what is unsent. The
 * server is asked first, so that an update arrives with the next load. Keeps
 * nothing that anybody wrote. Shows the notices that pages on phones may not show
 * themselves.
 */

import { browserLanguages, chooseLanguage } from "./words/languages.ts";

/** A hash of the pages' files: the server writes it before this script, so
 * that another build is another service worker. */
declare const BUILD: string;

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

/** The path of the pages, with a slash at its end. */
const BASE = new URL(".", worker.location.href).pathname;
/** Others may have caches on the same site. */
const PREFIX = BASE === "/" ? "hubbub " : `hubbub${BASE} `;
const CACHE = PREFIX + BUILD;

/** What the chat page is made of, and with what it is installed. */
const FILES: readonly string[] = [
  "",
  "assets/chat.css",
  "assets/chat.js",
  "assets/icon.svg",
  "assets/icon-unread.svg",
  "assets/icon-192.png",
  "assets/manifest.webmanifest",
  ...words(),
].map((path) => BASE + path);

/** Returns the file with the words in the reader's language; none for English,
 * which is part of the script. */
function words(): readonly string[] {
  const language = chooseLanguage(browserLanguages());
  return language === "en" ? [] : [`assets/${language}.js`];
}

/** How long one waits for the server before the page that is kept opens. */
const PATIENCE_MS = 3_000;

/** The pages that opened from what is kept: their files are of that build too.
 * Should it be forgotten, the server is asked for them first. */
const keptPages = new Set<string>();

/** The pages that the server has sent: their files come from it too, however
 * slowly, as what is kept may be of another build. */
const freshPages = new Set<string>();

function kept(path: string): Promise<Response | undefined> {
  // What differs by compression is the same file.
  return caches.match(path, { cacheName: CACHE, ignoreVary: true });
}

/** What the server says in time; nothing when it is away or in trouble. */
async function ask(
  request: Request,
  patienceMs: number,
): Promise<Response | undefined> {
  const { promise: enough, resolve } = Promise.withResolvers<undefined>();
  const timer = patienceMs === Infinity
    ? undefined
    : setTimeout(() => resolve(undefined), patienceMs);
  try {
    const response = await Promise.race([fetch(request), enough]);
    return response !== undefined && response.status < 500
      ? response
      : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function answer(
  { request, clientId, resultingClientId }: FetchEvent,
  path: string,
): Promise<Response> {
  const page = request.mode === "navigate";
  // Of a page that is loaded anew, the client is the page as it was before.
  const known = !page && keptPages.has(clientId);
  const patienceMs = !page && freshPages.has(clientId) ? Infinity : PATIENCE_MS;
  const fresh = known ? undefined : await ask(request, patienceMs);
  if (fresh !== undefined) {
    if (page) freshPages.add(resultingClientId);
    return fresh;
  }
  const old = await kept(path);
  if (old === undefined) return fetch(request);
  if (page) keptPages.add(resultingClientId);
  return old;
}

worker.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    // All of them or none.
    await cache.addAll(FILES);
    await worker.skipWaiting();
  };
  event.waitUntil(keep());
});

worker.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
    }
  };
  event.waitUntil(tidy());
});

worker.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== worker.location.origin) return;
  if (FILES.includes(pathname)) event.respondWith(answer(event, pathname));
});

/** Brings the page back that a notice is of, and has it open the room. */
worker.addEventListener("notificationclick", (event) => {
  const { notification } = event;
  notification.close();
  const show = async () => {
    const room = String(notification.data);
    const windows = await worker.clients.matchAll({
      type: "window",
      // The first time, the page was there before the service worker.
      includeUncontrolled: true,
    });
    const page = windows.find(({ url }) => new URL(url).pathname === BASE);
    if (page === undefined) {
      await worker.clients.openWindow(
        `${BASE}?room=${encodeURIComponent(room)}`,
      );
      return;
    }
    page.postMessage(room);
    await page.focus();
  };
  event.waitUntil(show());
});
