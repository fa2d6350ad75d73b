/** The chat page of a server that asks for tokens. */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Program } from "../../helpers/programs/program.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";
import { pageTest } from "../browser.ts";
import { ChatPage } from "./chat_page.ts";

const GUESTS = ["--auth-secret", SECRET, "--rate", "0", "--guests", "write"];
const CLOSED = { settings: ["--auth-secret", SECRET, "--rate", "0"] };

/** Waits for the form and what it says. */
async function asks(page: Page, words: string): Promise<void> {
  await page.getByRole("status").filter({ hasText: words }).waitFor();
  await page.locator(":focus").and(page.getByLabel("Access token")).waitFor();
}

/** Fills the form in. */
async function give(page: Page, token: string): Promise<void> {
  await page.getByLabel("Access token").fill(token);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
}

pageTest(
  "a link with an access token logs the user in and removes the token from the URL",
  async ({ open, server }) => {
    const page = await open("about:blank");
    const told: string[] = [];
    page.on("console", (message) => told.push(message.text()));
    page.on("request", (request) => told.push(request.url()));
    page.on("websocket", (socket) => told.push(socket.url()));
    const token = await signed({ name: "Ada", rooms: ["tea"] });
    await page.goto(`${server.url}?room=tea#token=${token}`);
    const ada = await new ChatPage(page).ready();
    assertEquals(page.url(), `${server.url}?room=tea`);
    await page.getByRole("heading", { name: "tea", level: 1 }).waitFor();
    await ada.say("I have a token");
    await ada.sees("I have a token");
    await page.reload();
    await ada.ready();
    assertEquals(
      await page.locator(".line .name, .name").first().innerText(),
      "Ada",
    );
    const stored = await ada.value<string>("JSON.stringify(localStorage)");
    for (const text of [...told, stored, page.url()]) {
      assert(!text.includes(token), `the token is in ${text.slice(0, 60)}`);
    }
  },
  CLOSED,
);

pageTest(
  "a token that comes while the name is asked for leaves the address at once",
  async ({ open, server }) => {
    const page = await open("/");
    const form = page.getByLabel("What should people call you?");
    await form.fill("Ada");
    const chat = new ChatPage(page);
    const follow = async (token: string) => {
      await chat.value(`location.hash = ${JSON.stringify(`token=${token}`)}`);
      await chat.until(`location.hash === ""`);
    };
    await follow(await signed());
    assertEquals(page.url(), server.url.href);
    assertEquals(await form.inputValue(), "Ada");
    // One with a name needs no form.
    await follow(await signed({ name: "Grace" }));
    await chat.ready();
    await chat.say("I am in");
    await chat.sees("I am in");
    assertEquals(await page.locator(".line .name").innerText(), "Grace");
  },
  CLOSED,
);

pageTest(
  "without an access token a form asks for one and explains why it refuses one",
  async ({ open }) => {
    const page = await open("/?name=Ada");
    await asks(page, "This server requires an access token. Paste");
    assert(await page.getByLabel("Access token").isEditable());
    await give(page, "nonsense");
    await asks(page, "This token is invalid");
    await give(page, await signed({}, -60));
    await asks(page, "Your token has expired");
    await page.reload();
    await asks(page, "This server requires an access token");
    const token = await signed();
    // As a mail may have cut it.
    await give(page, ` ${token.slice(0, 20)} ${token.slice(20)} `);
    const ada = await new ChatPage(page).ready();
    await ada.say("I am in");
    await ada.sees("I am in");
    await page.reload();
    await ada.ready();
  },
  CLOSED,
);

pageTest(
  "asks for a new access token on expiry and keeps the draft",
  async ({ chat }) => {
    const token = await signed({ sub: "ada", name: "Ada" }, 6);
    const ada = await chat(`/#token=${token}`);
    await ada.say("before");
    await ada.sees("before");
    await ada.field.fill("half a sent");
    await asks(ada.page, "Your token has expired");
    await give(ada.page, await signed({ sub: "ada", name: "Ada" }));
    await ada.ready();
    assertEquals(await ada.field.inputValue(), "half a sent");
    await ada.field.press("Enter");
    await ada.sees("half a sent");
    assertEquals(await ada.lines.count(), 2);
  },
  CLOSED,
);

