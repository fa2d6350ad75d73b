/**
 * No words in the views and models of the pages: a word that a person reads
 * stands in `static/words/`, in every language.
 */

import { assertEquals } from "@std/assert";

/** Folders without code that draws. */
const OTHER = /^(dist|words|styles)$/;

/** Literals that are not words of a page: names of keys, properties, events and
 * elements, class names, and the name of the product. */
const NO_WORDS: ReadonlySet<string> = new Set([
  // Keys.
  ...["Alt", "Arrow", "ArrowDown", "ArrowUp", "Backspace", "Delete", "End"],
  ...["Enter", "Escape", "Home", "PageDown", "PageUp", "Shift", "Tab"],
  // Names that programs know.
  ...["Files", "Notification", "Segmenter", "Small servers", "Rooms"],
  ...["flood ended", "noopener noreferrer nofollow ugc", "characters rules"],
  ...["arraybuffer", "binaryType", "blob", "bufferedAmount", "extensions"],
  "protocol",
  // Groups of emoji, as their table calls them.
  ...["Activities", "Objects", "Symbols", "Flags"],
  // What a program or a lesson sends.
  ...["Hello", 'new WebSocket("', '").onopen = (e) => e.target.send("Hello")'],
  // Words of the server, and names of the groups in a library.
  ...["by a moderator", "Activities", "Objects", "Symbols", "Flags"],
  // The product.
  "Hubbub",
  " · Hubbub",
  // For the console, and for other programs.
  "Bearer ",
  "The API answered with status ",
  "A part of the page could not be drawn",
]);

function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return OTHER.test(name) ? [] : sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

/** Returns a source without its comments and imports. */
function code(source: string): string {
  return source
    .replace(/\/\*[^]*?\*\/|(?<![:"'`\\\w])\/\/.*/g, "")
    .replace(/^(import|export) [^;]*? from "[^"]*";/gm, "");
}

/** Attributes whose values are not for people. */
const ATTRIBUTES =
  /\b(?:class|className|id|key|type|role|rel|href|src|for|name|autocomplete|viewBox|d|rx|data-[\w-]+|aria-(?:describedby|labelledby|controls|live|haspopup|autocomplete))=(?:"[^"]*"|\{(?:[^{}]|\{[^{}]*\})*\})/g;

/** Two words in a row, or one that begins like a sentence. */
const WORDS = /\p{L}{2,}[\p{P}]* \p{L}|^\P{L}*\p{Lu}\p{Ll}+[\p{P}\s]*$/u;

/** What is not read by people: selectors, media queries, paths and patterns. */
const SYNTAX =
  /^[([.#*:\w-]*[[(.#>][^ ]*|^[a-z]+(?:, [a-z]+)+$|[a-z-]+: [a-z]+\)$|:not\(/;

/**
 * Returns the words in a source of a page that should be in the catalogue.
 *
 * @param source The text of the file.
 * @param types Strings that are members of a type.
 */
function wordsIn(source: string, types: ReadonlySet<string>): string[] {
  const text = code(source);
  const attributes = text.replace(ATTRIBUTES, "");
  const found = [
    // Text in an element.
    ...matches(
      attributes,
      /(?<![=\s(]\s?)>\s*([^<>{}();=]*\p{L}{2}[^<>{}();=]*)<(?=[/a-z])/gu,
    ),
    // Attributes for people, whatever they say.
    ...matches(text, /(?:aria-label|title|placeholder|label|alt)="([^"]+)"/g),
    // Strings, and the parts of templates.
    ...matches(attributes, /"((?:[^"\\\n]|\\.)*)"/g).filter(isProse),
    ...matches(attributes, /[`}]([^`{}\n]*?)(?:`|\$\{)/g).filter(isProse),
  ];
  return found.filter((words) => !NO_WORDS.has(words) && !types.has(words));
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group = ""]) =>
    group.trim() === "" ? "" : group
  ).filter((group) => group !== "");
}

function isProse(text: string): boolean {
  return WORDS.test(text) && !SYNTAX.test(text);
}

/** Returns the strings that are members of types, such as `| "show keys"`. */
function typesIn(source: string): string[] {
  return matches(
    code(source),
    /(?:\||\?: |: |= )\s*"([a-z][a-z ]*)"(?=\s*[|;,\n])/g,
  );
}

Deno.test("the views and models of the pages take their words from the catalogue", () => {
  const files = sources("static").map((path) => ({
    path,
    source: Deno.readTextFileSync(path),
  }));
  const types = new Set(files.flatMap(({ source }) => typesIn(source)));
  const found = files.flatMap(({ path, source }) =>
    wordsIn(source, types).map((words) => `${path}: ${words}`)
  );
  assertEquals(found, []);
});

Deno.test("wordsIn() finds words in elements, attributes, strings and templates", () => {
  const find = (source: string) => wordsIn(source, new Set(["show keys"]));
  assertEquals(find("<p>Loading older messages</p>"), [
    "Loading older messages",
  ]);
  assertEquals(find("<button>\n  Try again\n</button>").length, 1);
  assertEquals(find("<p>You are in <bdi>{room}</bdi></p>").length, 1);
  assertEquals(find('<input placeholder="none" />'), ["none"]);
  assertEquals(find('chat.say("Copied");'), ["Copied"]);
  assertEquals(find('return "message removed";'), ["message removed"]);
  assertEquals(find("return `Not sent. ${problem}`;"), ["Not sent. "]);
  assertEquals(find("return `${count} people are here`;"), [
    " people are here",
  ]);
  // Neither of these is read by people.
  assertEquals(find('<p class="banner bad">{words.offline}</p>'), []);
  assertEquals(find('case "show keys": // Shows the keys'), []);
  assertEquals(find('document.querySelector(".composer textarea")'), []);
  assertEquals(find('matchMedia("(pointer: coarse)")'), []);
});
