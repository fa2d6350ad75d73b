/** The page where something is missing, fails, or is unlike what most have. */

import { pageTest } from "./browser.ts";
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
  "the page works without storage and without what is newer than two years",
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
  "a message that cannot be drawn is plain text, among all the others",
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
