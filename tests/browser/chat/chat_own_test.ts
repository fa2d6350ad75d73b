/** Which messages are one's own, on the page: by who sent them, not by name. */

import { assertEquals } from "@std/assert";
import { pageTest } from "../browser.ts";
import { ChatPage } from "./chat_page.ts";

/** The texts that are shown as one's own. */
function own({ page }: ChatPage): Promise<string[]> {
  return page.locator(".line.mine .text").allTextContents();
}

/** Goes by another name, in the settings. */
async function rename({ page }: ChatPage, name: string): Promise<void> {
  await page.getByRole("button", { name: /, settings$/ }).click();
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByText(`You are now ${name}`).waitFor();
  await page.keyboard.press("Escape");
}

pageTest(
  "a user's messages remain their own after a rename and a reload",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    await ada.say("as Ada");
    await ada.sees("as Ada");
    await rename(ada, "Grace");
    await ada.say("as Grace");
    await ada.sees("as Grace");
    assertEquals(await own(ada), ["as Ada", "as Grace"]);
    await ada.page.reload();
    await ada.ready();
    await ada.sees("as Grace");
    assertEquals(await own(ada), ["as Ada", "as Grace"]);

    // Somebody else takes the name that is free by now.
    const other = await chat("/?name=Ada");
    await other.sees("as Ada");
    await other.page.getByRole("button", { name: "Ada, settings" }).waitFor();
    assertEquals(await own(other), []);
    await other.say("from the other");
    await ada.sees("from the other");
    assertEquals(await own(other), ["from the other"]);
    assertEquals(await own(ada), ["as Ada", "as Grace"]);
  },
);

pageTest(
  "a user who reopens the page under the same name keeps their identity",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    await ada.say("before");
    await ada.sees("before");
    const context = ada.page.context();
    const address = ada.page.url();
    await ada.page.close();
    const open = async (name?: string) => {
      const page = await context.newPage();
      const asked = name === undefined ? "/" : `/?name=${name}`;
      await page.goto(new URL(asked, address).href);
      const chat = await new ChatPage(page).ready();
      await chat.sees("before");
      return chat;
    };
    // At once: the server still has the name for the one who went.
    const again = await open("Ada");
    await again.page.getByRole("button", { name: "Ada, settings" }).waitFor();
    assertEquals(await own(again), ["before"]);
    // Two tabs are two people, as long as both are there.
    const second = await open("Bob");
    assertEquals(await own(second), []);
    await again.say("still here");
    await second.sees("still here");
    assertEquals(await own(second), []);
    // The name one had last is the one that is gone on with.
    await rename(again, "Grace");
    await again.page.close();
    const third = await open();
    await third.page.getByRole("button", { name: "Grace, settings" }).waitFor();
    assertEquals(await own(third), ["before", "still here"]);
  },
);
