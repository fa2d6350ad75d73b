/** The words of the pages in every language. */

import { assert, assertEquals } from "@std/assert";
import * as en from "../../static/words/en.ts";
import { formats } from "../../static/words/formats.ts";
import { chooseLanguage, LANGUAGES } from "../../static/words/languages.ts";

/** An entry, by its path such as `chat.join`. */
type Entries = ReadonlyMap<string, unknown>;

const WORDS = new URL("../../static/words/", import.meta.url);

/** Entries that are the same word in English and another language. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: ["chat.moderation"],
};

function entriesOf(value: unknown, path = ""): [string, unknown][] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) =>
      entriesOf(inner, path === "" ? key : `${path}.${key}`)
    )
    : [[path, value]];
}

/** Returns all entries of a language. */
async function read(language: string): Promise<Entries> {
  const words = await import(new URL(`${language}.ts`, WORDS).href);
  return new Map(entriesOf({ ...words }));
}

/** Returns the source of a function, split into parameters and body. */
function partsOf(entry: unknown): { parameters: string[]; body: string } {
  const [, list = "", body = ""] =
    /^\(?([^)=]*)\)?\s*=>([^]*)$/.exec(String(entry)) ?? [];
  const parameters = list.split(",").map((name) => name.trim())
    .filter((name) => name !== "");
  return { parameters, body };
}

/** Returns the parameters that a function never uses. */
function unused(entry: unknown): string[] {
  const { parameters, body } = partsOf(entry);
  return parameters.filter((name) => !new RegExp(`\\b${name}\\b`).test(body));
}

const english: Entries = new Map(entriesOf({ ...en }));
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

  Deno.test(`${language}: no entry is English by mistake`, async () => {
    const entries = await read(language);
    const same = [...entries].filter(([path, entry]) =>
      /\p{L}{2}/u.test(String(entry)) &&
      String(entry) === String(english.get(path))
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
  assertEquals(formats("de").list(["Ada", "Bob"], "3 weitere"), [
    { name: "Ada" },
    ", ",
    { name: "Bob" },
    " und ",
    "3 weitere",
  ]);
  assertEquals(formats("de").list(["Ada"]), [{ name: "Ada" }]);
});
