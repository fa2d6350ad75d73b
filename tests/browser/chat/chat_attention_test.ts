/** What calls for attention when one looks elsewhere: sound and notices. */

import { assertEquals } from "@std/assert";
import { pageTest } from "../browser.ts";
import { choose, lookElsewhere } from "./chat_page.ts";
import { publish } from "./publish.ts";

pageTest(
  "notices come only when asked for",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada", { permissions: ["notifications"] });
    await lookElsewhere(ada);
    await publish(server.socket("/ws"), "lobby", ["Ada, are you there?"]);
    await ada.sees("are you there");
    assertEquals(await ada.value("notices"), []);
    await choose(ada, "Notifications", "mentions");
    await publish(server.socket("/ws"), "lobby", ["no names", "Ada again"]);
    await ada.until("notices.length === 1");
    assertEquals(await ada.value("notices"), ["Robot in lobby"]);
  },
);

pageTest(
  "plays a sound only when enabled and not for visible messages",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    // What is played, as far as the speaker.
    await ada.value(`
    globalThis.tones = 0;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (at) {
      tones++;
      start.call(this, at);
    };
    document.hasFocus = () => false;
  `);
    const lobby = server.socket("/ws");
    await publish(lobby, "lobby", ["Ada, are you there?"]);
    await ada.sees("are you there");
    assertEquals(await ada.value("tones"), 0);
    await choose(ada, "Sound", "mentions");
    await publish(lobby, "lobby", ["no names"]);
    await ada.sees("no names");
    assertEquals(await ada.value("tones"), 0);
    await publish(lobby, "lobby", ["Ada again"]);
    await ada.sees("Ada again");
    // Two tones, a fifth apart.
    assertEquals(await ada.value("tones"), 2);
    await choose(ada, "Sound", "all");
    await publish(lobby, "lobby", ["nobody's name"]);
    await ada.sees("nobody's name");
    assertEquals(await ada.value("tones"), 4);
    await ada.value(`
    document.hasFocus = () => true;
    dispatchEvent(new Event("focus"));
  `);
    await ada.until(`document.title === "lobby · Hubbub"`);
    await publish(lobby, "lobby", ["in plain sight"]);
    await ada.sees("in plain sight");
    assertEquals(await ada.value("tones"), 4);
  },
);

pageTest(
  "the service worker shows notifications where pages cannot, and opens the room",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada&room=tea", {
      permissions: ["notifications"],
    });
    await ada.join("lobby");
    await ada.value("navigator.serviceWorker.ready.then(() => true)");
    await ada.value(`
    globalThis.Notification = class {
      static permission = "granted";
      static requestPermission = () => Promise.resolve("granted");
      constructor() { throw new TypeError("Illegal constructor"); }
    };
    document.hasFocus = () => false;
  `);
    await choose(ada, "Notifications", "all");
    await publish(server.socket("/ws"), "tea", ["The kettle is on"]);
    const [worker] = ada.page.context().serviceWorkers();
    const notices = () =>
      worker?.evaluate(`registration.getNotifications().then((all) =>
        all.map(({ title, body }) => [title, body]))`);
    let shown = await notices();
    while (String(shown) === "") shown = await notices();
    assertEquals(shown, [["Robot in tea", "The kettle is on"]]);
    await worker?.evaluate(
      `registration.getNotifications().then(([notification]) =>
      dispatchEvent(new NotificationEvent("notificationclick", { notification })))`,
    );
    await ada.page.getByRole("heading", { name: "tea", level: 1 }).waitFor();
    assertEquals(await notices(), []);
  },
  { edition: "whole" },
);
