/** How much a page costs to load: all it asks for, as it comes over the net. */

import { assert, assertEquals } from "@std/assert";
import { pageTest } from "./browser.ts";

const LIMIT = 80_000;

for (const path of ["/", "/lessons", "/lab"]) {
  pageTest(
    `${path} loads in under 80 KB, from this server alone`,
    async ({ open, server }) => {
      const page = await open("/healthz");
      const loads: { url: string; bytes: number }[] = [];
      // What the service worker fetches, to keep it, counts as well.
      page.context().on("requestfinished", async (request) => {
        const { responseBodySize } = await request.sizes();
        loads.push({ url: request.url(), bytes: responseBodySize });
      });
      await page.goto(new URL(path, server.url).href, {
        waitUntil: "networkidle",
      });
      if (path === "/") {
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
      }
      const bytes = loads.reduce((sum, load) => sum + load.bytes, 0);
      assert(loads.length >= 3, JSON.stringify(loads));
      assert(bytes < LIMIT, `${bytes} bytes: ${JSON.stringify(loads)}`);
      const elsewhere = loads.filter(({ url }) =>
        new URL(url).host !== server.url.host
      );
      assertEquals(elsewhere, []);
    },
  );
}
