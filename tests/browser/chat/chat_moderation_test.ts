/** Keeping order in the page: removing, sending away, locking, announcing. */

import { assert, assertEquals } from "@std/assert";
import type { BrowserContextOptions } from "playwright-core";
import { connect } from "../../../client/hubbub.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";
import { findings, SIZES } from "../axe.ts";
import { type Pages, pageTest } from "../browser.ts";
import { type ChatPage, choose, lookElsewhere } from "./chat_page.ts";

const CLOSED = {
  settings: ["--auth-secret", SECRET, "--rate", "0", "--byte-rate", "0"],
};

const ROLES = {
  mod: { sub: "mod", name: "Mo", rights: ["read", "write", "moderate"] },
  ada: { sub: "ada", name: "Ada" },
};

/** Opens the page as somebody with these rights. */
async function enter(
  { chat }: Pages,
  claims: object,
  options?: BrowserContextOptions,
): Promise<ChatPage> {
  return await chat(`/#token=${await signed(claims)}`, options);
}

function dialog({ page }: ChatPage) {
  const box = page.getByRole("dialog");
  return {
    box,
    button: (name: string) => box.getByRole("button", { name, exact: true }),
  };
}

/** Opens what can be done about a message, by its button. */
async function consider(chat: ChatPage, text: string): Promise<void> {
  const line = chat.line(text);
  await line.hover();
  await line.getByRole("button", { name: /^(Remove message|More actions)/ })
    .click();
  await dialog(chat).box.waitFor();
}

/** Opens what can be done about the room. */
async function keepOrder({ page }: ChatPage): Promise<void> {
  await page.getByRole("button", { name: "Moderation" }).click();
}

pageTest(
  "a user can remove their own message but not those of others",
  async (pages) => {
    const ada = await enter(pages, ROLES.ada);
    const bob = await enter(pages, { sub: "bob", name: "Bob" });
    await ada.say("Frist");
    await ada.say("Second");
    await bob.sees("Second");
    await bob.line("Frist").hover();
    assertEquals(
      await bob.line("Frist").getByRole("button").allTextContents(),
      ["", ""],
      "copy, and the link",
    );
    await consider(ada, "Frist");
    await dialog(ada).box.getByText("Deletes the text for everyone").waitFor();
    await dialog(ada).button("Remove message").click();
    await dialog(ada).box.waitFor({ state: "detached" });
    for (
      const [{ page }, hasText] of [
        [ada, "You removed this message"],
        [bob, "This message was removed by its author"],
      ] as const
    ) {
      await page.locator(".line.removed", { hasText }).waitFor();
      // Once in the conversation.
      assertEquals(await page.locator(".scroller .note[data-seq]").count(), 0);
      await page.getByText("Frist", { exact: true }).waitFor({
        state: "detached",
      });
    }
    // Also for who comes later.
    await bob.page.reload();
    await bob.sees("Second");
    assertEquals(await bob.page.locator(".line.removed").count(), 1);
    assertEquals(await bob.page.getByText("Frist").count(), 0);
  },
  CLOSED,
);

pageTest(
  "a moderator removes a message, by keyboard alone",
  async (pages) => {
    const ada = await enter(pages, ROLES.ada);
    const mod = await enter(pages, ROLES.mod);
    await ada.say("Not nice");
    await mod.sees("Not nice");
    const { keyboard } = mod.page;
    await mod.field.focus();
    await keyboard.press("ArrowUp");
    await keyboard.press("m");
    await dialog(mod).button("Remove message").focus();
    await keyboard.press("Enter");
    await ada.page.locator(".line.removed", {
      hasText: "This message was removed by a moderator",
    }).waitFor();
    // The focus is back where it was.
    await mod.page.locator(".line.removed:focus").waitFor();
  },
  CLOSED,
);

