/** The words of the pages in every language. */

import { assert, assertEquals } from "@std/assert";
import type { ClientErrorCode } from "../../client/errors.ts";
import { type ErrorCode, ERRORS } from "../../protocol/errors.ts";
import { HELP } from "../../protocol/text_commands.ts";
import { bannedError } from "../../server/moderation/bans.ts";
import type { Ban } from "../../server/moderation/rules.ts";
import { reasonIn } from "../../static/chat/model/error_words.ts";
import * as de from "../../static/words/de.ts";
import { entriesOf } from "../helpers/catalogues.ts";
import * as en from "../../static/words/en.ts";
import { formats } from "../../static/words/formats.ts";
import { chooseLanguage, LANGUAGES } from "../../static/words/languages.ts";

/** An entry, by its path such as `chat.join`. */
type Entries = ReadonlyMap<string, unknown>;

const WORDS = new URL("../../static/words/", import.meta.url);

/** Errors that the client adds to those of the server. */
const CLIENT_ERRORS: readonly Exclude<ClientErrorCode, ErrorCode>[] = [
  "closed",
  "disconnected",
  "outbox_full",
  "somebody_else",
];

/** Entries that are the same word in English and another language. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: [
    "chat.code",
    "chat.emoji",
    "chat.emojiGroups.smileys",
    "chat.keys.back.keys",
    "chat.keys.beside.keys",
    "chat.keys.send.keys",
    "chat.moderation",
    "chat.moderationIn",
    "chat.offline",
    "chat.optional",
    "chat.personIn",
    "chat.senderInRoom",
    "examples./lessons/echo.title",
    "lab.chat",
    "lab.client",
    "lab.details",
    "lab.export",
    "lab.kinds.hex",
    "lab.kinds.text",
    "lab.states",
    "lessonButtons.server",
    "lessons.chat",
    "lessons.chats",
    "lessons.client",
    "lessons.server",
    "snippets.clients.deno.title",
    "snippets.clients.javascript.title",
    "snippets.clients.python.title",
    "snippets.clients.terminal.title",
    "snippets.servers.python.title",
    "snippets.servers.typescript.title",
  ],
};

/** Returns all entries of a language. */
async function read(language: string): Promise<Entries> {
  const words = await import(new URL(`${language}.ts`, WORDS).href);
  return new Map(entriesOf({ ...words, errors: {} }));
}

/** Returns the source of a function, split into parameters and body. */
function partsOf(entry: unknown): { parameters: string[]; body: string } {
  const [, list = "", body = ""] =
    /^\(?([^)=]*)\)?\s*=>([^]*)$/.exec(String(entry)) ?? [];
  const parameters = list.match(/[\p{L}_$][\w$]*/gu) ?? [];
  return { parameters, body };
}

/** Returns the parameters that a function never uses. */
function unused(entry: unknown): string[] {
  const { parameters, body } = partsOf(entry);
  return parameters.filter((name) => !new RegExp(`\\b${name}\\b`).test(body));
}

/** Returns the text of an entry; of a function, that of its literals. */
function textOf(entry: unknown): string {
  if (typeof entry !== "function") return String(entry);
  const literals = String(entry).replace(/\$\{[^{}]*\}/g, "")
    .match(/"[^"]*"|`[^`]*`/g);
  return literals?.join("") ?? "";
}

/** All but the words for errors, which English has from the server. */
const english: Entries = new Map(entriesOf({ ...en, errors: {} }));
const others = LANGUAGES.filter((language) => language !== "en");

Deno.test("every language in the list has a file of words, and the reverse", () => {
  const files = [...Deno.readDirSync(WORDS)].map(({ name }) => name)
    .filter((name) => /^[a-z]{2}\.ts$/.test(name));
  assertEquals(files.sort(), LANGUAGES.map((name) => `${name}.ts`).sort());
});

for (const language of others) {
  Deno.test(`${language}: no entry is missing, and none is left over`, async () => {
    const entries = await read(language);
    assertEquals([...entries.keys()].sort(), [...english.keys()].sort());
    for (const [path, entry] of entries) {
      assertEquals(typeof entry, typeof english.get(path), path);
      assert(entry !== "", `${path} is empty`);
    }
  });

  Deno.test(`${language}: every error of server and client has words`, async () => {
    const { errors } = await import(new URL(`${language}.ts`, WORDS).href);
    const codes = [...Object.keys(ERRORS), ...CLIENT_ERRORS];
    assertEquals(Object.keys(errors).sort(), codes.sort());
  });

  Deno.test(`${language}: no entry is English by mistake`, async () => {
    const entries = await read(language);
    const same = [...entries].filter(([path, entry]) =>
      !/\.(usage|link)$/.test(path) && /\p{L}{2}/u.test(textOf(entry)) &&
      textOf(entry) === textOf(english.get(path))
    ).map(([path]) => path);
    assertEquals(same.sort(), [...SAME[language] ?? []].sort());
  });
}

