/**
 * A page's EventSource lives through what servers and proxies do: a restart,
 * also a long one, and a server that is full. Behind nothing, nginx and Caddy,
 * with their files from the docs.
 */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Program } from "../helpers/programs/program.ts";
import { CADDY, isFile, NGINX, Proxy } from "../programs/server/proxy.ts";
import { pageTest } from "./browser.ts";

/** What a page notes of its stream. */
interface Noted {
  texts: string[];
  refused: string[];
  opened: number;
  /** Whether it has given up for good: `readyState` 2. */
  closed: boolean;
}

/** Begins to follow a room; everything is noted from then on. */
async function follow(page: Page, room: string): Promise<void> {
  await page.evaluate((room) => {
    const noted: Noted = { texts: [], refused: [], opened: 0, closed: false };
    const events = new EventSource(`/api/rooms/${room}/events`);
    events.onopen = () => noted.opened++;
    events.onmessage = ({ data }) => noted.texts.push(JSON.parse(data).text);
    events.addEventListener("refused", ({ data }) => {
      noted.refused.push(JSON.parse(data).code);
    });
    events.onerror = () => noted.closed ||= events.readyState === 2;
    Object.assign(globalThis, { noted });
  }, room);
}

/** Waits until something is noted. The page's policy lets nothing be evaluated
 * there, so it is asked again and again. */
async function until(
  page: Page,
  condition: (noted: Noted) => boolean,
): Promise<Noted> {
  while (true) {
    const noted = await page.evaluate(() => Reflect.get(globalThis, "noted"));
    if (condition(noted)) return noted;
    assert(!noted.closed, `gave up: ${JSON.stringify(noted)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function say(server: Program, text: string): Promise<void> {
  const url = new URL("/api/rooms/hall/messages", server.url);
  const response = await fetch(url, { method: "POST", body: text });
  await response.body?.cancel();
  assertEquals(response.status, 201);
}

/** The server's own address, and that of a proxy before it. */
const PLACES = [
  { name: "at the server itself", kind: undefined },
  { name: "behind docs/nginx.conf", kind: NGINX },
  { name: "behind docs/Caddyfile", kind: CADDY },
];

for (const { name, kind } of PLACES) {
  if (kind !== undefined && !isFile(kind.program)) continue;
  pageTest(
    `an EventSource comes back after restarts, ${name}`,
    async ({ open, server }) => {
      await using proxy = kind && await Proxy.before(kind, server);
      const url = proxy?.url ?? server.url;
      const page = await open(new URL("/healthz", url).href);
      await follow(page, "hall");
      await until(page, (noted) => noted.opened > 0);
      await say(server, "one");
      await until(page, (noted) => noted.texts.length === 1);

      // A short one: the page comes back while it lasts, and in the moment in
      // which the server still answers.
      await server.stop();
      await using second = await server.startAgain();
      await say(second, "two");
      await until(page, (noted) => noted.texts.length === 2);

      // A long one, without a goodbye: longer than a proxy waits.
      second.signal("SIGKILL");
      await second.ended;
      await new Promise((done) => setTimeout(done, 8_000));
      await using third = await second.startAgain();
      await say(third, "three");
      const { texts, closed } = await until(
        page,
        (noted) => noted.texts.length === 3,
      );
      assertEquals([texts, closed], [["one", "two", "three"], false]);
    },
    {
      settings: ["--trust-proxy"],
      faults: /Failed to load resource|ERR_/,
    },
  );
}

pageTest(
  "an EventSource at a full server gets the reason, and connects when there is room",
  async ({ open, server }) => {
    const page = await open("/healthz");
    const url = new URL("/api/rooms/hall/events", server.url);
    const other = await fetch(url);
    await follow(page, "hall");
    const { refused } = await until(page, (noted) => noted.refused.length > 0);
    assertEquals(refused[0], "too_many_connections");
    await other.body?.cancel();
    await say(server, "at last");
    const { texts, closed } = await until(
      page,
      (noted) => noted.texts.length === 1,
    );
    assertEquals([texts, closed], [["at last"], false]);
  },
  { settings: ["--max-connections", "1"] },
);
