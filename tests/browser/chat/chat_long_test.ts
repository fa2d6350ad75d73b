/** Rooms with a long past: 10,000 messages, gaps, links to single messages. */

import { assert, assertEquals } from "@std/assert";
import type { WebSocketRoute } from "playwright-core";
import { pageTest } from "../browser.ts";
import { AT_BOTTOM } from "./chat_page.ts";
import { cleared, numbered, publish } from "./publish.ts";

pageTest(
  "scrolling through 10,000 messages changes only the visible rows",
  async ({ chat, server }) => {
    await publish(server.socket("/ws"), "lobby", numbered(5_000));
    const ada = await chat("/?name=Ada");
    await ada.sees("message 5000");
    // The other half arrives while one looks on.
    await publish(server.socket("/ws"), "lobby", numbered(5_000, 5_001));
    await ada.sees("message 10000");
    await ada.until(AT_BOTTOM);
    const { most, lines, oldest } = await ada.value<
      { most: number; lines: number; oldest: number }
    >(`(async () => {
    const scroller = document.querySelector(".scroller");
    const frame = () => new Promise(requestAnimationFrame);
    const oldest = () => Number(document.querySelector(".line").dataset.seq);
    let most = 0;
    let changed = 0;
    let lines = 0;
    new MutationObserver((records) => changed += records.length).observe(
      document.body,
      { attributes: true, characterData: true, childList: true, subtree: true },
    );
    while (oldest() > 8_000) {
      scroller.scrollTop -= 400;
      await frame();
      most = Math.max(most, changed);
      changed = 0;
      lines = Math.max(lines, document.querySelectorAll(".line").length);
    }
    return { most, lines, oldest: oldest() };
  })()`);
    assert(oldest <= 8_000);
    assert(lines <= 400, `${lines} messages in the document`);
    assert(most <= 1_000, `a step changed the document ${most} times`);
    await ada.page.getByRole("button", { name: /Newest messages/ }).click();
    await ada.until(AT_BOTTOM);
    await ada.sees("message 10000");
    // What comes above holds what one reads in place, also at the very top,
    // where a day's heading is: it does not load on and on.
    const first = await ada.value<number>(
      `Number(document.querySelector(".line").dataset.seq)`,
    );
    await ada.value(`document.querySelector(".scroller").focus()`);
    await ada.page.keyboard.press("Home");
    await ada.until(`document.querySelector(".line").dataset.seq < ${first} &&
      document.querySelector(".scroller").scrollTop > 900`);
  },
);

pageTest(
  "shows where retention removed messages, at the top and in between",
  async ({ chat, server }) => {
    await publish(server.socket("/ws"), "lobby", numbered(30));
    await cleared(server.socket("/ws"), "lobby", 11);
    const ada = await chat("/?name=Ada");
    await ada.page.getByText("10 messages are no longer kept").waitFor();
    assertEquals(await ada.lines.count(), 20);
    let away: WebSocketRoute | undefined;
    let isAway = false;
    await ada.page.routeWebSocket(/\/ws$/, async (socket) => {
      if (isAway) {
        await socket.close();
      } else {
        socket.connectToServer();
        away = socket;
      }
    });
    await ada.page.reload();
    await ada.ready();
    isAway = true;
    await away?.close();
    await ada.state("Reconnecting…");
    // Longer than is kept.
    await publish(server.socket("/ws"), "lobby", numbered(50, 31));
    await cleared(server.socket("/ws"), "lobby", 61);
    isAway = false;
    await ada.sees("message 80");
    await ada.page.getByText("30 messages are no longer kept").waitFor();
    await ada.line("message 30").waitFor();
  },
  {
    settings: [
      "--rate",
      "0",
      "--byte-rate",
      "0",
      "--retain-messages",
      "20",
      "--store",
      "memory:",
    ],
  },
);

pageTest("a link leads to its message", async ({ chat, server }) => {
  await publish(server.socket("/ws"), "lobby", numbered(1_000));
  const ada = await chat("/?name=Ada#300");
  await ada.until(
    `document.activeElement?.dataset.seq === "300" &&
      document.activeElement.matches(".target")`,
  );
  const box = await ada.lines.and(ada.page.locator('[data-seq="300"]'))
    .boundingBox();
  assert(box !== null && box.y > 100 && box.y < 700);
  await ada.page.evaluate(`location.hash = "#700"`);
  await ada.until(`document.activeElement?.dataset.seq === "700"`);
  // From there one can scroll on to the newest, over what was never loaded.
  for (;;) {
    await ada.page.mouse.move(600, 400);
    await ada.page.mouse.wheel(0, 3_000);
    if (await ada.line("message 1000").isVisible()) break;
  }
  await ada.page.evaluate(`location.hash = "#5000"`);
  await ada.page.getByText("Message 5000 is not in lobby").waitFor();
});

pageTest("a message's link is copied", async ({ chat, server }) => {
  const ada = await chat("/?name=Ada", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await ada.say("Copy me");
  await ada.sees("Copy me");
  await ada.line("Copy me").hover();
  await ada.page.getByRole("button", { name: "Copy link" }).click();
  await ada.page.getByText("Message link copied").waitFor();
  assertEquals(
    await ada.value("navigator.clipboard.readText()"),
    `${server.url}#1`,
  );
  await ada.page.getByRole("button", { name: "Copy message" }).click();
  await ada.page.getByText("Message copied").waitFor();
  assertEquals(await ada.value("navigator.clipboard.readText()"), "Copy me");
});
