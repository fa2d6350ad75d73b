/**
 * Where the page stays when names, rooms and texts are as wide and as high as
 * they may be: every control inside the window and inside what holds it.
 */

import { assertEquals } from "@std/assert";
import { type Client, connect } from "../../client/hubbub.ts";
import { SECRET, signed } from "../helpers/tokens.ts";
import { type Pages, pageTest } from "./browser.ts";
import type { ChatPage } from "./chat/chat_page.ts";
import { panes } from "./lab/lab_page.ts";

const OPEN_CLASS = {
  settings: [
    "--auth-secret",
    SECRET,
    "--guests",
    "write",
    "--rate",
    "0",
    "--byte-rate",
    "0",
  ],
};

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
  { width: 320, height: 568 },
];

/** The widest and the highest names there may be. */
const NAMES = [
  "W".repeat(32),
  "😀".repeat(32),
  "ဪ".repeat(32),
  "ﷺ".repeat(8).padEnd(32, "ضصثقفغ"),
  "กั้".repeat(10),
  "क्षि".repeat(8),
  `${"Z\u0301\u0302\u0303\u0304".repeat(6)}`,
  "Donaudampfschifffahrtsgesellsch",
  "Nguyễn Văn An (moderator)",
];

const ROOM = "w".repeat(64);
const OTHER_ROOM = `မြန်မာ-z\u0302\u0303\u0304\u0305-${"ဪ".repeat(45)}`;

/** Texts of all kinds, each with nowhere to break. */
const TEXTS = [
  "W".repeat(400),
  "😀".repeat(200),
  "ဪ".repeat(200),
  "ضصثقفغعهخحجد".repeat(30),
  `https://example.com/${"a".repeat(300)}`,
  `\`${"code".repeat(80)}\``,
  `\`\`\`\n${"block".repeat(80)}\n\`\`\``,
  "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308".repeat(60),
];

/** The controls that stand where nobody can reach them whole, and why. */
const ASTRAY = `(() => {
  const containers = "li, form, dialog, nav, aside, .header, main, section, " +
    "article, details, .app, .banner, .notice, body";
  const controls = "a[href], button, input, select, textarea, summary, " +
    "[tabindex='0'], .state, .number, .count, time, .tag";
  const faults = [];
  const name = (element) => element.tagName.toLowerCase() + "." +
    element.className + " " +
    (element.getAttribute("aria-label") ?? element.textContent ?? "")
      .slice(0, 30);
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push("the page scrolls to " + wide);
  const isSeen = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true,
      contentVisibilityAuto: true }) &&
    element.closest(".visually-hidden, .skip, [hidden], [inert]") === null;
  const modal = document.querySelector("dialog[open]");
  for (const element of document.querySelectorAll(controls)) {
    if (!isSeen(element)) continue;
    if (modal !== null && !modal.contains(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0) continue;
    // What is scrolled to inside of a code block is reached by scrolling.
    if (element.closest("pre")) continue;
    const says = (what, bounds) => faults.push(
      name(element) + ": " + Math.round(box.left) + ".." +
      Math.round(box.right) + " outside of " + what + " " +
      Math.round(bounds.left) + ".." + Math.round(bounds.right));
    const outside = (bounds) =>
      box.left < bounds.left - 0.5 || box.right > bounds.right + 0.5;
    const view = { left: 0, right: innerWidth };
    if (outside(view)) says("the window", view);
    for (let holder = element.parentElement; holder !== null;
      holder = holder.parentElement) {
      const clips = getComputedStyle(holder).overflowX !== "visible";
      if (!clips && !holder.matches(containers)) continue;
      const bounds = holder.getBoundingClientRect();
      // A heading or line that is nothing but a margin holds nothing.
      if (outside(bounds) && !(holder.matches("form, section") &&
        !clips && bounds.width === 0)) says(name(holder), bounds);
      if (getComputedStyle(holder).position === "fixed") break;
    }
    const fixed = element.closest("ul, ol, .scroller, .people, dialog, .lab," +
      " .welcome, .lessons, .contents, main:not(.conversation)");
    if (fixed === null && document.querySelector(".app") !== null &&
      (box.top < -0.5 || box.bottom > innerHeight + 0.5)) {
      faults.push(name(element) + ": above or below the window");
    }
  }
  return [...new Set(faults)];
})()`;

