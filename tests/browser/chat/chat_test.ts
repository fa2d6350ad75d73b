/**
 * The chat page's first duties, in real Chromium: a name, a room, messages,
 * history, people, the connection.
 */

import { assert, assertEquals } from "@std/assert";
import { pageTest } from "../browser.ts";
import { AT_BOTTOM, ChatPage } from "./chat_page.ts";
import { numbered, publish } from "./publish.ts";

pageTest("the page asks for a name and remembers it", async ({ open }) => {
  const page = await open("/?room=first");
  await page.getByText("You are about to join first").waitFor();
  await page.getByLabel("What should people call you?").fill("Ada");
  await page.keyboard.press("Enter");
  await new ChatPage(page).ready();
  await page.getByRole("button", { name: "Ada, settings" }).waitFor();
  await page.reload();
  await new ChatPage(page).ready();
  await page.getByRole("button", { name: "Ada, settings" }).waitFor();
});

pageTest(
  "an impossible name is asked again, with the reason",
  async ({ open }) => {
    const page = await open("/?room=first&name=Server");
    await page.getByText("is reserved").waitFor();
    await page.getByLabel("What should people call you?").fill("/help");
    await page.keyboard.press("Enter");
    await page.getByText('A name cannot start with "/"').waitFor();
    await page.getByLabel("What should people call you?").fill("");
    await page.keyboard.press("Enter");
    await new ChatPage(page).ready();
  },
);

pageTest("room and name come from the address", async ({ chat }) => {
  const ada = await chat("/?room=Addressed&name=Ada");
  await ada.page.getByRole("heading", { name: "addressed", level: 1 })
    .waitFor();
  await ada.page.locator(".people").getByText("Ada", { exact: true }).waitFor();
});

pageTest(
  "two pages exchange messages with a bold sender, a time and own messages set apart",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    const grace = await chat("/?name=Grace");
    await ada.say("Good morning");
    await grace.sees("Good morning");
    await grace.say("Good morning to you");
    await ada.sees("Good morning to you");
    const line = grace.line("Good morning").first();
    assertEquals(await line.locator(".name").textContent(), "Ada");
    const weight = await grace.value<number>(
      `Number(getComputedStyle(document.querySelector(".name")).fontWeight)`,
    );
    assert(weight >= 600);
    await line.locator("time").waitFor();
    assertEquals(await grace.page.locator(".line.mine").count(), 1);
    assertEquals(await ada.page.locator(".line.mine").count(), 1);
  },
);

pageTest("Enter sends, Shift+Enter breaks the line", async ({ chat }) => {
  const ada = await chat("/?name=Ada");
  await ada.field.pressSequentially("one");
  await ada.field.press("Shift+Enter");
  await ada.field.pressSequentially("two");
  assertEquals(await ada.field.inputValue(), "one\ntwo");
  await ada.field.press("Enter");
  await ada.sees("one");
  assertEquals(await ada.line("one").locator(".text").innerText(), "one\ntwo");
  assertEquals(await ada.field.inputValue(), "");
});

pageTest(
  "history on joining, older on scrolling up without a jump",
  async ({ chat, server }) => {
    await publish(server.socket("/ws"), "lobby", numbered(400));
    const ada = await chat("/?name=Ada");
    await ada.sees("message 400");
    await ada.until(AT_BOTTOM);
    const first = await ada.value<string>(
      `document.querySelector(".line").dataset.seq`,
    );
    // Somewhere near the top; what is in view there must stay where it is.
    await ada.scrollTo(300);
    await ada.value(`(() => {
      const edge = document.querySelector(".scroller").getBoundingClientRect();
      const line = [...document.querySelectorAll(".line")].find((line) =>
        line.getBoundingClientRect().top > edge.top);
      globalThis.watched = { line, top: line.getBoundingClientRect().top };
    })()`);
    await ada.until(
      `Number(document.querySelector(".line").dataset.seq) < ${first}`,
    );
    const moved = await ada.value<number>(
      "watched.line.getBoundingClientRect().top - watched.top",
    );
    assert(Math.abs(moved) < 2, `what one reads moved by ${moved} px`);
    for (let n = 0; n < 20; n++) {
      await ada.scrollTo(0);
      if (await ada.page.getByText("This is the beginning").isVisible()) break;
      await ada.until(
        `document.querySelector(".scroller").scrollTop > 0 ||
        document.querySelector(".note") !== null`,
      );
    }
    await ada.page.getByText("This is the beginning of lobby").waitFor();
    await ada.line("message 1").first().waitFor();
  },
);

