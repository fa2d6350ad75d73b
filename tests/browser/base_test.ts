/** The pages of a server that is below a path of a site. */

import { assert, assertEquals } from "@std/assert";
import { pageTest } from "./browser.ts";
import { ChatPage } from "./chat/chat_page.ts";

pageTest(
  "below a path the chat, the lab and the lessons work, and ask for nothing outside of it",
  async ({ open, server }) => {
    assertEquals(server.url.pathname, "/chat");
    const page = await open("about:blank");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("websocket", (socket) => asked.push(socket.url()));
    await page.goto(`${server.url}?room=tea&name=Ada`);
    const ada = await new ChatPage(page).ready();
    await ada.say("Hello from below");
    await ada.sees("Hello from below");
    await page.getByRole("button", { name: "Emoji" }).click();
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Escape");
    assertEquals(page.url(), `${server.url}/?room=tea&name=Ada`);

    // It is kept, and opens without the server.
    const scope = await page.evaluate(
      "navigator.serviceWorker.ready.then(({ scope }) => scope)",
    );
    assertEquals(scope, `${server.url}/`);
    const kept = await page.evaluate(async () =>
      (await Promise.all(
        (await caches.keys()).map(async (name) =>
          (await (await caches.open(name)).keys()).map(({ url }) => url)
        ),
      )).flat()
    );
    assert(kept.length > 5);
    await server.stop();
    await page.reload();
    await page.getByText("The server does not answer").waitFor();
    await using _again = await server.startAgain();
    await new ChatPage(page).ready();

    await page.goto(`${server.url}/lessons`);
    await page.getByRole("link", { name: "Open in the lab" }).first().click();
    await page.getByRole("button", { name: "Connect" }).first().click();
    await page.getByText("OPEN").first().waitFor();
    await page.getByRole("link", { name: "Lessons" }).first().click();
    await page.getByRole("link", { name: "Chat" }).first().click();
    await new ChatPage(page).ready();

    const path = (address: string) => new URL(address).pathname;
    const outside = [...asked, ...kept].filter((address) =>
      /^(http|ws)/.test(address) && !/^\/chat(\/|$)/.test(path(address))
    );
    assertEquals(outside, []);
    const stored = await page.evaluate("Object.keys(localStorage)") as string[];
    assertEquals(stored.filter((key) => !key.startsWith("hubbub./chat/.")), []);
  },
  {
    settings: ["--base", "/chat", "--rate", "0"],
    faults: /Failed to load resource|ERR_/,
  },
);
