/** The page for everybody: by keyboard alone, by ear, in any direction, in
 * either theme. */

import { assert, assertEquals } from "@std/assert";
import { findings, SIZES } from "../axe.ts";
import { pageTest } from "../browser.ts";
import { AT_BOTTOM, ChatPage } from "./chat_page.ts";
import { numbered, publish } from "./publish.ts";

/** What has the focus, as a person would call it. */
function focused(chat: ChatPage): Promise<string> {
  return chat.value(
    `(({ ariaLabel, title, textContent, id }) =>
      ariaLabel || title || id || textContent)(document.activeElement)`,
  );
}

pageTest(
  "everything can be done by keyboard alone",
  async ({ open, server }) => {
    const page = await open("/");
    const { keyboard } = page;
    await page.getByLabel("What should people call you?").waitFor();
    await keyboard.type("Ada");
    await keyboard.press("Enter");
    const ada = await new ChatPage(page).ready();
    // Writing.
    assertEquals(await focused(ada), "Message to lobby");
    await keyboard.type("one");
    await keyboard.press("Enter");
    await ada.sees("one");
    await keyboard.type("two");
    await keyboard.press("Enter");
    await ada.sees("two");
    // Going through the messages, and back.
    await keyboard.press("ArrowUp");
    await ada.until(`document.activeElement.innerText.includes("two")`);
    await keyboard.press("ArrowUp");
    await ada.until(`document.activeElement.innerText.includes("one")`);
    await keyboard.press("Tab");
    assertEquals(await focused(ada), "Copy message");
    await keyboard.press("Escape");
    await ada.until(`document.activeElement.matches("textarea")`);
    // A message that is clicked takes no letters: they are for the composer.
    await ada.line("one").locator(".text").click();
    await ada.until(`document.activeElement.matches(".line")`);
    await keyboard.type("come");
    assertEquals(await ada.field.inputValue(), "come");
    assertEquals(await ada.page.locator(".notice").count(), 0);
    // A command that there is not goes nowhere, and says how to send it.
    await ada.say("/me waves");
    await ada.page.locator(".notice").getByText("start a message with //")
      .waitFor();
    assertEquals(await ada.field.inputValue(), "/me waves");
    await ada.say("//me waves");
    await ada.sees("/me waves");
    await ada.page.getByRole("button", { name: "Dismiss" }).click();
    await ada.field.focus();
    // Nor does what ends the composing of a character send.
    await ada.field.fill("か");
    await ada.value(`document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true }))`);
    assertEquals(await ada.field.inputValue(), "か");
    await ada.field.fill("");
    // Into another room, and between rooms.
    await keyboard.press("Control+k");
    await ada.until(`document.activeElement.matches("dialog input")`);
    await keyboard.type("tea");
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "tea", level: 1 }).waitFor();
    await keyboard.press("Alt+ArrowUp");
    await page.getByRole("heading", { name: "lobby", level: 1 }).waitFor();
    await publish(server.socket("/ws"), "tea", ["new"]);
    await ada.room("tea").locator(".count").waitFor();
    await keyboard.press("Alt+Shift+ArrowDown");
    await page.getByRole("heading", { name: "tea", level: 1 }).waitFor();
    // The keys, opened and closed; the focus comes back.
    await ada.until(`document.activeElement.matches("textarea")`);
    await keyboard.press("Control+/");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await ada.until(`document.activeElement.matches("textarea")`);
    await keyboard.press("Shift+Tab");
    await ada.until(`!document.activeElement.matches("textarea")`);
    await keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  },
);

pageTest(
  "keys in the input scroll the messages",
  async ({ chat, server }) => {
    await publish(server.socket("/ws"), "lobby", numbered(200));
    const ada = await chat("/?name=Ada");
    await ada.sees("message 200");
    await ada.until(AT_BOTTOM);
    await ada.field.fill("one line");
    await ada.field.press("PageUp");
    await ada.until(`!${AT_BOTTOM}`);
    await ada.field.press("PageDown");
    await ada.until(AT_BOTTOM);
    // A long text is itself what one wants to see.
    await ada.field.fill("line\n".repeat(60));
    const caret = `document.querySelector("textarea").selectionStart`;
    assertEquals(await ada.value(caret), 300);
    await ada.field.press("PageUp");
    await ada.until(`${caret} < 300`);
    assert(await ada.value<boolean>(AT_BOTTOM));
  },
);

