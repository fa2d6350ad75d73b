/** The chat page of an open server, for who runs it. */

import { assertEquals } from "@std/assert";
import { pageTest } from "../browser.ts";
import { ChatPage } from "./chat_page.ts";

pageTest(
  "the link printed by an open server grants moderation, and guests cannot moderate",
  async ({ open, chat, server }) => {
    const token = server.operator.authorization.replace("Bearer ", "");
    const page = await open(`/?name=Ada#token=${token}`);
    await new ChatPage(page).ready();
    assertEquals(page.url().includes("token"), false);
    await page.getByRole("button", { name: "Moderation" }).first()
      .waitFor();
    const guest = await chat("/?name=Bob");
    assertEquals(
      await guest.page.getByRole("button", { name: "Moderation" })
        .count(),
      0,
    );
  },
);

pageTest(
  "the operator's second device is the operator too",
  async ({ open, server }) => {
    const token = server.operator.authorization.replace("Bearer ", "");
    const enter = async (name: string) => {
      const address = `/?name=${encodeURIComponent(name)}#token=${token}`;
      return await new ChatPage(await open(address)).ready();
    };
    const desk = await enter("Frau Lang");
    const phone = await enter("Frau Lang");
    const people = phone.page.locator(".people li");
    await people.getByText("Frau Lang", { exact: true }).waitFor();
    assertEquals(await people.count(), 1);
    await desk.say("From the desk");
    await phone.page.locator(".line.mine").getByText("From the desk").waitFor();
    assertEquals(await phone.page.locator(".notice").count(), 0);
  },
);
