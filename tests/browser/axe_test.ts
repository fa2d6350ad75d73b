/** An automatic check of the pages for people who use them differently. The
 * chat page in use is checked in chat_access_test.ts. */

import { assertEquals } from "@std/assert";
import axe from "npm:axe-core@4.14.1";
import type { Page } from "playwright-core";
import { pageTest } from "./browser.ts";
import { panes } from "./lab_page.ts";

/** What the check finds on a page as it is now. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa",
      "best-practice"] })`,
  ) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}

for (const colorScheme of ["light", "dark"] as const) {
  for (
    const [size, viewport] of [
      ["wide", { width: 1280, height: 800 }],
      ["narrow", { width: 390, height: 844 }],
    ] as const
  ) {
    // The check is a script of somebody else's, which the page would not run.
    const options = { colorScheme, viewport, bypassCSP: true };

    pageTest(
      `an automatic check finds nothing on /, /lessons and the idle lab, ${colorScheme} and ${size}`,
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
          assertEquals(await findings(page), [], path);
        }
      },
    );

    pageTest(
      `an automatic check finds nothing on the lab in use, ${colorScheme} and ${size}`,
      async ({ open }) => {
        const page = await open("/lab?a=/lessons/echo", options);
        const { a } = panes(page);
        await a.connect();
        await a.send('{"tea":true}');
        await a.receives("Echo: ");
        await a.rows("tea").last().click();
        await a.button("Hex").click();
        await a.pane.getByText("Pings never reach a page").click();
        await a.shows("server-in", "1 · ");
        assertEquals(await findings(page), []);
        await a.button("Close").click();
        await a.status("Closed: 1000");
        assertEquals(await findings(page), []);
      },
    );
  }
}
