import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SNIPPETS } from "../../protocol/snippets.ts";
import {
  SERVER_LANGUAGES,
  serverSnippet,
} from "../../server/lessons/server_snippets.ts";
import { InProcessServer } from "../helpers/in_process.ts";
import { html } from "../../server/lessons/html.ts";
import { lessonsPage } from "../../server/lessons/page.ts";
import { endpointsIn, exampleWords } from "../../server/lessons/endpoints.ts";
import { CHATS } from "../../server/lessons/chats.ts";
import { LESSONS } from "../../server/lessons/table.ts";
import { transcript } from "../../server/lessons/transcript.ts";

const ORIGIN = new URL("http://localhost:8000/");

/** The paths of all lessons and chats. */
const PATHS = [
  ...LESSONS.map(({ name }) => `/lessons/${name}`),
  ...CHATS.map(({ path }) => path),
];

/** Every match's first group. */
function all(page: string, pattern: RegExp): string[] {
  return [...page.matchAll(pattern)].map(([_, group = ""]) => group);
}

Deno.test("html`` escapes its values once", () => {
  const nasty = `<script>"it's" & more</script>`;
  const escaped =
    "&lt;script&gt;&quot;it&#39;s&quot; &amp; more&lt;/script&gt;";
  assertEquals(String(html`<p>${nasty}</p>`), `<p>${escaped}</p>`);
  const items = [html`<li>${nasty}</li>`, html`<li>2</li>`];
  assertEquals(
    String(html`<ul>${items}</ul>`),
    `<ul><li>${escaped}</li><li>2</li></ul>`,
  );
  assertEquals(String(html`<b>${undefined}${false}${0}</b>`), "<b>0</b>");
});

Deno.test("lessonsPage() describes every lesson and chat", () => {
  const page = lessonsPage(ORIGIN);
  for (const path of PATHS) {
    for (const text of Object.values(exampleWords(path, "en"))) {
      assertStringIncludes(page, String(html`${text}`));
    }
  }
  for (const lesson of LESSONS) {
    for (const step of transcript(lesson)) {
      if ("sends" in step) {
        assertStringIncludes(page, String(html`<code>${step.sends}</code>`));
      }
    }
  }
});

Deno.test("lessonsPage() shows a client of each kind for every address", () => {
  const page = lessonsPage(ORIGIN);
  const examples = [
    ...LESSONS.map((lesson) => ({ path: `/lessons/${lesson.name}`, lesson })),
    ...CHATS.map((chat) => ({ path: chat.path, lesson: chat })),
  ];
  for (const { path, lesson: { says, givesName, closesOn } } of examples) {
    for (const { write } of SNIPPETS) {
      const code = write({
        url: `ws://localhost:8000${path}`,
        says,
        givesName,
        closesOn,
      });
      assertStringIncludes(page, String(html`<pre><code>${code}</code></pre>`));
    }
  }
});

Deno.test("lessonsPage() gives addresses as the reader reached the server", () => {
  const page = lessonsPage(new URL("https://chat.example:8443/somewhere?x=1"));
  const addresses = all(page, /class="address"><code>([^<]*)</g);
  assertEquals(addresses.slice(-3), [
    "wss://chat.example:8443/lessons/farewell",
    "wss://chat.example:8443/text/lesson",
    "wss://chat.example:8443/ws/lesson",
  ]);
  assert(!page.includes("somewhere"));
});

Deno.test("no sample client enters the lobby, or takes a greeting for its name", () => {
  for (const { path, givesName, says } of endpointsIn("en")) {
    // In hubbub.v1 a client names the room.
    const room = says.join().includes("join") ? says.join() : path;
    assert(path.startsWith("/lessons/") || /lesson|garden/.test(room), path);
    if (/^\/text/.test(path)) assert(givesName !== undefined, path);
  }
});

Deno.test("lessonsPage() links to the lab only where there is one", () => {
  assert(!lessonsPage(ORIGIN).includes("/lab"));
  const page = lessonsPage(ORIGIN, { lab: true });
  assertEquals(all(page, /href="\/lab\?a=([^"]*)"/g), [
    ...LESSONS.map(({ name }) => `/lessons/${name}`),
    ...CHATS.map(({ path }) => path),
  ]);
});

Deno.test("lessonsPage() shows a server in each language for every address", () => {
  const page = lessonsPage(ORIGIN);
  for (const id of SERVER_LANGUAGES) {
    const programs = [
      ...LESSONS.map((lesson) => serverSnippet(id, lesson)),
      ...CHATS.map(({ code }) => code[id]),
    ];
    for (const code of programs) {
      assertStringIncludes(page, String(html`<pre><code>${code}</code></pre>`));
    }
  }
});

Deno.test("lessonsPage() needs no inline style, and one script of this server", () => {
  const page = lessonsPage(ORIGIN, { lab: true, base: "/chat" });
  assertEquals(all(page, /(<script[^>]*>)/g), [
    '<script type="module" src="/chat/assets/lessons.js">',
  ]);
  assert(!/<style|\sstyle=|\son\w+=/i.test(page));
  assertEquals(all(page, /<link rel="stylesheet" href="([^"]*)"/g), [
    "/chat/assets/tokens.css",
    "/chat/assets/base.css",
    "/chat/assets/lessons.css",
  ]);
});

Deno.test("lessonsPage() has one h1, no skipped level, and every anchor", () => {
  const page = lessonsPage(ORIGIN, { lab: true });
  const levels = all(page, /<h([1-6])/g).map(Number);
  assertEquals(levels.filter((level) => level === 1).length, 1);
  levels.reduce((before, level) => {
    assert(level <= before + 1, `h${level} after h${before}`);
    return level;
  }, 0);
  const ids = all(page, /\sid="([^"]*)"/g);
  assertEquals(new Set(ids).size, ids.length);
  for (
    const id of [
      ...all(page, /href="#([^"]*)"/g),
      ...all(page, /aria-(?:labelledby|describedby)="([^"]*)"/g),
    ]
  ) assert(ids.includes(id), `Nothing has the id "${id}"`);
});

Deno.test("lessonsPage() and the list of endpoints are in the reader's language", () => {
  const page = lessonsPage(ORIGIN, { lab: true, language: "de" });
  assertStringIncludes(page, '<html lang="de">');
  for (const path of PATHS) {
    for (const text of Object.values(exampleWords(path, "de"))) {
      assertStringIncludes(page, String(html`${text}`));
    }
  }
  for (const word of ["See that", "Skip to", "Paste it", "Open in"]) {
    assert(!page.includes(word), word);
  }
  const english = endpointsIn("en");
  assertEquals(
    endpointsIn("de").map(({ path, says, group }) => [path, says, group]),
    english.map(({ path, says, group }) => [path, says, group]),
  );
});

Deno.test("a server answers in the language that a browser asks for, over any transport", async () => {
  await using server = await InProcessServer.start();
  for (const path of ["/lessons", "/lessons.json"]) {
    const response = await fetch(server.url(path), {
      headers: { "accept-language": "de-AT,de;q=0.9,en;q=0.8" },
    });
    assertStringIncludes(await response.text(), "Die kleinste Unterhaltung");
    assertEquals(response.headers.get("content-language"), "de");
    const vary = response.headers.get("vary")?.split(", ") ?? [];
    assertEquals(vary.filter((name) => name === "accept-language").length, 1);
    assertEquals(new Set(vary).size, vary.length);
  }
});
