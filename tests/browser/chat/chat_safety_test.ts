/** Nothing a sender types becomes markup or script; nothing foreign is loaded;
 * the page is light. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "../../../client/hubbub.ts";
import { pageTest } from "../browser.ts";
import { publish } from "./publish.ts";

/** What has broken out of pages before: each would set `globalThis.broken`,
 * or make an element that a message must not have. */
const PAYLOADS = [
  `<script>globalThis.broken = 1</script>`,
  `<img src=x onerror="globalThis.broken = 2">`,
  `<svg/onload=globalThis.broken=3>`,
  `"><script>globalThis.broken=4</script>`,
  `'-globalThis.broken-'`,
  `<iframe srcdoc="<script>parent.broken=5</script>"></iframe>`,
  `<a href="javascript:globalThis.broken=6">click</a>`,
  `javascript:globalThis.broken=7`,
  `JaVaScRiPt:globalThis.broken=8//https://example.org`,
  `data:text/html,<script>globalThis.broken=9</script>`,
  `https://example.org/"onmouseover="globalThis.broken=10`,
  `https://example.org/'onclick='globalThis.broken=11`,
  `https://example.org/<script>globalThis.broken=12</script>`,
  `https://bank.example@evil.example/`,
  `https://user:password@evil.example/`,
  "`<img src=x onerror=globalThis.broken=13>`",
  "```\n</code></pre><script>globalThis.broken=14</script>\n```",
  "```html\n<b onclick=globalThis.broken=15>\n```",
  `<style>body{display:none}</style>`,
  `<base href="https://evil.example/">`,
  `<form action="https://evil.example"><button>Send</button></form>`,
  `&lt;script&gt;globalThis.broken=16&lt;/script&gt;`,
  `\${globalThis.broken=17} {{globalThis.broken=18}} <%= broken %>`,
  `<math><mi//xlink:href="data:x,<script>globalThis.broken=19</script>">`,
  `[link](javascript:globalThis.broken=20) ![x](x"onerror="broken=21)`,
  `\u202Etpircs\u202C \u2066isolate`,
  `__proto__ constructor toString`,
];

pageTest(
  "shows message text as text, never as markup",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await publish(server.socket("/ws"), "lobby", PAYLOADS, "<b>Eve</b>");
    await ada.sees("__proto__ constructor");
    assertEquals(await ada.lines.count(), PAYLOADS.length);
    const texts = await ada.page.locator(".line .text").allTextContents();
    PAYLOADS.forEach((payload, index) => {
      // Backticks are the one thing that has a meaning.
      const shown = payload.replace(/[\u202A-\u202E\u2066-\u2069]/g, "");
      if (!payload.startsWith("`")) assertEquals(texts[index], shown);
    });
    assertEquals(await ada.value("globalThis.broken"), undefined);
    assertEquals(await ada.page.locator(".name").textContent(), "<b>Eve</b>");
    const elements = await ada.value<string[]>(
      `[...new Set([...document.querySelectorAll(".text *")].map((element) =>
      element.localName))].sort()`,
    );
    assertEquals(elements, ["a", "code", "p", "pre"]);
    const links = await ada.value<string[]>(
      `[...document.querySelectorAll(".text a")].map(({ href }) => href)`,
    );
    for (const href of links) {
      const { protocol, username } = new URL(href);
      assertEquals([protocol, username], ["https:", ""]);
    }
    const attributes = await ada.value<string[]>(
      `[...new Set([...document.querySelectorAll(".text a")].flatMap((link) =>
      link.getAttributeNames()))].sort()`,
    );
    assertEquals(attributes, ["dir", "href", "rel", "target"]);
  },
);

pageTest(
  "promise 6: a link shows the address that it opens, in its order",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await publish(server.socket("/ws"), "lobby", [
      "\u202Ehttps://evil.example/\u2066https://bank.example/login\u2069",
      "see https://evil.example/\u202Egpj.exe",
      "https://www.аррӏе.com/login and https://bаnk.example",
      "א https://evil.example/x א",
      "http://0x7f.1/ and the end",
    ], "Eve");
    await ada.sees("the end");
    const links = await ada.value<[string, string, string][]>(
      `[...document.querySelectorAll(".text a")].map((link) =>
        [link.textContent, new URL(link.href).host, link.title])`,
    );
    const apple = "www.xn--80ak6aa92e.com";
    const bank = "xn--bnk-6cd.example";
    assertEquals(links, [
      ["https://evil.example/https://bank.example/login", "evil.example", ""],
      ["https://evil.example/gpj.exe", "evil.example", ""],
      ["https://www.аррӏе.com/login", apple, apple],
      ["https://bаnk.example", bank, bank],
      ["https://evil.example/x", "evil.example", ""],
      ["http://0x7f.1/", "127.0.0.1", "127.0.0.1"],
    ]);
    const hosts = await ada.page.locator(".text .host").allTextContents();
    assertEquals(
      hosts.map((host) => host.trim()),
      [apple, bank, "127.0.0.1"].map((host) => `(opens ${host})`),
    );
    // As it is drawn, from left to right.
    const offsets = await ada.value<number[]>(`(() => {
      const link = [...document.querySelectorAll(".text a")][1].firstChild;
      return [...link.data].map((_, index) => {
        const range = document.createRange();
        range.setStart(link, index);
        range.setEnd(link, index + 1);
        return range.getBoundingClientRect().left;
      });
    })()`);
    assertEquals(offsets, offsets.toSorted((a, b) => a - b));
  },
);

