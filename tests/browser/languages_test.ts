/** The pages in the language of the browser. */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { de, en } from "../helpers/catalogues.ts";
import { pageTest } from "./browser.ts";

/** English texts that are no German ones. */
const ENGLISH: ReadonlySet<string> = new Set(
  [...en.values()].filter((text) => /\p{L}/u.test(text)),
).difference(
  new Set([
    ...de.values(),
    // Also what samples send.
    "Hello",
  ]),
);

/** Collects all texts that a page ever shows, from its first element on. */
const WATCH = `
  globalThis.shown = new Set([document.title]);
  const look = () => {
    shown.add(document.title);
    const all = document.createTreeWalker(document, 1 | 4);
    while (all.nextNode()) {
      const node = all.currentNode;
      if (node.nodeType === 3) {
        if (!node.parentElement?.closest("noscript")) shown.add(node.data.trim());
      } else {
        for (const name of ["aria-label", "title", "placeholder"]) {
          shown.add(node.getAttribute(name) ?? "");
        }
      }
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
`;

/** Checks that a page is German, and never was English. */
async function isGerman(page: Page, ...texts: string[]): Promise<void> {
  for (const text of texts) await page.getByText(text).first().waitFor();
  assertEquals(await page.locator("html").getAttribute("lang"), "de");
  const shown = await page.evaluate<string[]>("[...shown]");
  assert(shown.length > 5);
  assertEquals(shown.filter((text) => ENGLISH.has(text)), []);
}

pageTest(
  "chat, lab and lessons are in German where the browser asks for it",
  async ({ open }) => {
    const page = await open("/healthz", { locale: "de-AT" });
    await page.addInitScript(WATCH);
    const go = async (path: string) =>
      await page.goto(new URL(path, page.url()).href);
    await go("/");
    await isGerman(page, "Wie sollen dich die anderen nennen?");
    await page.getByLabel("Wie sollen dich").fill("Ada");
    await page.getByRole("button", { name: "Beitreten" }).click();
    await page.getByRole("textbox", { name: "Nachricht an lobby" }).fill(
      "Hallo",
    );
    await page.keyboard.press("Enter");
    await isGerman(page, "Verbunden", "Heute", "1 hier");
    await page.getByRole("button", { name: "Ada: Einstellungen" }).click();
    await page.getByLabel("Dein Name").fill("Server");
    await page.getByRole("button", { name: "Ändern" }).click();
    await isGerman(page, "Dieser Name geht nicht.");
    await page.getByRole("button", { name: "Tastenkürzel" }).click();
    await isGerman(page, "/ban NAME DAUER [*] [GRUND]");

    await go("/lab");
    await isGerman(page, "Noch nicht verbunden", "Jede Nachricht kommt zurück");
    await page.getByRole("button", { name: "Verbinden" }).first().click();
    await isGerman(page, "Offen");
    assertEquals(await page.title(), "Labor · Hubbub");

    await go("/lessons");
    await isGerman(page, "Kleine Server", "Probier das", "Starten");
    assertEquals(await page.title(), "Lektionen · Hubbub");
  },
);