/** Text with stacked marks that nothing keeps inside of its own row, and rows
 * that leave letters too little room. */
const SPILLING = `(() => {
  const rows = ["li, tr, blockquote", "p, h1, h2, header, label, pre"];
  const faults = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement: element } = texts.currentNode;
    if (!/\\p{M}{3}/u.test(data)) continue;
    if (element.closest("textarea, option, script, .visually-hidden")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const row = element.closest(rows[0]) ?? element.closest(rows[1]);
    let clip = element;
    const clips = (element) => {
      const { overflowY, overflowClipMargin } = getComputedStyle(element);
      return overflowY !== "visible" && overflowClipMargin === "0px";
    };
    while (clip !== row && clip !== null && !clips(clip)) {
      clip = clip.parentElement;
    }
    const where = element.tagName + "." + element.className + " in " +
      row?.tagName + "." + row?.className + " " + data.slice(0, 20);
    if (clip === null || !clips(clip)) {
      faults.push(where + " is not clipped");
      continue;
    }
    const size = parseFloat(getComputedStyle(element).fontSize);
    const height = clip.getBoundingClientRect().height;
    if (height > 0 && height < 1.6 * size) {
      faults.push(where + " has " + height + " px for letters of " + size);
    }
  }
  return [...new Set(faults)];
})()`;

/** Fails with every control that is astray. */
async function assertInside(
  page: { evaluate(expression: string): Promise<unknown> },
  where: string,
): Promise<void> {
  assertEquals(await page.evaluate(ASTRAY), [], where);
  assertEquals(await page.evaluate(SPILLING), [], where);
}

/** Where pictures of what was checked go, for who wants to look at them. */
const PICTURES = Deno.env.get("HUBBUB_TEST_PICTURES");

async function checked(
  chat: ChatPage,
  where: string,
): Promise<void> {
  if (PICTURES !== undefined) {
    await chat.page.screenshot({
      path: `${PICTURES}/${where.replaceAll(/\W+/g, "-")}.png`,
    });
  }
  await assertInside(chat.page, where);
}

/** Everybody with a wide name, in the room, each with wide texts. */
async function crowd({ server }: Pages): Promise<Client[]> {
  const people = NAMES.map((name) => connect(server.socket("/ws"), { name }));
  for (const [i, person] of people.entries()) {
    const room = person.join(ROOM);
    await new Promise<void>((live) => room.on("live", live));
    await room.publish(TEXTS[i % TEXTS.length]!).done;
  }
  const elsewhere = people[0]!.join(OTHER_ROOM);
  await elsewhere.publish(TEXTS[0]!).done;
  return people;
}

