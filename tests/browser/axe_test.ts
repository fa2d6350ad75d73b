/** An automatic check of the pages for people who use them differently. The
 * chat page in use is checked in chat_access_test.ts. */

import { assertEquals } from "@std/assert";
import { findings, SIZES } from "./axe.ts";
import { pageTest } from "./browser.ts";
import { panes } from "./lab/lab_page.ts";

for (const { size, options } of SIZES) {
  pageTest(
    `an automatic check finds nothing on /, /lessons and the idle lab, ${size}`,
    async ({ open }) => {
      for (
        const [path, ready] of [
          ["/", "form"],
          ["/lessons", "main"],
          ["/lab", "main"],
        ] as const
      ) {
        const page = await open(path, options);
        await page.locator(ready).first().waitFor();
        if (path === "/lessons") {
          await page.getByRole("button", { name: "Run: Echo" }).click();
          await page.getByRole("log").getByText("Closed with code 1000")
            .waitFor();
        }
        assertEquals(await findings(page), [], path);
      }
    },
  );

  pageTest(
    `an automatic check finds nothing on the lab in use, ${size}`,
    async ({ open }) => {
      const page = await open("/lab?a=/lessons/echo", options);
      const { a } = panes(page);
      await a.connect();
      await a.send('{"tea":true}');
      await a.receives("Echo: ");
      await a.rows("tea").last().click();
      await a.button("Hex").click();
      await a.details();
      await a.pane.getByText("Pings never reach a page").click();
      await a.shows("server-in", "1 · ");
      assertEquals(await findings(page), []);
      await a.button("Close").click();
      await a.status("Closed: 1000");
      assertEquals(await findings(page), []);
    },
  );
}
