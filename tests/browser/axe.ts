/** An automatic check of pages for people who use them differently, and the
 * looks that they are checked in. */

import axe from "axe-core";
import type { Page } from "playwright-core";

/** What the check finds on a page as it is now. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa",
      "best-practice"] })`,
  ) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}

const SIZES = [
  { size: "wide", viewport: { width: 1280, height: 800 } },
  { size: "narrow", viewport: { width: 360, height: 740 } },
];

/** Each look, and how to open a page in it. */
export const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) =>
  SIZES.map(({ size, viewport }) => ({
    look: `${colorScheme} and ${size}`,
    options: {
      colorScheme,
      viewport,
      // Colours are judged at rest, not while something fades in.
      reducedMotion: "reduce" as const,
      // The check is a script of somebody else's, which no page would run.
      bypassCSP: true,
    },
  }))
);