for (const viewport of SIZES) {
  const { width } = viewport;
  pageTest(
    `at ${width} px no name, room or text pushes a control away`,
    async (pages) => {
      const people = await crowd(pages);
      try {
        const token = await signed({
          sub: "mod",
          name: NAMES[0]!.replace(/^W/, "M"),
          rights: ["read", "write", "moderate"],
        });
        const hasTouch = width < 500;
        const chat = await pages.chat(
          `/?room=${ROOM}#token=${token}`,
          { viewport, hasTouch, isMobile: hasTouch },
        );
        const { page } = chat;
        const shown = async (name: string) => {
          if (width > 1024) return;
          await page.getByRole("button", { name }).first().click();
        };
        const hidden = async () => {
          if (width <= 1024) await page.keyboard.press("Escape");
        };
        await chat.sees(TEXTS[0]!.slice(0, 20));
        await checked(chat, `${width} room`);
        // Once more where it came late: the server drops it then.
        const typing = page.locator(".typing").filter({ hasText: "typing" });
        while (!await typing.isVisible()) {
          for (const person of people) person.join(ROOM).typing();
        }
        await shown("People,");
        await page.locator(".people .more").first().waitFor();
        await checked(chat, `${width} people`);
        for (const more of await page.locator(".people .more").all()) {
          await more.click();
          await page.getByRole("dialog").waitFor();
          await checked(
            chat,
            `${width} person ${await more.getAttribute("aria-label")}`.slice(
              0,
              40,
            ),
          );
          await page.keyboard.press("Escape");
          await page.getByRole("dialog").waitFor({ state: "detached" });
        }
        await hidden();
        const until = Date.now() + 3_600_000;
        const bans = NAMES.map((name) => ({
          ...{ kind: "ban", room: "*", name, by: name, until, reason: name },
        }));
        await page.route(
          /\/bans$/,
          (route) => route.fulfill({ json: { bans } }),
        );
        await page.getByRole("button", { name: "Moderation" })
          .click();
        await page.getByText("Banned by").first().waitFor();
        await checked(chat, `${width} order`);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
        // A message's own dialog, and its buttons.
        const line = chat.lines.last();
        await line.scrollIntoViewIfNeeded();
        await line.focus();
        await checked(chat, `${width} line`);
        await line.getByRole("button", { name: "More actions" }).click();
        await page.getByRole("dialog").waitFor();
        await checked(chat, `${width} message`);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
        // The rooms, and an error that repeats what was typed.
        if (width <= 720) {
          await page.getByRole("button", { name: /^Rooms/ }).click();
        }
        await page.getByLabel("Join or create a room").fill("W W".repeat(20));
        await page.getByLabel("Join or create a room").press("Enter");
        await page.locator("#join-problem:not(:empty)").waitFor();
        await checked(chat, `${width} rooms`);
        await page.getByLabel("Join or create a room").fill(OTHER_ROOM);
        await page.getByLabel("Join or create a room").press("Enter");
        await page.getByRole("heading", { level: 1 }).filter({
          hasText: "ဪ",
        }).waitFor();
        await chat.field.fill("W".repeat(5_000));
        await checked(chat, `${width} other room, and a long draft`);
        await chat.field.fill("");
        if (width <= 720) {
          await page.getByRole("button", { name: /^Rooms/ }).click();
        }
        await page.getByRole("button", { name: /, settings$/ }).click();
        await page.getByLabel("Your name").fill(NAMES[1]!);
        await page.getByLabel("Your name").press("Enter");
        await page.locator("#name-problem:not(:empty)").waitFor();
        await checked(chat, `${width} settings`);
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        // Sent away by somebody with the widest name: room's banner.
        const guest = await pages.chat(
          `/?room=${ROOM}&name=${encodeURIComponent("G".repeat(32))}`,
          { viewport, hasTouch, isMobile: hasTouch },
        );
        const mod = connect(pages.server.socket("/ws"), { auth: token });
        const room = mod.join(ROOM);
        await new Promise<void>((live) => room.on("live", live));
        await room.moderate({
          type: "kick",
          name: "G".repeat(32),
          reason: "W".repeat(200),
        });
        await guest.page.locator(".banner.bad").first().waitFor();
        await checked(guest, `${width} sent away`);
        await mod.close();
      } finally {
        for (const person of people) await person.close();
      }
    },
    OPEN_CLASS,
  );

  pageTest(
    `at ${width} px nothing long pushes a control away on the welcome, in an empty room, in the lab or the lessons`,
    async ({ open, chat }) => {
      const page = await open(`/?room=${ROOM}`, { viewport });
      await page.getByLabel("What should people call you?").waitFor();
      await assertInside(page, "welcome");
      const empty = await chat(
        `/?room=${encodeURIComponent(OTHER_ROOM)}&name=${NAMES[3]}`,
        { viewport },
      );
      await checked(empty, `${width} empty`);
      const lab = await open("/lab?a=/lessons/says", { viewport });
      const { a } = panes(lab);
      await a.connect();
      for (const text of TEXTS) {
        await a.send(text);
        await a.receives(text.slice(0, 20));
      }
      await a.rows().first().click();
      await assertInside(lab, "lab");
      await assertInside(
        await open("/lessons", { viewport }),
        "lessons",
      );
    },
  );
}
