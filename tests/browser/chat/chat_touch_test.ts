/** The page under fingers, on a phone with a notch. */

import { assert, assertEquals } from "@std/assert";
import { pageTest } from "../browser.ts";
import type { ChatPage } from "./chat_page.ts";
import { numbered, publish } from "./publish.ts";

const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

/** The controls in sight that a finger 44 px wide would miss, and the fields
 * that iOS would zoom into. */
function missed(chat: ChatPage): Promise<string[]> {
  return chat.value(`(() => {
    const faults = [];
    const controls = document.querySelectorAll(
      "button, input, select, textarea, .rooms a");
    for (const control of controls) {
      const { left, top, width, height } = control.getBoundingClientRect();
      const x = left + width / 2;
      const y = top + height / 2;
      const hits = (dx, dy) => {
        const hit = document.elementFromPoint(x + dx, y + dy);
        return hit !== null && (control.contains(hit) ||
          control.closest("label")?.contains(hit));
      };
      // Behind something else, or out of sight.
      if (!hits(0, 0)) continue;
      const name = control.ariaLabel ?? control.title ?? control.id;
      const about = (name || control.textContent) + " " + width + "×" + height;
      const reach = 21;
      if (![[reach, 0], [-reach, 0], [0, reach], [0, -reach]]
        .every(([dx, dy]) => hits(dx, dy))) faults.push(about);
      if (control.matches("input, select, textarea") &&
        parseFloat(getComputedStyle(control).fontSize) < 16) {
        faults.push(about + ": small text");
      }
    }
    return faults;
  })()`);
}

pageTest("touch targets are large enough to tap", async ({ chat, server }) => {
  const ada = await chat("/?name=Ada", PHONE);
  const { page } = ada;
  await page.getByText("No messages in lobby").waitFor();
  assertEquals(await missed(ada), [], "empty");
  await publish(server.socket("/ws"), "lobby", numbered(100));
  await ada.say("Hello");
  await ada.sees("Hello");
  await ada.field.fill("one");
  await ada.field.press("Enter");
  await ada.field.pressSequentially("two");
  assertEquals(await ada.field.inputValue(), "one\ntwo");
  await page.getByRole("button", { name: "Send" }).tap();
  await ada.sees("one\ntwo");
  await page.getByRole("button", { name: "Copy room link" }).tap();
  await page.getByRole("button", { name: "Dismiss" }).waitFor();
  await ada.line("Hello").tap();
  await page.getByRole("button", { name: "Copy message" }).last().waitFor();
  assertEquals(await missed(ada), [], "a message and a notice");
  await ada.scrollTo(200);
  await page.getByRole("button", { name: "Newest messages" }).waitFor();
  assertEquals(await missed(ada), [], "further up");
  await page.getByRole("button", { name: /^People/ }).tap();
  await page.getByRole("heading", { name: /here$/ }).waitFor();
  assertEquals(await missed(ada), [], "people");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Rooms" }).tap();
  await page.getByLabel("Join or create a room").waitFor();
  assertEquals(await missed(ada), [], "rooms");
  await page.getByRole("button", { name: "Ada, settings" }).tap();
  await page.getByRole("dialog", { name: "Settings" }).waitFor();
  assertEquals(await missed(ada), [], "settings");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await server.stop();
  await page.getByRole("button", { name: "Try now" }).waitFor();
  assertEquals(await missed(ada), [], "away");
});

pageTest(
  "no content is under a notch in portrait or landscape",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada", PHONE);
    const { page } = ada;
    const phone = await page.context().newCDPSession(page);
    const notch = async (insets: Record<string, number>) => {
      await phone.send("Emulation.setSafeAreaInsetsOverride", { insets });
    };
    const box = async (name: string | RegExp) => {
      const found = await page.getByRole("button", { name }).boundingBox();
      assert(found !== null, String(name));
      return { ...found, bottom: found.y + found.height };
    };
    await notch({ top: 47, bottom: 34 });
    await ada.until(
      `document.querySelector(".header").getBoundingClientRect().top >= 47`,
    );
    assert((await box("Send")).bottom <= 844 - 34);
    await page.getByRole("button", { name: "Rooms" }).tap();
    assert((await box("Ada, settings")).bottom <= 844 - 34);
    const brand = await page.locator(".brand").boundingBox();
    assert(brand !== null && brand.y >= 47);
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 700, height: 390 });
    await notch({ left: 47, right: 47, bottom: 21 });
    await ada.until(
      `document.querySelector(".to-rooms").getBoundingClientRect().left >= 47`,
    );
    const people = await box(/^People/);
    assert(people.x + people.width <= 700 - 47);
    await page.getByRole("button", { name: "Rooms" }).tap();
    assert((await box("Ada, settings")).x >= 47);
  },
);
