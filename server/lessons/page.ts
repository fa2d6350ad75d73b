/**
 * Renders the page `/lessons`: every lesson with something to try, its
 * transcript and code to copy. Pure. The page works without its script, which
 * adds buttons to run and to copy.
 */

import type { Example } from "../../protocol/lab.ts";
import { SNIPPETS, type SnippetTask } from "../../protocol/snippets.ts";
import { HISTORY, LONGEST, LONGEST_SHARED, MOST_MEMBERS } from "./classroom.ts";
import { type Html, html } from "./html.ts";
import { CHATS } from "./chats.ts";
import {
  SERVER_SNIPPET_URL,
  SERVER_SNIPPETS,
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
  { lab = false, base = "" }: LessonsPageOptions = {},
): string {
  const article = (entry: Entry) => entryArticle(entry, { origin, lab, base });
  const page = html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Lessons · Hubbub</title>
        <link rel="icon" href="${base}/assets/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="${base}/assets/tokens.css">
        <link rel="stylesheet" href="${base}/assets/base.css">
        <link rel="stylesheet" href="${base}/assets/lessons.css">
        <script type="module" src="${base}/assets/lessons.js"></script>
      </head>
      <body>
        <a class="skip" href="#lessons">Skip to the lessons</a>
        <header class="top">
          <a class="brand" href="${base}/">Hubbub</a>
          <nav aria-label="Pages">
            <a href="${base}/">Chat</a>
            <a href="${base}/lessons" aria-current="page">Lessons</a>
            ${lab && html`<a href="${base}/lab">Lab</a>`}
          </nav>
        </header>
        <main id="lessons" tabindex="-1">
          <div class="intro">
            <h1>Lessons</h1>
            <p>
              Small WebSocket servers, each with one thing to learn. They run
              here, beside the chat. Run each one on this page, or connect with
              anything you like: the console of this browser, a few lines of
              Python, a terminal. The code of a client and of a server stands
              below each lesson, ready to copy.
            </p>
          </div>
          <nav class="contents" aria-label="Lessons">
            ${contents("Small servers", SMALL)}
            ${contents("Chats", ROOMS)}
          </nav>
          <div class="lessons">
            <section aria-labelledby="small">
              <h2 id="small">Small servers</h2>
              <p>
                Each has an address of its own. They take text of up to
                ${LONGEST.toLocaleString("en")} characters, or
                ${LONGEST_SHARED.toLocaleString("en")} where others read it.
                Whoever sends faster than a chat allows is closed with code
                4003. A lesson that broadcasts has places for
                ${MOST_MEMBERS.total} members, ${MOST_MEMBERS
                  .perAddress} from one
                address; others are closed with code 1013. The two that remember keep the newest ${HISTORY} messages,
                fewer where these are long, until the server stops. Binary data
                is for echo; the others close with code 1003.
              </p>
              ${SMALL.map(article)}
            </section>
            <section aria-labelledby="chats">
              <h2 id="chats">Chats</h2>
              <p>
                The rooms of this server, as a bare client sees them. What you
                send here is kept, and read by whoever is in the room.
              </p>
              ${ROOMS.map(article)}
            </section>
          </div>
        </main>
      </body>
    </html>
  `;
  return String(page).trim();
}

function contents(title: string, entries: readonly Entry[]): Html {
  const items = entries.map(({ id, example }) =>
    html`<li><a href="#${id}">${example.title}</a></li>`
  );
  return html`
    <p>${title}</p>
    <ul>${items}</ul>
  `;
}

function entryArticle(
  { id, path, example, lesson, code }: Entry,
  { origin, lab, base }: { origin: URL; lab: boolean; base: string },
): Html {
  const url = webSocketUrl(origin, base + path);
  const { title, teaches, tryThis, seeThat, says, givesName, closesOn } =
    example;
  const task = { url, says, givesName, closesOn };
  const link = html`
    <p>
      <a class="open" href="${base}/lab?a=${base}${path}"
        aria-describedby="${id}-title"
      >Open in the lab</a>
    </p>
  `;
  return html`
    <article id="${id}" aria-labelledby="${id}-title">
      <div class="tell">
        <h3 id="${id}-title">${title}</h3>
        <p class="address"><code>${url}</code></p>
        <p>${teaches}</p>
        <dl>
          <dt>Try this</dt>
          <dd>${tryThis}</dd>
          <dt>See that</dt>
          <dd>${seeThat}</dd>
        </dl>
        ${lab && link}
      </div>
      <div class="show">
        ${lesson && conversation(lesson)}
        <div class="run" data-run="${JSON.stringify(task)}"></div>
      </div>
      <div class="code">
        ${clientCode(id, task)}
        ${serverCode(id, code)}
      </div>
    </article>
  `;
}

function conversation(lesson: Lesson): Html {
  const earlier = html`, after somebody has said <q>${EARLIER}</q>`;
  return html`
    <figure>
      <figcaption>What passes${lesson.remembers && earlier}</figcaption>
      <ol>${transcript(lesson).map(stepLine)}</ol>
    </figure>
  `;
}

function stepLine(step: Step): Html {
  const who = step.by === "client" ? "You" : "Server";
  const what = "sends" in step
    ? html`<code>${step.sends}</code>`
    : html`<em>closes with ${step.closes}</em>`;
  return html`<li class="${step.by}"><span>${who}</span> ${what}</li>`;
}

function clientCode(id: string, task: SnippetTask): Html {
  const code = SNIPPETS.map(({ title, how, write }) => ({
    title,
    how,
    text: write(task),
  }));
  return html`
    <div>
      <h4>Client</h4>
      ${disclosures(`${id}-client-code`, code)}
    </div>
  `;
}

function serverCode(id: string, code: Entry["code"]): Html {
  const servers = SERVER_SNIPPETS.map(({ id: language, title, how }) => ({
    title,
    how: `${how} Clients then connect to ${SERVER_SNIPPET_URL}`,
    text: code[language],
  }));
  return html`
    <div>
      <h4>Server</h4>
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
