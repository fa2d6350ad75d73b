/** A page of another site whose name was made to point at this machine. */

import { assertEquals } from "@std/assert";
import { pageTest } from "./browser.ts";

pageTest(
  "refuses requests with a foreign Host header (DNS rebinding)",
  async ({ open, server }) => {
    const origin = `http://evil.test:${server.url.port}`;
    // Stands for the page that the site served before its name pointed here:
    // scripts on it are of that origin. Probes alone are answered under any
    // name.
    const page = await open(`${origin}/healthz`);
    const got = await page.evaluate(async () => {
      const statuses: Record<string, number> = {};
      for (
        const [method, path] of [
          ["GET", "/"],
          ["GET", "/api/rooms"],
          ["GET", "/api/rooms/lobby/export"],
          ["GET", "/api/bans"],
          ["GET", "/api/audit"],
          ["GET", "/metrics"],
          ["POST", "/api/rooms/lobby/messages"],
        ] as const
      ) {
        const response = await fetch(path, {
          method,
          headers: { "x-forwarded-host": "localhost" },
          ...(method === "POST" && { body: "I was here" }),
        });
        statuses[`${method} ${path}`] = response.status;
      }
      const opens = (path: string) =>
        new Promise<boolean>((done) => {
          const url = new URL(path, location.href).href.replace("http", "ws");
          const socket = new WebSocket(url);
          socket.onopen = () => done(true);
          socket.onerror = () => done(false);
        });
      return {
        statuses: [...new Set(Object.values(statuses))],
        sockets: [await opens("/ws"), await opens("/lessons/echo")],
      };
    });
    assertEquals(got, { statuses: [421], sockets: [false, false] });
    // Its own page is not harmed.
    await page.goto(server.url.href);
    await page.locator("#page > *").first().waitFor();
  },
  { faults: /status of 421/ },
);
