/** An automatic check of pages for people who use them differently, and the
 * sizes that they are checked in. */

import axe from "axe-core";
import type { Page } from "playwright-core";

const ALL = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];
/** The rules that look at colours; the others find the same in each scheme. */
const COLOURS = ["color-contrast", "link-in-text-block"];

async function check(page: Page, runOnly: readonly string[]) {
  const { violations } = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(runOnly)} })`,
  ) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}

/** What the check finds on a page as it is now, in light and in dark. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await check(page, ALL);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await check(page, COLOURS);
  await page.emulateMedia({ colorScheme: "light" });
  return [...found, ...dark.map((finding) => `in dark, ${finding}`)];
}

/** Each size of a window, and how to open a page in it. */
export const SIZES = [
  { size: "wide", viewport: { width: 1280, height: 800 } },
  { size: "narrow", viewport: { width: 360, height: 740 } },
].map(({ size, viewport }) => ({
  size,
  options: {
    viewport,
    colorScheme: "light" as const,
    // The check is a script of somebody else's, which no page would run.
    bypassCSP: true,
  },
}));