for (const language of LANGUAGES) {
  Deno.test(`${language}: an entry uses every value that the page gives it`, async () => {
    for (const [path, entry] of await read(language)) {
      if (typeof entry !== "function") continue;
      assertEquals(unused(entry), [], path);
      const wanted = (english.get(path) as () => unknown).length;
      assertEquals(entry.length, wanted, `parameters of ${path}`);
    }
  });
}

Deno.test("unused() finds a parameter that an entry does not use", () => {
  assertEquals(unused("(a, b) => `${b}`"), ["a"]);
  assertEquals(unused("(a) => [{ name: a }]"), []);
});

Deno.test("chooseLanguage() takes the first language that the pages have", () => {
  assertEquals(chooseLanguage(["de-AT", "en"]), "de");
  assertEquals(chooseLanguage(["ja", "ar-EG", "DE"]), "de");
  assertEquals(chooseLanguage(["en-GB", "de"]), "en");
  // A tag that merely begins with the same letters is another language.
  assertEquals(chooseLanguage(["den", "deu"]), "en");
  assertEquals(chooseLanguage([]), "en");
});

Deno.test("formats() follows the language in numbers, plurals and lists", () => {
  const forms = { one: "x", other: "xs" };
  assertEquals(formats("en").counted(1, forms), "1 x");
  assertEquals(formats("en").counted(1234, forms), "1,234 xs");
  assertEquals(formats("de").counted(1234, forms), "1.234 xs");
  const others = { other: "weitere" };
  assertEquals(formats("de").some(["a", "b", "c", "d"], others), [
    { name: "a" },
    ", ",
    { name: "b" },
    " und ",
    "2 weitere",
  ]);
  assertEquals(formats("de").some(["Ada"], others), [{ name: "Ada" }]);
  assertEquals(formats("de").duration(90_000), "90 Sekunden");
  assertEquals(formats("en").duration(3_600_000), "1 hour");
});

Deno.test("the help of the page has the commands of the server's help, in every language", async () => {
  const commandsOf = (usages: readonly string[]) =>
    usages.map((usage) => usage.match(/\/{1,2}[a-z]*/g)?.join());
  const inHelp = HELP.map((line) => line.split(/\s{2,}/, 2))
    .filter(([, does]) => does !== undefined);
  for (const language of LANGUAGES) {
    const { chat } = await import(new URL(`${language}.ts`, WORDS).href);
    const { commands, moderatorCommands } = chat as typeof en.chat;
    const shown = [commands, moderatorCommands].flatMap(Object.values);
    if (language === "en") {
      assertEquals(shown.map(({ usage, does }) => [usage, does]), inHelp);
    }
    assertEquals(
      commandsOf(shown.map(({ usage }) => usage)),
      commandsOf(inHelp.map(([usage = ""]) => usage)),
    );
  }
});

Deno.test("a ban in German keeps the moderator's reason and the time that is left", () => {
  for (const kind of ["kick", "ban"] as const) {
    const ban = { kind, room: "tea", by: "Ada", reason: "spam: a lot", at: 0 };
    const { message } = bannedError({ ...ban, until: 600_000 } as Ban, 0);
    const reason = reasonIn(message);
    assertEquals(reason, "spam: a lot");
    const words = de.errors["banned"]?.({ reason, forMs: 600_000 }) ?? "";
    assert(/10 Minuten.*: spam: a lot$/.test(words), words);
  }
  assertEquals(reasonIn('You are banned from room "a" for 1 hour'), undefined);
});

Deno.test("the pages say what they need without JavaScript, in every language", async () => {
  for (const language of LANGUAGES) {
    const { noScript } = await import(new URL(`${language}.ts`, WORDS).href);
    const needs = {
      "index.html": [noScript.chat],
      "lab.html": [noScript.lab, noScript.readLessons],
    };
    for (const [page, sentences] of Object.entries(needs)) {
      const html = await Deno.readTextFile(new URL(`../${page}`, WORDS));
      const [, own = ""] =
        new RegExp(`<p lang="${language}">([^]*?)</p>`).exec(html) ?? [];
      const text = own.replace(/<[^>]*>/g, "").replace(/\s+/g, " ").trim();
      assertEquals(text, sentences.join(" "), page);
    }
  }
});

for (const language of LANGUAGES) {
  Deno.test(`promise 6: ${language}: a name with a word of a sentence about names stands in quotation marks`, async () => {
    const { chat } = await import(new URL(`${language}.ts`, WORDS).href);
    const { joined, left, renamed, typing, wordsOfSentences } =
      chat as typeof en.chat;
    const lists = [["a"], ["a", "b"], ["a", "b", "c", "d"]];
    const sentences = [
      ...lists.flatMap((names) => [joined(names), left(names), typing(names)]),
      renamed("a", "b"),
    ];
    const words = sentences.flat()
      .flatMap((part) => typeof part === "string" ? [part] : [])
      .flatMap((part) => part.match(/\p{L}+/gu) ?? []);
    assert(words.length > 10);
    const known = new Set(wordsOfSentences.split(" "));
    assertEquals(words.filter((word) => !known.has(word)), []);
  });
}
