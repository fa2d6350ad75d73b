/** Several rooms on one page: what is new where, and finding one's way. */

import { assert, assertEquals } from "@std/assert";
import { pageTest } from "../browser.ts";
import { ChatPage, choose } from "./chat_page.ts";
import { numbered, publish } from "./publish.ts";

pageTest(
  "rooms at the side over one connection, with unread counts and last lines",
  async ({ open, server }) => {
    const page = await open("about:blank");
    let sockets = 0;
    page.on("websocket", () => sockets++);
    await page.goto(`${server.url}?name=Ada`);
    const ada = await new ChatPage(page).ready();
    await ada.join("design");
    await ada.page.locator(".rooms a", { hasText: "lobby" }).click();
    await ada.page.getByRole("heading", { name: "lobby", level: 1 }).waitFor();
    await publish(server.socket("/ws"), "design", ["Warmer", "Much warmer"]);
    const room = ada.room("design");
    await room.locator(".count", { hasText: "2" }).waitFor();
    await room.getByText("Robot: Much warmer").waitFor();
    assertEquals(await ada.page.title(), "(2) lobby · Hubbub");
    await ada.page.locator('link[rel="icon"][href$="icon-unread.svg"]')
      .waitFor({ state: "attached" });
    await room.getByRole("link").click();
    await ada.sees("Much warmer");
    await room.locator(".count").waitFor({ state: "detached" });
    await ada.page.locator('link[rel="icon"][href$="icon.svg"]')
      .waitFor({ state: "attached" });
    assertEquals(await ada.page.title(), "design · Hubbub");
    // A muted room has a bell, and no count anywhere.
    await choose(ada, "Notifications in design", "none");
    await room.getByText("Muted").waitFor({ state: "attached" });
    await ada.room("lobby").getByRole("link").click();
    await publish(server.socket("/ws"), "design", ["Ada, it is warm"]);
    await room.getByText("Robot: Ada, it is warm").waitFor();
    assertEquals(await room.locator(".count").count(), 0);
    assertEquals(await ada.page.title(), "lobby · Hubbub");
    assertEquals(sockets, 1);
  },
);

pageTest("a line marks the last read message", async ({ chat, server }) => {
  const ada = await chat("/?name=Ada");
  await publish(server.socket("/ws"), "lobby", ["old"]);
  await ada.sees("old");
  await ada.join("elsewhere");
  await publish(server.socket("/ws"), "lobby", ["new 1", "new 2"]);
  await ada.room("lobby").locator(".count", { hasText: "2" }).waitFor();
  await ada.room("lobby").getByRole("link").click();
  await ada.sees("new 2");
  assertEquals(
    await ada.value(
      `[...document.querySelectorAll(".new, .line")].map((row) =>
        row.matches(".new") ? "----" : row.querySelector(".text").innerText)`,
    ),
    ["old", "----", "new 1", "new 2"],
  );
});

pageTest(
  "the page opens at the last read message, also after a reload",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await publish(server.socket("/ws"), "lobby", ["old"]);
    await ada.sees("old");
    await ada.page.goto("about:blank");
    await publish(server.socket("/ws"), "lobby", numbered(40));
    await ada.page.goBack();
    await ada.ready();
    await ada.page.locator(".new").waitFor();
    await ada.page.getByRole("button", { name: /new messages$/ }).waitFor();
    assert(await ada.line("message 1").first().isVisible());
  },
);

pageTest(
  "rooms are made, shared by a link, left, and there again next time",
  async ({ chat, open, server }) => {
    const ada = await chat("/?name=Ada");
    await ada.join("Tea-Time");
    assertEquals(new URL(ada.page.url()).search, "?room=tea-time");
    await ada.page.goBack();
    await ada.page.getByRole("heading", { name: "lobby", level: 1 }).waitFor();
    await ada.page.reload();
    await ada.ready();
    await ada.room("tea-time").waitFor();
    const tab = new ChatPage(await ada.page.context().newPage());
    await tab.page.goto(`${server.url}?name=Ada`);
    await tab.room("tea-time").waitFor();
    await ada.room("tea-time").getByRole("button").click();
    await ada.room("tea-time").waitFor({ state: "detached" });
    // The room stays left: in the other tab, and when going back to it.
    await tab.room("tea-time").waitFor({ state: "detached" });
    await tab.join("design");
    await ada.room("design").waitFor();
    await tab.page.close();
    await ada.value("history.forward()");
    await ada.page.getByText("You left tea-time. To return").waitFor();
    assertEquals(new URL(ada.page.url()).search, "");
    assertEquals(await ada.room("tea-time").count(), 0);
    const field = ada.page.getByLabel("Join or create a room");
    await field.fill("not a room");
    await field.press("Enter");
    await ada.page.getByText("This room name is invalid").waitFor();
    const grace = await open(`${server.url}?room=tea-time&name=Grace`);
    await grace.getByRole("heading", { name: "tea-time", level: 1 }).waitFor();
    await grace.getByText("No messages in tea-time").waitFor();
  },
);

pageTest(
  "the user's own name is marked in the list and in the text",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await ada.join("elsewhere");
    await publish(server.socket("/ws"), "lobby", ["Is Ada here? Not Adam"]);
    await ada.room("lobby").locator(".count.mentioned").waitFor();
    await ada.room("lobby").getByRole("link").click();
    await ada.page.locator(".line.mentioned").waitFor();
    assertEquals(await ada.page.locator("mark").allTextContents(), ["Ada"]);
  },
);

pageTest("a user can change their name", async ({ chat }) => {
  const grace = await chat("/?name=Grace");
  const ada = await chat("/?name=Ada");
  await ada.page.getByRole("button", { name: "Ada, settings" }).click();
  const field = ada.page.getByLabel("Your name");
  await field.fill("Grace");
  await field.press("Enter");
  await ada.page.getByText("“Grace 2” is available").waitFor();
  await field.fill("Countess");
  await field.press("Enter");
  await ada.page.getByText("You are now Countess").waitFor();
  await ada.page.keyboard.press("Escape");
  await grace.page.locator(".people").getByText("Countess").waitFor();
  await ada.say("Hello");
  await grace.sees("Hello");
  assertEquals(await grace.page.locator(".name").textContent(), "Countess");
});

pageTest("the typing indicator appears and disappears", async ({ chat }) => {
  const ada = await chat("/?name=Ada");
  const grace = await chat("/?name=Grace");
  await grace.field.pressSequentially("Hm");
  await ada.page.getByText("Grace is typing…").waitFor();
  await ada.page.clock.install();
  await ada.page.clock.runFor(6_000);
  await ada.page.getByText("Grace is typing…").waitFor({ state: "detached" });
});

pageTest(
  "the list of rooms shows the last words and finds rooms and people",
  async ({ chat, server }) => {
    await publish(server.socket("/ws"), "design", ["Warmer"]);
    const grace = await chat("/?name=Grace&room=design");
    const ada = await chat("/?name=Ada");
    const { page } = ada;
    await page.getByRole("button", { name: "Find rooms and people" }).click();
    const found = page.getByRole("option");
    await found.filter({ hasText: "Robot: Warmer" }).filter({
      hasText: "1 here",
    }).waitFor();
    await page.keyboard.type("des");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "design", level: 1 }).waitFor();
    await ada.sees("Warmer");
    await page.locator(".people").getByText("Grace").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("gra");
    await found.filter({ hasText: "Grace" }).waitFor();
    await page.keyboard.press("Enter");
    await ada.until(`document.activeElement.matches(".composer textarea")`);
    assertEquals(await ada.field.inputValue(), "@Grace ");
    await grace.page.close();
  },
);