pageTest("the focused element is visible", async ({ chat }) => {
  const ada = await chat("/?name=Ada");
  await ada.say("Hello");
  await ada.sees("Hello");
  const seen = new Set<string>();
  for (let n = 0; n < 30; n++) {
    await ada.page.keyboard.press("Tab");
    const name = await focused(ada);
    if (seen.has(name)) break;
    seen.add(name);
    const outlined = await ada.value<boolean>(
      `(() => {
        const element = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return element === document.body || outlineStyle === "solid" &&
          parseFloat(outlineWidth) >= 2 || element.matches("textarea");
      })()`,
    );
    assert(outlined, `${name} shows no focus`);
  }
  assert(seen.size >= 8, [...seen].join(", "));
});

pageTest(
  "new messages are read out, many are counted",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    const live = ada.page.locator('[aria-live="polite"].visually-hidden');
    await publish(server.socket("/ws"), "lobby", ["Hello Ada"]);
    await live.getByText("Robot: Hello Ada").waitFor({ state: "attached" });
    const texts = Array.from({ length: 20 }, (_, n) => `burst ${n}`);
    await publish(server.socket("/ws"), "lobby", texts);
    await live.getByText("20 new messages, the last from Robot")
      .waitFor({ state: "attached" });
  },
);

pageTest("text runs in its own direction", async ({ chat }) => {
  const ada = await chat("/?name=عائشة");
  await ada.say("مرحبا بالعالم");
  await ada.say("Hello");
  await ada.sees("Hello");
  const directions = await ada.value(
    `[...document.querySelectorAll(".text p")].map((paragraph) =>
      getComputedStyle(paragraph).direction)`,
  );
  assertEquals(directions, ["rtl", "ltr"]);
});

pageTest(
  "transitions take no time with prefers-reduced-motion",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    assertEquals(
      await ada.value(
        `getComputedStyle(document.documentElement).getPropertyValue("--quick")`,
      ),
      "0s",
    );
  },
);

pageTest(
  "in forced-colors mode, borders convey what background colors convey",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada", { forcedColors: "active" });
    const grace = await chat("/?name=Grace");
    await ada.say("Mine");
    await grace.say("Hello Ada");
    await grace.say("Hello all");
    await ada.sees("Hello all");
    await ada.field.focus();
    /** How an element is drawn beside its text. */
    const lines = (selector: string) =>
      ada.value<string[]>(`(() => {
        const style = getComputedStyle(document.querySelector("${selector}"));
        return [style.borderInlineStartWidth, style.outlineStyle];
      })()`);
    assertEquals(await lines(".line.mine"), ["3px", "none"]);
    assertEquals(await lines(".line.mentioned"), ["0px", "dashed"]);
    assertEquals(
      await lines(".line:not(.mine, .mentioned)"),
      ["0px", "none"],
    );
    assertEquals((await lines(".rooms [aria-current]"))[1], "solid");
    assertEquals((await lines(".composer"))[1], "solid");
  },
);

for (const { size, options } of SIZES) {
  pageTest(
    `an automatic check finds nothing, ${size}`,
    async ({ open, server }) => {
      const page = await open("/", options);
      await page.getByLabel("What should people call you?").waitFor();
      assertEquals(await findings(page), []);
      await page.keyboard.type("Ada");
      await page.keyboard.press("Enter");
      await page.getByText("No messages in lobby").waitFor();
      await page.locator(".state.good").waitFor();
      assertEquals(await findings(page), []);
      await publish(server.socket("/ws"), "lobby", [
        "Hello Ada, see https://example.org and `code`",
        "```\nfence\n```\n- one\n- two\n> said",
      ]);
      await page.locator("pre").waitFor();
      await page.locator("textarea").fill("@");
      await page.locator("#suggestions").waitFor();
      assertEquals(await findings(page), []);
      await page.locator("textarea").fill("");
      await page.getByRole("button", { name: "Emoji" }).click();
      await page.locator("#emoji-list li").first().waitFor();
      assertEquals(await findings(page), []);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+/");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      assertEquals(await findings(page), []);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await page.getByRole("option").first().waitFor();
      await page.keyboard.type("to");
      await page.getByRole("option", { name: "Create to" }).waitFor();
      assertEquals(await findings(page), []);
      await page.keyboard.press("Escape");
      await server.stop();
      await page.locator(".state", { hasText: "Reconnecting…" }).waitFor();
      assertEquals(await findings(page), []);
    },
  );
}