pageTest(
  "a locked room shows users that they cannot write, and keeps their drafts",
  async (pages) => {
    const ada = await enter(pages, ROLES.ada);
    const mod = await enter(pages, ROLES.mod);
    await ada.field.fill("half writ");
    await keepOrder(mod);
    await dialog(mod).button("Lock the room").click();
    await dialog(mod).button("Unlock the room").waitFor();
    await mod.page.keyboard.press("Escape");
    await ada.page.getByText("This room is locked: only moderators").waitFor();
    await ada.field.press("Enter");
    assertEquals(await ada.lines.count(), 0);
    assertEquals(await ada.field.inputValue(), "half writ");
    await mod.page.getByText("because you are a moderator").waitFor();
    await mod.say("A word from me");
    await ada.sees("A word from me");
    await ada.page.reload();
    await ada.page.getByText("This room is locked").waitFor();
    await keepOrder(mod);
    await dialog(mod).button("Unlock the room").click();
    await ada.page.getByText("This room is locked").waitFor({
      state: "detached",
    });
    await ada.field.press("Enter");
    await ada.sees("half writ");
  },
  CLOSED,
);

pageTest(
  "slow mode counts down until the user can write again",
  async (pages) => {
    const ada = await enter(pages, ROLES.ada);
    const mod = await enter(pages, ROLES.mod);
    const slow = async (option: string) => {
      await keepOrder(mod);
      await mod.page.getByLabel("Slow mode").selectOption(option);
      await dialog(mod).box.getByRole("status").filter({ hasText: /slow/i })
        .waitFor();
      await mod.page.keyboard.press("Escape");
    };
    const again = ada.page.getByText("you can write again in");
    await slow("One message every 1 hour");
    await ada.page.getByText("one message every 1 hour").waitFor();
    await ada.say("first");
    await ada.sees("first");
    await again.waitFor();
    await ada.page.reload();
    await ada.ready();
    const left = await again.textContent() ?? "";
    await ada.say("second");
    assertEquals(await ada.field.inputValue(), "second");
    await again.filter({ hasNotText: left }).waitFor();
    await slow("Off");
    await again.waitFor({ state: "detached" });
    await ada.field.press("Enter");
    await ada.sees("second");
    await slow("One message every 5 seconds");
    await ada.page.getByText(/^Slow mode: one .* 5 seconds$/).waitFor();
    await ada.say("third");
    await again.waitFor();
    // By itself, when the time is over.
    await again.waitFor({ state: "detached" });
    // Who keeps order need not wait.
    await mod.say("fourth");
    await mod.say("fifth");
    await ada.sees("fifth");
  },
  CLOSED,
);

pageTest(
  "an announcement stands out, and is a notice for those elsewhere",
  async (pages) => {
    const ada = await enter(pages, ROLES.ada);
    await lookElsewhere(ada);
    await choose(ada, "Notifications", "mentions");
    const mod = await enter(pages, ROLES.mod);
    await keepOrder(mod);
    await dialog(mod).box.getByLabel("Announcement").fill("We close at ten");
    await dialog(mod).button("Announce").click();
    for (const { page } of [ada, mod]) {
      const line = page.locator(".line.announcement", {
        hasText: "We close at ten",
      });
      await line.getByText("Announcement", { exact: true }).waitFor();
    }
    assertEquals(await ada.value("notices"), ["Mo in lobby"]);
  },
  CLOSED,
);

pageTest(
  "a kicked user sees a notice, does not rejoin automatically and can rejoin later",
  async (pages) => {
    const ada = await enter(pages, ROLES.ada);
    const mod = await enter(pages, ROLES.mod);
    await ada.say("Spam");
    await mod.sees("Spam");
    await consider(mod, "Spam");
    await dialog(mod).box.getByLabel(/^Reason/).fill("No adverts");
    await dialog(mod).button("Remove from room").click();
    await mod.page.getByText("Ada was removed from").waitFor();
    const banner = ada.page.getByRole("alert").filter({
      hasText: "Mo has kicked you",
    });
    await banner.filter({ hasText: "No adverts" }).waitFor();
    await ada.state("Connected");
    await ada.field.fill("But I");
    await ada.field.press("Enter");
    assertEquals(await ada.field.inputValue(), "But I");
    await banner.getByRole("button", { name: "Join again" }).click();
    await banner.waitFor();
    // Let back in before the minute is over.
    await keepOrder(mod);
    const entry = dialog(mod).box.getByRole("listitem");
    await entry.getByText(/^Kicked by Mo until .* · No adverts$/).waitFor();
    await dialog(mod).button("Unban Ada").click();
    await dialog(mod).box.getByText("Ada is no longer banned").waitFor();
    await dialog(mod).box.getByText("Nobody is banned from this room")
      .waitFor();
    await banner.getByRole("button", { name: "Join again" }).click();
    await banner.waitFor({ state: "detached" });
    await ada.sees("Spam");
    await ada.field.press("Enter");
    await mod.sees("But I");
  },
  CLOSED,
);

