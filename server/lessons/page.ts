/**
 * Renders the page `/lessons`: every lesson with something to try, its
 * transcript and code to copy. Pure. The page works without its script, which
 * adds buttons to run and to copy.
 */

import type { Example } from "../../protocol/lab.ts";
import { SNIPPETS, type SnippetTask } from "../../protocol/snippets.ts";
import { CATALOGUES } from "../../static/words/all_languages.ts";
import type { Language } from "../../static/words/languages.ts";
import { exampleWords } from "./endpoints.ts";
import { HISTORY, LONGEST, LONGEST_SHARED, MOST_MEMBERS } from "./classroom.ts";
import { type Html, html } from "./html.ts";
import { CHATS } from "./chats.ts";
import {
  SERVER_LANGUAGES,
  SERVER_SNIPPET_URL,
  type ServerLanguage,
  serverSnippet,
} from "./server_snippets.ts";
import { type Lesson, LESSONS } from "./table.ts";
import { EARLIER, type Step, transcript } from "./transcript.ts";

/** Options of the page. */
export interface LessonsPageOptions {
  /** Whether to link to the lab. */
  readonly lab?: boolean;
  /** The base path of the server, such as `/chat`. */
  readonly base?: string;
  /** The reader's language. */
  readonly language?: Language;
}

/** What an article needs beside its entry. */
interface Context {
  readonly origin: URL;
  readonly lab: boolean;
  readonly base: string;
  readonly language: Language;
}

/** An example on the page. */
interface Entry {
  /** The ID of its element. */
  readonly id: string;
  readonly path: string;
  readonly example: Example;
  readonly lesson?: Lesson;
  /** The sample servers. */
  readonly code: Readonly<Record<ServerLanguage, string>>;
}

const SMALL: readonly Entry[] = LESSONS.map((lesson) => ({
  id: lesson.name,
  path: `/lessons/${lesson.name}`,
  example: lesson,
  lesson,
  code: {
    typescript: serverSnippet("typescript", lesson),
    python: serverSnippet("python", lesson),
  },
}));

const ROOMS: readonly Entry[] = CHATS.map((chat, index) => ({
  id: `chat-${index + 1}`,
  path: chat.path,
  example: chat,
  code: chat.code,
}));

/**
 * Renders the page.
 *
 * @param origin How the reader reached this server; addresses in the code start
 * with it.
 * @param options What to link to.
 * @returns The document. It loads only its style sheets and icon, from
 * `/assets/` below the base.
 */
export function lessonsPage(
  origin: URL,
  { lab = false, base = "", language = "en" }: LessonsPageOptions = {},
): string {
  const { lessons: words } = CATALOGUES[language];
  const article = (entry: Entry) =>
    entryArticle(entry, { origin, lab, base, language });
  const page = html`
    <!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${words.title}</title>
        <link rel="icon" href="${base}/assets/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="${base}/assets/tokens.css">
        <link rel="stylesheet" href="${base}/assets/base.css">
        <link rel="stylesheet" href="${base}/assets/lessons.css">
        <script type="module" src="${base}/assets/lessons.js"></script>
      </head>
      <body>
        <a class="skip" href="#lessons">${words.skip}</a>
        <header class="top">
          <a class="brand" href="${base}/">Hubbub</a>
          <nav aria-label="${words.pages}">
            <a href="${base}/">${words.chat}</a>
            <a href="${base}/lessons" aria-current="page">${words.lessons}</a>
            ${lab && html`<a href="${base}/lab">${words.lab}</a>`}
          </nav>
        </header>
        <main id="lessons" tabindex="-1">
          <div class="intro">
            <h1>${words.lessons}</h1>
            <p>${words.intro}</p>
          </div>
          <nav class="contents" aria-label="${words.lessons}">
            ${contents(words.smallServers, SMALL, language)}
            ${contents(words.chats, ROOMS, language)}
          </nav>
          <div class="lessons">
            <section aria-labelledby="small">
              <h2 id="small">${words.smallServers}</h2>
              <p>
                ${words.limits(
                  LONGEST,
                  LONGEST_SHARED,
                  MOST_MEMBERS.total,
                  MOST_MEMBERS.perAddress,
                  HISTORY,
                )}
              </p>
              ${SMALL.map(article)}
            </section>
            <section aria-labelledby="chats">
              <h2 id="chats">${words.chats}</h2>
              <p>${words.aboutChats}</p>
              ${ROOMS.map(article)}
            </section>
          </div>
        </main>
      </body>
    </html>
  `;
  return String(page).trim();
}

