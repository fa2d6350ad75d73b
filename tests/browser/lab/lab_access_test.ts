/** The lab for everybody: by keyboard alone, on a phone, and its headers. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pageTest } from "../browser.ts";
import { panes, second } from "./lab_page.ts";

const TOO_WIDE = "document.documentElement.scrollWidth > innerWidth";

pageTest("all of a conversation by keyboard alone", async ({ open }) => {
  const page = await open("/lab?a=/lessons/echo");
  const { keyboard } = page;
  const { a } = panes(page);
  await a.pane.waitFor();
  const focus = () =>
    page.evaluate<string>(
      `(({ ariaLabel, textContent }) => ariaLabel ?? textContent)(
        document.activeElement)`,
    );
  const tabTo = async (name: string) => {
    for (let n = 0; n < 40; n++) {
      await keyboard.press("Tab");
      if (await focus() === name) return;
    }
    throw new Error(`Tab never came to ${name}`);
  };
  await keyboard.press("Tab");
  assertEquals(await focus(), "Skip to client A");
  await keyboard.press("Enter");
  await tabTo("Connect");
  await keyboard.press("Enter");
  await a.status("Open");
  await tabTo("Text to send from A");
  await keyboard.type("by hand");
  await keyboard.press("Enter");
  await a.receives("Echo: by hand");
  // Into the table, along its rows, and into one.
  await tabTo("Clear");
  await keyboard.press("Tab");
  assertStringIncludes(await focus(), "received");
  await keyboard.press("ArrowDown");
  assertStringIncludes(await focus(), "sent");
  await keyboard.press("End");
  assertStringIncludes(await focus(), "connecting");
  await keyboard.press("Home");
  assertStringIncludes(await focus(), "received");
  await keyboard.press("Enter");
  await a.pane.locator(".opened").getByText("Echo: by hand").waitFor();
  await keyboard.press("Enter");
  await a.pane.locator(".opened").waitFor({ state: "detached" });
  await keyboard.press("Shift+Tab");
  assertEquals(await focus(), "Clear");
  await a.pane.locator("summary").first().focus();
  await keyboard.press("Space");
  await a.field("Reason").focus();
  await keyboard.press("Enter");
  await a.status("Closed: 1000");
});

pageTest(
  "a phone of 360 pixels shows one client at a time",
  async ({ open }) => {
    const page = await open("/lab?a=/lessons/says", {
      viewport: { width: 360, height: 640 },
      hasTouch: true,
    });
    const { a, b } = panes(page);
    await a.connect();
    await a.send("a".repeat(200));
    await a.receives("User says: aaa");
    assert(!await b.pane.isVisible());
    // Address, message and log are on the first screen.
    const table = await a.rows("User says").boundingBox();
    assert(table !== null && table.y + table.height < 640, `${table?.y}`);
    await second(page);
    await page.getByRole("button", { name: "A OPEN" }).click();
    assert(!await b.pane.isVisible());
    await page.getByRole("button", { name: "B idle" }).click();
    await b.pane.waitFor();
    assert(!await a.pane.isVisible());
    const wide = await page.evaluate<boolean>(TOO_WIDE);
    assert(!wide, "The page scrolls sideways");
    const small = await page.evaluate<string[]>(
      `[...document.querySelectorAll("button, input, select, textarea, summary")]
      .filter((element) =>
        element.checkVisibility() && !element.closest(".scroller, details") &&
        element.getBoundingClientRect().height < 44
      ).map(({ outerHTML }) => outerHTML)`,
    );
    assertEquals(small, []);
  },
);

pageTest("the page stays in place at 1280 pixels", async ({ open }) => {
  const page = await open("/lab?a=/lessons/echo");
  const { a } = panes(page);
  await a.connect();
  const wide = await page.evaluate<boolean>(TOO_WIDE);
  assert(!wide, "The page scrolls sideways");
  const bottom = await a.pane.locator(".scroller").evaluate((element) =>
    element.getBoundingClientRect().bottom
  );
  assert(bottom <= 800, `The table ends at ${bottom}`);
});

pageTest(
  "the lab alone may connect elsewhere, and runs no other's code",
  async ({ server }) => {
    const policy = async (path: string) => {
      const response = await fetch(new URL(path, server.url));
      await response.body?.cancel();
      return response.headers.get("content-security-policy") ?? "";
    };
    assertStringIncludes(await policy("/lab"), "connect-src 'self' ws: wss:;");
    for (const path of ["/", "/lessons", "/assets/lab.js", "/lessons.json"]) {
      assertStringIncludes(await policy(path), "connect-src 'self';");
    }
    for (const path of ["/", "/lessons", "/lab"]) {
      const words = await policy(path);
      assertStringIncludes(words, "script-src 'self';");
      assert(!words.includes("unsafe"), words);
    }
  },
);

pageTest("a pressed control stays under the pointer", async ({ open }) => {
  // Here the guide stands above both clients, and B's is longer than A's.
  const page = await open("/lab?a=/lessons/says&b=/ws&bp=hubbub.v1", {
    viewport: { width: 800, height: 900 },
  });
  const { a, b } = panes(page);
  await a.connect();
  await page.getByRole("heading", { name: "Who says what" }).waitFor();
  await b.connect();
  await page.getByRole("heading", { name: "A room in hubbub.v1" }).waitFor();
});
