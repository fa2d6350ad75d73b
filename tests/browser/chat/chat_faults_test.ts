/** The page where something is missing, fails, or is unlike what most have. */

import { assertEquals } from "@std/assert";
import { pageTest } from "../browser.ts";
import { publish } from "./publish.ts";

/** Takes away what older browsers, and those that block cookies, do not have. */
function takeAway(): void {
  const page = globalThis as unknown as { Element: { prototype: object } };
  const forbidden = {
    get(): never {
      throw new DOMException("Blocked", "SecurityError");
    },
  };
  for (const name of ["localStorage", "sessionStorage", "caches"]) {
    Object.defineProperty(globalThis, name, forbidden);
  }
  Object.defineProperty(Navigator.prototype, "serviceWorker", forbidden);
  for (
    const [owner, ...names] of [
      [Navigator.prototype, "locks", "clipboard"],
      [Intl, "Segmenter"],
      [URL, "parse", "canParse"],
      [RegExp, "escape"],
      [Promise, "try"],
      [Array, "fromAsync"],
      [page.Element.prototype, "checkVisibility"],
      [Crypto.prototype, "randomUUID"],
      [globalThis, "Notification", "AudioContext", "BroadcastChannel"],
      [
        Set.prototype,
        "difference",
        "intersection",
        "isDisjointFrom",
        "isSubsetOf",
        "isSupersetOf",
        "symmetricDifference",
        "union",
      ],
      [
        Object.getPrototypeOf(Object.getPrototypeOf([].values())),
        "drop",
        "every",
        "filter",
        "find",
        "flatMap",
        "forEach",
        "map",
        "reduce",
        "some",
        "take",
        "toArray",
      ],
    ] as [object, ...string[]][]
  ) {
    for (const name of names) delete (owner as Record<string, unknown>)[name];
  }
}

pageTest(
  "the page works without storage and with two-year-old browser features",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await ada.page.addInitScript(takeAway);
    await ada.page.reload();
    await ada.ready();
    await publish(server.socket("/ws"), "lobby", ["@Ada see https://a.b/c 👩‍🚀"]);
    await ada.page.locator(".text a").getByText("https://a.b/c").waitFor();
    await ada.say("Hello");
    await ada.sees("Hello");
    await ada.join("tea");
    await ada.say("In tea");
    await ada.sees("In tea");
    await ada.page.goto(new URL("/lab", server.url).href);
    const pane = ada.page.locator("#client-A");
    await pane.getByRole("button", { name: "Connect", exact: true }).click();
    await pane.getByRole("button", { name: "Send Hello" }).click();
    await pane.getByText("Echo: Hello").waitFor();
  },
);

pageTest(
  "a message that fails to render appears as plain text among the others",
  async ({ chat, server }) => {
    const ada = await chat("/?name=A-b");
    await publish(server.socket("/ws"), "lobby", ["before"], "It’s [me]*?");
    await ada.sees("before");
    await ada.value(`(() => {
      const { toISOString } = Date.prototype;
      Date.prototype.toISOString = () => { throw new Error("Not this one"); };
      globalThis.restore = () => Date.prototype.toISOString = toISOString;
      globalThis.stop = new MutationObserver(() => {
        if (document.querySelector(".scroller").textContent.includes("broken")) {
          stop.disconnect();
          restore();
        }
      });
      stop.observe(document.body, { childList: true, subtree: true });
    })()`);
    const names = ["-", "a\\b", "(x", "👩‍🚀", "عمر", "e\u0301", "$&"];
    await publish(server.socket("/ws"), "lobby", ["broken"], "Bob");
    for (const name of names) {
      await publish(server.socket("/ws"), "lobby", [`@A-b from ${name}`], name);
    }
    for (const name of ["before", "broken", ...names]) {
      await ada.line(name).last().waitFor();
    }
  },
  { faults: /could not be drawn|Not this one/ },
);

pageTest(
  "paste, drop and copy work as expected",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    const { page } = ada;
    const notice = (words: string) =>
      page.locator(".notice").getByText(words).waitFor();
    /** Pastes or drops something, and tells whether the page took it over. */
    const give = (event: string, on: string, data: string) =>
      ada.value<boolean>(`(() => {
        const transfer = new DataTransfer();
        ${data};
        return document.querySelector("${on}").dispatchEvent(
          ${event === "paste" ? "new ClipboardEvent" : "new DragEvent"}(
            "${event}", { bubbles: true, cancelable: true,
              clipboardData: transfer, dataTransfer: transfer }));
      })()`);
    const file = `transfer.items.add(new File(["tea"], "tea.txt"))`;
    await give("paste", "textarea", file);
    await notice("Files can’t be sent here");
    for (const on of ["textarea", ".timeline"]) {
      assertEquals(await give("dragover", on, file), false);
      assertEquals(await give("drop", on, file), false);
    }
    const link = `transfer.setData("text/plain", "https://a.example")`;
    assertEquals(await give("drop", ".timeline", link), false);
    assertEquals(await give("drop", "textarea", link), true);
    // A megabyte holds nobody up: it does not get into the field.
    const large = `transfer.setData("text/plain", "x".repeat(1_000_000))`;
    assertEquals(await give("paste", "textarea", large), false);
    await notice("too long to paste: a message has at most 4,096 characters");
    await ada.value(`(() => {
      const field = document.querySelector("textarea");
      field.value = "x".repeat(1_000_000);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    })()`);
    assertEquals(await ada.field.inputValue(), "");
    // A message of many lines is folded.
    const url = server.socket("/ws");
    await publish(url, "lobby", ["a\n".repeat(2_000) + "the end"], "Bob");
    const more = page.getByRole("button", { name: "Show more" });
    await more.waitFor();
    assertEquals(await ada.line("the end").count(), 0);
    await more.click();
    await ada.sees("the end");
    await page.getByRole("button", { name: "Show less" }).click();
    await more.waitFor();
    // A conversation is copied as one sees it.
    await publish(url, "tea", ["one", "two"], "Bob");
    await ada.join("tea");
    await ada.sees("two");
    const copied = await ada.value<string>(`(() => {
      getSelection().selectAllChildren(document.querySelector(".scroller ol"));
      return getSelection().toString();
    })()`);
    const lines = copied.split("\n").filter((line) => line.trim() !== "");
    assertEquals(lines.filter((line) => /one|two|Bob/.test(line)).length, 3);
    assertEquals(lines.filter((line) => /^B$|Bob:/.test(line)), []);
  },
);

pageTest(
  "a page with files of two builds reloads once, then shows an error",
  async ({ open }) => {
    const page = await open("/?name=Ada", { serviceWorkers: "block" });
    await page.locator(".composer").waitFor();
    let mixes = 1;
    let loads = 0;
    await page.route("**/assets/chat.js", async (route) => {
      loads++;
      const response = await route.fetch();
      const text = await response.text();
      const body = mixes-- > 0
        ? text.replace(/hubbubBuild="\w+"/, 'hubbubBuild="other"')
        : text;
      await route.fulfill({ response, body });
    });
    await page.reload();
    while (loads < 2) await page.waitForEvent("load");
    await page.locator(".composer").waitFor();
    assertEquals(await page.locator(".notice").count(), 0);
    mixes = 10;
    await page.reload();
    await page.getByText("updated while it was loading").waitFor();
    // The tab remembers that this mix was loaded again before.
    assertEquals(loads, 3);
  },
);