function contents(
  title: string,
  entries: readonly Entry[],
  language: Language,
): Html {
  const items = entries.map(({ id, path }) =>
    html`<li><a href="#${id}">${exampleWords(path, language).title}</a></li>`
  );
  return html`
    <p>${title}</p>
    <ul>${items}</ul>
  `;
}

function entryArticle(
  { id, path, example, lesson, code }: Entry,
  { origin, lab, base, language }: Context,
): Html {
  const { lessons: words } = CATALOGUES[language];
  const url = webSocketUrl(origin, base + path);
  const { title, teaches, tryThis, seeThat } = exampleWords(path, language);
  const { says, givesName, closesOn } = example;
  const task = { url, says, givesName, closesOn };
  const link = html`
    <p>
      <a class="open" href="${base}/lab?a=${base}${path}"
        aria-describedby="${id}-title"
      >${words.openInLab}</a>
    </p>
  `;
  return html`
    <article id="${id}" aria-labelledby="${id}-title">
      <div class="tell">
        <h3 id="${id}-title">${title}</h3>
        <p class="address"><code>${url}</code></p>
        <p>${teaches}</p>
        <dl>
          <dt>${words.tryThis}</dt>
          <dd>${tryThis}</dd>
          <dt>${words.seeThat}</dt>
          <dd>${seeThat}</dd>
        </dl>
        ${lab && link}
      </div>
      <div class="show">
        ${lesson && conversation(lesson, language)}
        <div class="run" data-run="${JSON.stringify(task)}"></div>
      </div>
      <div class="code">
        ${clientCode(id, task, language)}
        ${serverCode(id, code, language)}
      </div>
    </article>
  `;
}

function conversation(lesson: Lesson, language: Language): Html {
  const { lessons: words } = CATALOGUES[language];
  const earlier = html`${words.afterEarlier}<q>${EARLIER}</q>`;
  return html`
    <figure>
      <figcaption>${words.passes}${lesson.remembers && earlier}</figcaption>
      <ol>${transcript(lesson).map((step) => stepLine(step, words))}</ol>
    </figure>
  `;
}

function stepLine(
  step: Step,
  words: Pick<typeof CATALOGUES.en.lessons, "you" | "server" | "closesWith">,
): Html {
  const who = step.by === "client" ? words.you : words.server;
  const what = "sends" in step
    ? html`<code>${step.sends}</code>`
    : html`<em>${words.closesWith(step.closes)}</em>`;
  return html`<li class="${step.by}"><span>${who}</span> ${what}</li>`;
}

function clientCode(
  id: string,
  task: SnippetTask,
  language: Language,
): Html {
  const { lessons: words, snippets } = CATALOGUES[language];
  const code = SNIPPETS.map(({ id, write }) => ({
    ...snippets.clients[id],
    text: write(task),
  }));
  return html`
    <div>
      <h4>${words.client}</h4>
      ${disclosures(`${id}-client-code`, code)}
    </div>
  `;
}

function serverCode(
  id: string,
  code: Entry["code"],
  language: Language,
): Html {
  const { lessons: words, snippets } = CATALOGUES[language];
  const servers = SERVER_LANGUAGES.map((id) => {
    const { title, how } = snippets.servers[id];
    return {
      title,
      how: words.clientsConnectTo(how, SERVER_SNIPPET_URL),
      text: code[id],
    };
  });
  return html`
    <div>
      <h4>${words.server}</h4>
      ${disclosures(`${id}-server-code`, servers)}
    </div>
  `;
}

/** Code to copy, one language open. */
function disclosures(
  name: string,
  code: readonly { title: string; how: string; text: string }[],
): Html[] {
  // A shared name: opening one closes the others.
  return code.map(({ title, how, text }, index) =>
    html`
      <details name="${name}" ${index === 0 && "open"}>
        <summary>${title}</summary>
        <p>${how}</p>
        <pre><code>${text}</code></pre>
      </details>
    `
  );
}

function webSocketUrl(origin: URL, path: string): string {
  const url = new URL(path, origin);
  url.protocol = origin.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