pageTest(
  "a banned user sees the duration, and a moderator cannot be banned",
  async (pages) => {
    const ada = await enter(pages, ROLES.ada);
    const mod = await enter(pages, ROLES.mod);
    const other = await enter(pages, {
      ...ROLES.mod,
      sub: "other",
      name: "Otto",
    });
    const people = mod.page.getByRole("complementary", { name: "People" });
    await people.getByRole("button", { name: "Remove or ban Otto" }).click();
    await dialog(mod).button("Ban").click();
    await dialog(mod).box.getByText(
      "Otto is a moderator too and cannot be removed",
    )
      .waitFor();
    await mod.page.keyboard.press("Escape");
    await people.getByRole("button", { name: "Remove or ban Ada" }).click();
    await dialog(mod).box.getByLabel("Ban duration").selectOption("for 1 hour");
    await dialog(mod).button("Ban").click();
    await ada.page.getByRole("alert")
      .getByText(/You are banned from .* for (1 hour|60 minutes)/)
      .waitFor();
    await ada.page.reload();
    await ada.page.getByRole("alert").getByText(/You are banned from/)
      .waitFor();
    await other.state("Connected");
  },
  CLOSED,
);

pageTest(
  "a user banned from the server sees a notice and does not reconnect",
  async (pages) => {
    const { server } = pages;
    const ada = await enter(pages, ROLES.ada);
    const client = connect(server.socket("/ws"), {
      auth: await signed(ROLES.mod),
    });
    const room = client.join("lobby");
    await new Promise((live) => room.on("live", () => live(undefined)));
    const kick = { type: "kick", name: "Ada", room: "*" } as const;
    await room.moderate({ ...kick, reason: "No adverts" });
    await ada.state("Closed");
    await ada.page.getByText("Mo has kicked you from this server").first()
      .waitFor();
    // A connection of its own would open another socket.
    let sockets = 0;
    ada.page.on("websocket", () => sockets++);
    await ada.value(`dispatchEvent(new Event("online"))`);
    await ada.value(`document.dispatchEvent(new Event("visibilitychange"))`);
    assertEquals(sockets, 0);
    await ada.page.reload();
    await ada.state("Closed");
    await ada.page.getByText("Mo has kicked you from this server").first()
      .waitFor();
    assertEquals(sockets, 1);
    await client.close();
  },
  CLOSED,
);

for (const { size, options } of SIZES) {
  pageTest(
    `axe finds no violation in the moderation views, ${size}`,
    async (pages) => {
      const mod = await enter(pages, ROLES.mod, options);
      const ada = await enter(pages, ROLES.ada);
      await ada.say("Something");
      await ada.say("Something else");
      await mod.sees("Something else");
      await consider(mod, "Something else");
      assertEquals(await findings(mod.page), []);
      await dialog(mod).button("Remove message").click();
      await mod.page.locator(".line.removed").waitFor();
      await keepOrder(mod);
      await dialog(mod).box.getByLabel("Announcement").fill("Hear");
      await dialog(mod).button("Announce").click();
      await dialog(mod).box.getByText("Announcement sent").waitFor();
      assertEquals(await findings(mod.page), []);
      await mod.page.keyboard.press("Escape");
      await mod.page.locator(".line.announcement").waitFor();
      assertEquals(await findings(mod.page), []);
      const wide = await mod.value<number>(
        "document.documentElement.scrollWidth",
      );
      assert(wide <= options.viewport.width, `${wide} pixels wide`);
    },
    CLOSED,
  );
}