pageTest(
  "promise 6: names in notices are drawn apart, and make no event",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await publish(server.socket("/ws"), "lobby", ["hi"], "Bob left · Zed");
    await ada.sees("hi");
    await ada.say("so");
    const forger = connect(server.socket("/ws"), { name: "א Bob and Ada" });
    const lobby = forger.join("lobby");
    await new Promise<void>((live) => lobby.on("live", live));
    lobby.typing();
    await ada.page.locator(".typing .person").waitFor();
    assertEquals(
      await ada.page.locator(".typing").textContent(),
      '"א Bob and Ada" is typing…',
    );
    await ada.page.locator(".note .person").first().waitFor();
    const names = await ada.page.locator(".note bdi.person").allTextContents();
    const notes = await ada.page.locator(".note").allTextContents();
    assert(names.length > 0 && notes.length > 0);
    // Without names, a notice has no words but ours.
    for (const note of notes.filter((note) => !note.startsWith("This is"))) {
      const rest = names.reduce(
        (text, name) => text.replaceAll(name, ""),
        note,
      );
      assertMatch(rest, /^( (joined|left)( · )?|,| and)+$/);
    }
    // A name that is written from right to left turns nothing around it.
    const [name, words] = await ada.value<[number, number]>(`(() => {
      const part = document.querySelector(".typing bdi");
      const range = document.createRange();
      range.selectNode(part.nextSibling);
      return [part, range].map((one) => one.getBoundingClientRect().left);
    })()`);
    assert(name < words);
    await forger.close();
  },
);

pageTest("links open apart, Markdown is formatted", async ({ chat }) => {
  const ada = await chat("/?name=Ada");
  await ada.say(
    "See (https://example.org/a_(b)?c=d#e), or `npm i`.\n```\nconst a = 1;\n```",
  );
  const line = ada.line("See");
  const link = line.getByRole("link");
  assertEquals(
    await link.getAttribute("href"),
    "https://example.org/a_(b)?c=d#e",
  );
  assertEquals(await link.getAttribute("target"), "_blank");
  assert((await link.getAttribute("rel"))?.includes("noopener"));
  assertEquals(await line.locator("p code").textContent(), "npm i");
  assertEquals(await line.locator("pre").textContent(), "const a = 1;");
  await ada.say("**bold *both*** ~~gone~~\n- one\n  1. two\n> said\nend");
  const formatted = await ada.value<string>(`(() => {
    const texts = [...document.querySelectorAll(".text")].at(-1);
    getSelection().selectAllChildren(texts);
    const elements = [...texts.querySelectorAll("*")];
    return [elements.map(({ localName }) => localName).join(" "),
      getSelection().toString()].join("\\n");
  })()`);
  // A selection is copied as it is shown.
  assertEquals(
    formatted.split(/\n+/),
    [
      "p strong em del ul li span li span blockquote p p",
      ...["bold both gone", "• one", "1. two", "said", "end"],
    ],
  );
});

pageTest(
  "the page loads nothing from other hosts, is under 80 KB and forbids inline scripts",
  async ({ open, server }) => {
    const page = await open("about:blank");
    const requests: { url: string; size: Promise<number> }[] = [];
    // What comes over the net, which is compressed.
    page.on("requestfinished", (request) => {
      const size = request.sizes().then((sizes) => sizes.responseBodySize);
      requests.push({ url: request.url(), size });
    });
    const response = await page.goto(`${server.url}?name=Ada`);
    const policy = response?.headers()["content-security-policy"] ?? "";
    assert(policy.includes("default-src 'none'"));
    assert(!policy.includes("unsafe-inline"));
    assert(!policy.includes("unsafe-eval"));
    await page.locator(".state", { hasText: "Connected" }).waitFor();
    await page.waitForLoadState("networkidle");
    assert(requests.length >= 4);
    let total = 0;
    for (const { url, size } of requests) {
      assertEquals(new URL(url).host, server.url.host);
      total += await size;
    }
    assert(total < 80_000, `the page weighs ${total} bytes`);
    await page.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.broken = 1";
      document.body.append(script);
    })()`);
    assertEquals(await page.evaluate("globalThis.broken"), undefined);
  },
  { faults: /violates the following Content Security Policy/ },
);

pageTest("it can be installed", async ({ open, server }) => {
  const page = await open("/?name=Ada");
  const href = await page.locator('link[rel="manifest"]').getAttribute("href");
  const manifest = await page.request.get(new URL(href!, server.url).href);
  const { start_url, scope, display, icons } = await manifest.json();
  assertEquals([start_url, scope, display], ["/", "/", "standalone"]);
  const sizes = icons.map(({ sizes }: { sizes: string }) => sizes);
  assert(sizes.includes("192x192") && sizes.includes("512x512"));
  for (const { src, type } of icons) {
    const icon = await page.request.get(new URL(src, server.url).href);
    assertEquals(icon.headers()["content-type"]?.split(";")[0], type);
  }
});
