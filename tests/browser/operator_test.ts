/** The chat page of an open server, for who runs it. */

import { assertEquals } from "@std/assert";
import { pageTest } from "./browser.ts";
import { ChatPage } from "./chat_page.ts";

pageTest(
  "the link that an open server prints lets one moderate, and a guest not",
  async ({ open, chat, server }) => {
    const token = server.operator.authorization.replace("Bearer ", "");
    const page = await open(`/?name=Ada#token=${token}`);
    await new ChatPage(page).ready();
    assertEquals(page.url().includes("token"), false);
    await page.getByRole("button", { name: "Keep order in this room" }).first()
      .waitFor();
    const guest = await chat("/?name=Bob");
    assertEquals(
      await guest.page.getByRole("button", { name: "Keep order in this room" })
        .count(),
      0,
    );
  },
);
