/** Names and emoji are completed while one writes. */

import { assertEquals } from "@std/assert";
import { connect } from "../../../client/hubbub.ts";
import { pageTest } from "../browser.ts";

pageTest(
  "names and emoji are completed by keyboard and by touch, and found in the emoji picker",
  async ({ chat, server }) => {
    const url = server.socket("/ws");
    const others = ["Grace Hopper", "عائشة بنت"].map((name) =>
      connect(url, { name })
    );
    for (const other of others) {
      const lobby = other.join("lobby");
      await new Promise<void>((live) => lobby.on("live", live));
    }
    const ada = await chat("/?name=Ada");
    const { page, field } = ada;
    const { keyboard } = page;
    const list = page.getByRole("listbox", { name: "Suggestions" });
    const value = () => field.inputValue();
    await field.focus();
    await keyboard.type("Hi @gr");
    const grace = list.getByRole("option", { name: "Grace Hopper" });
    await grace.waitFor();
    assertEquals(
      await field.getAttribute("aria-activedescendant"),
      await grace.getAttribute("id"),
    );
    // A key of an input method chooses nothing.
    await ada.value(`document.querySelector("textarea").dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true,
        cancelable: true }))`);
    assertEquals(await value(), "Hi @gr");
    await keyboard.press("Enter");
    await list.waitFor({ state: "detached" });
    assertEquals(await value(), "Hi @Grace Hopper ");
    await keyboard.type("@");
    await list.getByRole("option").nth(1).waitFor();
    await keyboard.press("ArrowDown");
    await keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
    await keyboard.type("عا");
    assertEquals(await list.count(), 0);
    await keyboard.press("Control+A");
    await keyboard.type("@عا");
    await list.getByRole("option").click();
    assertEquals(await value(), "@عائشة بنت ");
    await keyboard.type(":tad");
    await list.getByRole("option", { name: ":tada:" }).waitFor();
    await keyboard.press("Tab");
    await keyboard.type(":+1:");
    await ada.until(`document.querySelector("textarea").value.endsWith("👍")`);
    assertEquals(await value(), "@عائشة بنت 🎉 👍");
    await keyboard.press("Enter");
    await ada.sees("🎉 👍");

    const picker = page.getByRole("dialog", { name: "Emoji" });
    await page.getByRole("button", { name: "Emoji" }).click();
    await picker.getByRole("option").nth(20).waitFor();
    await keyboard.type("with hearts");
    await picker.getByRole("option", { name: "smiling face with hearts" })
      .waitFor();
    await keyboard.press("Enter");
    await picker.waitFor({ state: "detached" });
    assertEquals(await value(), "🥰");
    await page.getByRole("button", { name: "Emoji" }).click();
    await picker.getByRole("button", { name: "Recently used" }).waitFor();
    assertEquals(await picker.getByRole("option").count(), 1);
    await picker.getByRole("button", { name: "Flags" }).click();
    await picker.getByRole("option", { name: "Germany" }).click();
    assertEquals(await value(), "🥰🇩🇪");
    assertEquals(
      await ada.value("document.activeElement.localName"),
      "textarea",
    );
    await page.getByRole("button", { name: "Emoji" }).click();
    await picker.getByRole("option").first().waitFor();
    await keyboard.press("Escape");
    await picker.waitFor({ state: "detached" });
    for (const other of others) await other.close();
  },
);
