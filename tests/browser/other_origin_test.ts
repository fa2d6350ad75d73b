/** A page of another origin that the server lists: it publishes over the API,
 * reads the answers, and follows a room with an EventSource. */

import { assert, assertEquals } from "@std/assert";
import { SECRET, signed } from "../helpers/tokens.ts";
import { pageTest } from "./browser.ts";

/** Serves the page: its port makes it another origin. */
const elsewhere = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  () =>
    new Response("<!doctype html><title>Elsewhere</title>", {
      headers: { "content-type": "text/html" },
    }),
);
const PAGE = `http://127.0.0.1:${elsewhere.addr.port}`;
Deno.test.afterAll(() => elsewhere.shutdown());

pageTest(
  "a listed origin's page publishes, reads answers, and follows a room with a ticket over a restart",
  async ({ open, server }) => {
    const page = await open(`${PAGE}/`);
    const api = new URL("/api/", server.url).href;
    const token = await signed({ name: "Ada" }, 3600);
    const answers = await page.evaluate(async ({ api, token }) => {
      const ask = async (path: string, init: RequestInit) => {
        const response = await fetch(api + path, {
          ...init,
          method: "POST",
          headers: { authorization: `Bearer ${token}`, ...init.headers },
        });
        return { status: response.status, ...await response.json() };
      };
      const say = (text: string) =>
        ask("rooms/hall/messages", {
          headers: {
            "content-type": "application/json",
            "idempotency-key": text,
          },
          body: JSON.stringify({ text }),
        });
      const { ticket } = await ask("tickets", {});
      const texts: string[] = [];
      const events = new EventSource(
        `${api}rooms/hall/events?ticket=${ticket}`,
      );
      events.onmessage = ({ data }) => texts.push(JSON.parse(data).text);
      Object.assign(globalThis, { texts, events, say });
      await new Promise((done) => events.addEventListener("joined", done));
      return [await say("one"), await say("one")];
    }, { api, token });
    assertEquals(
      answers.map(({ status, seq, duplicate }) => [
        status,
        seq,
        duplicate,
      ]),
      [[201, 1, false], [200, 1, true]],
    );
    await page.waitForFunction("texts.join() === 'one'");

    await server.stop();
    await using _again = await server.startAgain();
    await page.waitForFunction("events.readyState === EventSource.OPEN");
    const { status } = await page.evaluate("say('two')") as { status: number };
    assertEquals(status, 201);
    await page.waitForFunction("texts.join() === 'one,two'");

    const url = await page.evaluate("events.url") as string;
    assert(!url.includes(token.split(".")[1]!), "the token is in the address");
  },
  {
    settings: ["--auth-secret", SECRET, "--origins", PAGE],
    // The server is away for a moment.
    faults: /ERR_|net::/,
  },
);
