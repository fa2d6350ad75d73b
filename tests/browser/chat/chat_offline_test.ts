/** What is written is never lost: offline, over a reload, when refused. */

import { assertEquals } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import { pageTest } from "../browser.ts";
import { ChatPage } from "./chat_page.ts";

pageTest(
  "offline, the page says so, keeps written messages and sends them on return",
  async ({ chat, server }) => {
    const far = `http://hubbub.test:${server.url.port}/?name=Ada`;
    const ada = await chat(far);
    await ada.say("before");
    await ada.sees("before");
    await ada.page.context().setOffline(true);
    await ada.state("Offline");
    await ada.page.getByText("You are offline. Your messages will be sent")
      .waitFor();
    await server.stop();
    await ada.say("first while away");
    await ada.say("second while away");
    await ada.page.locator(".line.pending").nth(1).waitFor();
    await using _again = await server.startAgain();
    await ada.page.context().setOffline(false);
    await ada.state("Connected");
    await ada.sees("second while away");
    assertEquals(
      await ada.page.locator(".line.sent .text").allTextContents(),
      ["before", "first while away", "second while away"],
    );
  },
);

/** What becomes of publishes on their way to the server. */
interface Way {
  /** Answers in the server's place; undefined: it never arrives. */
  refuse?: (publish: { cid: string }) => object | undefined;
}

/** Stands between a page, or all of a browser's, and the server. */
async function between(where: Page | BrowserContext, way: Way): Promise<void> {
  await where.routeWebSocket(/\/ws$/, (page) => {
    const server = page.connectToServer();
    page.onMessage((frame) => {
      for (const line of String(frame).split("\n")) {
        const request = JSON.parse(line);
        if (request.type !== "publish" || way.refuse === undefined) {
          server.send(line);
          continue;
        }
        const answer = way.refuse(request);
        if (answer !== undefined) page.send(JSON.stringify(answer));
      }
    });
  });
}

pageTest(
  "a reload loses neither unsent messages nor drafts",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    const way: Way = { refuse: () => undefined };
    await between(ada.page, way);
    await ada.page.reload();
    await ada.ready();
    await ada.say("unsent");
    await ada.page.locator(".line.pending").waitFor();
    await ada.field.fill("half written");
    await ada.page.reload();
    await ada.ready();
    await ada.page.locator(".line.pending", { hasText: "unsent" }).waitFor();
    assertEquals(await ada.field.inputValue(), "half written");
    delete way.refuse;
    await ada.page.reload();
    await ada.ready();
    await ada.sees("unsent");
    assertEquals(await ada.lines.count(), 1);
    assertEquals(await ada.field.inputValue(), "half written");
    const grace = await chat("/?name=Grace");
    await grace.sees("unsent");
    assertEquals(await grace.lines.count(), 1);
  },
);

pageTest(
  "a new tab sends the unsent messages of a closed tab",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    const context = ada.page.context();
    const way: Way = { refuse: () => undefined };
    await between(context, way);
    await ada.page.reload();
    await ada.ready();
    await ada.say("left behind");
    await ada.page.locator(".line.pending").waitFor();
    const address = ada.page.url();
    await ada.page.close();
    delete way.refuse;
    const next = await context.newPage();
    await next.goto(address);
    await new ChatPage(next).sees("left behind");
  },
);

pageTest(
  "a refused message shows the reason and can be retried",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    const way: Way = {
      refuse: ({ cid }) => ({
        type: "error",
        code: "too_long",
        message: "Too long for today",
        retryable: false,
        cid,
      }),
    };
    await between(ada.page, way);
    await ada.page.reload();
    await ada.ready();
    await ada.say("one");
    await ada.say("two");
    const failed = ada.page.locator(".line.failed");
    await failed.getByText("Not sent. Too long for today").nth(1).waitFor();
    delete way.refuse;
    await failed.last().getByRole("button", { name: "Discard" }).click();
    await failed.nth(1).waitFor({ state: "detached" });
    await failed.getByRole("button", { name: "Try again" }).click();
    await ada.sees("one");
    assertEquals(await ada.lines.count(), 1);
  },
);

pageTest(
  "a message too long says so before it is sent",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    await ada.say("This is longer than forty characters, I think");
    await ada.page.getByText("5 characters too long").waitFor();
    assertEquals(await ada.lines.count(), 0);
    await ada.say("This is not");
    await ada.sees("This is not");
  },
  { settings: ["--max-text", "40"] },
);

pageTest(
  "it is back at once when it is looked at again",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await server.stop();
    await ada.state("Reconnecting…");
    // Long enough away for the waits between attempts to have become long.
    const start = Date.now();
    await ada.page.clock.install({ time: start });
    for (let n = 0; n < 12; n++) {
      await ada.page.clock.runFor(5_000);
    }
    // The clock stands still from here: no wait between attempts ends.
    await ada.page.clock.pauseAt(start + 600_000);
    await using _again = await server.startAgain();
    const tried = ada.page.waitForEvent("websocket");
    await ada.value(
      `document.dispatchEvent(new Event("visibilitychange"))`,
    );
    await tried;
    await ada.page.clock.resume();
    await ada.state("Connected");
  },
);