pageTest(
  "a newer link on the same page renews, and one for another asks first",
  async ({ chat, server }) => {
    const claims = { sub: "ada", name: "Ada" };
    const ada = await chat(`/#token=${await signed(claims)}`);
    const follow = async (token: string) => {
      await ada.value(`location.hash = ${JSON.stringify(`token=${token}`)}`);
      await ada.until(`location.hash === ""`);
    };
    const asked = ada.page.waitForEvent("dialog").then((dialog) =>
      dialog.dismiss()
    );
    await follow(await signed({ sub: "eve" }));
    await asked;
    const newer = await signed(claims, 600);
    await follow(newer);
    await ada.until(
      `sessionStorage.getItem("hubbub.token") === ${JSON.stringify(newer)}`,
    );
    assertEquals(ada.page.url(), server.url.href);
    await ada.state("Connected");
  },
  CLOSED,
);

pageTest(
  "after the server's secret changes, the page asks for a token again and sends unsent messages",
  async ({ chat, server }) => {
    const ada = await chat(`/#token=${await signed({ name: "Ada" })}`);
    server.signal("SIGKILL");
    await server.ended;
    await ada.state("Reconnecting");
    await ada.say("unsent");
    await ada.field.fill("a draft");
    const other = "another secret that is long enough too";
    await using _again = await Program.start({
      args: ["--port", server.url.port, "--auth-secret", other],
      folder: server.folder,
    });
    await asks(ada.page, "This token is invalid");
    await give(ada.page, await signed({ name: "Ada" }, 60, other));
    await ada.ready();
    await ada.sees("unsent");
    assertEquals(await ada.field.inputValue(), "a draft");
  },
  CLOSED,
);

pageTest(
  "a link with another user's access token asks for confirmation first",
  async ({ chat, server }) => {
    const ada = await chat(
      `/#token=${await signed({ sub: "a", name: "Ada" })}`,
    );
    const { page } = ada;
    const eve = await signed({ sub: "e", name: "Eve" });
    const follow = async (answer: "accept" | "dismiss") => {
      const asked = page.waitForEvent("dialog").then(async (dialog) => {
        await dialog[answer]();
        return dialog.message();
      });
      // As by a click on a link in a message.
      await page.goto("about:blank");
      await page.goto(`${server.url}#token=${eve}`);
      assert((await asked).includes("someone else"));
      assertEquals(page.url(), server.url.href);
      await ada.ready();
    };
    for (
      const [answer, name] of [["dismiss", "Ada"], ["accept", "Eve"]] as const
    ) {
      await follow(answer);
      await ada.say(`I am ${name}`);
      await ada.sees(`I am ${name}`);
      assertEquals(await page.locator(".line .name").last().innerText(), name);
    }
  },
  CLOSED,
);

pageTest(
  "an expired token does not turn a user into a guest, and unsent messages stay with their user",
  async ({ chat, server }) => {
    const token = await signed({ sub: "zoe", name: "Zoe" });
    const zoe = await chat(`/#token=${token}`);
    const { page } = zoe;
    await zoe.say("sent by Zoe");
    await zoe.sees("sent by Zoe");
    server.signal("SIGKILL");
    await server.ended;
    await zoe.state("Reconnecting");
    await zoe.say("unsent by Zoe");
    await zoe.line("unsent by Zoe").waitFor();
    const expired = await signed({ sub: "zoe", name: "Zoe" }, -60);
    await zoe.value(
      `sessionStorage.setItem("hubbub.token", ${JSON.stringify(expired)})`,
    );
    // Otherwise the page could send it before it is opened again.
    await page.goto("about:blank");
    await using _again = await Program.start({
      args: ["--port", server.url.port, ...GUESTS],
      folder: server.folder,
    });
    await page.goto(server.url.href);
    await asks(page, "Your token has expired");
    // Another person's token in the form asks, as a link does.
    const asked = page.waitForEvent("dialog").then((dialog) =>
      dialog.dismiss()
    );
    await give(page, await signed({ sub: "eve", name: "Eve" }));
    await asked;
    await page.getByRole("button", { name: "Continue as guest" }).click();
    await page.getByLabel("What should people call you?").fill("Gus");
    await page.getByRole("button", { name: "Join" }).click();
    const gus = await new ChatPage(page).ready();
    await gus.say("sent by Gus");
    await gus.sees("sent by Gus");
    assertEquals(await gus.line("unsent by Zoe").count(), 0);
    // Zoe is back in another tab: what waits goes out under her name.
    const other = await page.context().newPage();
    const newer = await signed({ sub: "zoe", name: "Zoe" });
    other.on("dialog", (dialog) => dialog.accept());
    await other.goto(`${server.url}#token=${newer}`);
    const again = await new ChatPage(other).ready();
    await again.sees("unsent by Zoe");
  },
  { settings: GUESTS },
);