pageTest(
  "the message list stays at the bottom only if it was there",
  async ({ chat, server }) => {
    await publish(server.socket("/ws"), "lobby", numbered(60));
    const ada = await chat("/?name=Ada");
    await ada.sees("message 60");
    await publish(server.socket("/ws"), "lobby", ["one more"]);
    await ada.sees("one more");
    await ada.until(AT_BOTTOM);
    await ada.scrollTo(500);
    await ada.until(`!${AT_BOTTOM}`);
    await publish(server.socket("/ws"), "lobby", ["and two", "and three"]);
    const button = ada.page.getByRole("button", { name: "2 new messages" });
    await button.waitFor();
    assert(!await ada.value<boolean>(AT_BOTTOM));
    await button.click();
    await ada.until(AT_BOTTOM);
    await button.waitFor({ state: "detached" });
  },
);

pageTest(
  "sending or pressing Escape scrolls to the newest message",
  async ({ chat, server }) => {
    // So many lines that a page of messages is many screens.
    const long = numbered(200).map((text) => `${text} ${"word ".repeat(60)}`);
    await publish(server.socket("/ws"), "lobby", long);
    const ada = await chat("/?name=Ada", {
      viewport: { width: 390, height: 844 },
    });
    await ada.sees("message 200");
    const up = async () => {
      await ada.scrollTo(2_000);
      await ada.until(`!${AT_BOTTOM}`);
    };
    await up();
    await ada.say("from up there");
    await ada.sees("from up there");
    await ada.until(AT_BOTTOM);
    await up();
    await ada.page.keyboard.press("Escape");
    await ada.until(AT_BOTTOM);
  },
);

pageTest(
  "messages that arrived in the background start in view",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await ada.say("seen");
    await ada.sees("seen");
    await ada.value(`
      document.hasFocus = () => false;
      dispatchEvent(new Event("blur"));
    `);
    await publish(server.socket("/ws"), "lobby", numbered(100));
    await ada.sees("message 100");
    const inView = `(() => {
      const { top, bottom } =
        document.querySelector("li.new").getBoundingClientRect();
      return top > 50 && bottom < 600;
    })()`;
    // The page scrolls in the frame after the messages.
    await ada.until(inView);
    await ada.value(`
      document.hasFocus = () => true;
      dispatchEvent(new Event("focus"));
    `);
    const button = ada.page.getByRole("button", { name: "100 new messages" });
    await button.waitFor();
    await ada.until(inView);
    await button.click();
    await ada.until(AT_BOTTOM);
    await button.waitFor({ state: "detached" });
  },
);

pageTest("shows members, joins and leaves", async ({ chat }) => {
  const ada = await chat("/?name=Ada");
  const people = ada.page.getByRole("complementary", { name: "People" });
  await people.getByText("1 here").waitFor();
  await ada.say("First");
  const grace = await chat("/?name=Grace");
  await people.getByText("2 here").waitFor();
  await people.getByText("Grace").waitFor();
  await ada.page.getByText("Grace joined").waitFor();
  await grace.join("elsewhere");
  await grace.page.getByRole("button", { name: "Leave lobby" }).click();
  await people.getByText("1 here").waitFor();
  await ada.page.getByText("Grace joined").waitFor({ state: "detached" });
});

pageTest(
  "a second page with the same name gets another name and a notice",
  async ({ chat }) => {
    await chat("/?name=Ada");
    const second = await chat("/?name=Ada");
    await second.page.getByText("“Ada” is taken. You are “Ada 2” here")
      .waitFor();
  },
);

pageTest(
  "a tab keeps its name, whatever other tabs are called",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    const grace = await ada.page.context().newPage();
    await grace.goto(ada.page.url().replace("Ada", "Grace"));
    await new ChatPage(grace).ready();
    // Switching rooms takes the name out of the address.
    await ada.join("elsewhere");
    await ada.page.reload();
    await ada.ready();
    await ada.page.getByRole("button", { name: "Ada, settings" }).waitFor();
  },
);

pageTest("days are parted and named", async ({ chat }) => {
  const ada = await chat("/?name=Ada");
  await ada.say("Hello");
  await ada.page.locator(".day", { hasText: "Today" }).waitFor();
  await ada.page.clock.install({ time: Date.now() + 24 * 3600_000 });
  await ada.page.reload();
  await ada.page.locator(".day", { hasText: "Yesterday" }).waitFor();
});

pageTest(
  "the connection's state is in words; a restart loses nothing",
  async ({ chat, server }) => {
    const page = await chat("/?name=Ada");
    await page.say("before the restart");
    await page.sees("before the restart");
    await server.stop();
    await page.state("Reconnecting…");
    await page.page.getByText("your messages will be sent").waitFor();
    await page.say("while it was away");
    await page.page.locator(".line.pending").waitFor();
    await using _again = await server.startAgain();
    await page.state("Connected");
    await page.sees("while it was away");
    await page.page.reload();
    await page.ready();
    await page.sees("before the restart");
    await page.sees("while it was away");
    assertEquals(await page.lines.count(), 2);
  },
);

pageTest(
  "a copied tab takes nothing away from the original",
  async ({ chat }) => {
    const ada = await chat("/?name=Ada");
    const copy = await ada.page.context().newPage();
    await copy.addInitScript(
      `sessionStorage.setItem("hubbub.tab", ${
        JSON.stringify(await ada.value(`sessionStorage.getItem("hubbub.tab")`))
      })`,
    );
    await copy.goto(ada.page.url());
    await new ChatPage(copy).ready();
    await ada.say("still here");
    await ada.sees("still here");
  },
);

pageTest("at 360 px everything is within reach", async ({ chat }) => {
  const ada = await chat("/?name=Ada", {
    viewport: { width: 360, height: 640 },
    hasTouch: true,
    isMobile: true,
  });
  await ada.say(`${"word ".repeat(30)}${"x".repeat(200)}`);
  await ada.page.locator(".line.sent").waitFor();
  const wide = await ada.value<number>("document.documentElement.scrollWidth");
  assertEquals(wide, 360);
  await ada.page.getByRole("button", { name: "Rooms" }).tap();
  await ada.join("elsewhere");
  await ada.page.getByRole("button", { name: /^People/ }).tap();
  await ada.page.getByRole("heading", { name: "1 here" }).waitFor();
  await ada.page.keyboard.press("Escape");
  await ada.page.getByRole("heading", { name: "1 here" }).waitFor({
    state: "hidden",
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  pageTest(
    `${colorScheme}: text and edges have contrast enough`,
    async ({ chat }) => {
      const ada = await chat("/?name=Ada", { colorScheme });
      /** Of two custom properties, on a badge of some hue. */
      const contrast = (front: string, back: string, hue = 0) =>
        ada.value<number>(`(() => {
          const probe = document.createElement("i");
          probe.className = "badge";
          probe.style.setProperty("--hue", ${hue});
          document.body.append(probe);
          const luminance = (token) => {
            probe.style.color = \`var(\${token})\`;
            const canvas = document.createElement("canvas").getContext("2d");
            canvas.fillStyle = getComputedStyle(probe).color;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
              .map((value) => value / 255).map((value) =>
                value <= 0.04045
                  ? value / 12.92
                  : ((value + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const [a, b] = [luminance("${front}"), luminance("${back}")];
          probe.remove();
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        })()`);
      for (let hue = 0; hue < 360; hue += 20) {
        for (const ground of ["--ground", "--person-tint"]) {
          const ratio = await contrast("--person", ground, hue);
          assert(ratio >= 4.5, `hue ${hue} on ${ground} is ${ratio}`);
        }
      }
      for (const ground of ["--ground", "--ground-side", "--ground-raised"]) {
        assert(await contrast("--ink", ground) >= 7, `ink on ${ground}`);
        for (
          const quiet of ["--ink-quiet", "--ink-pending", "--accent", "--bad"]
        ) {
          const ratio = await contrast(quiet, ground);
          assert(ratio >= 4.5, `${quiet} on ${ground} is ${ratio}`);
        }
        const edge = await contrast("--edge", ground);
        assert(edge >= 3, `--edge on ${ground} is ${edge}`);
      }
      assert(await contrast("--on-accent", "--accent") >= 4.5);
    },
  );
}
