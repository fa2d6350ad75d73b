/** The pages' files as they are read at the start. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Assets, readAssets } from "../../../server/http/page_files.ts";
import { TempFolder } from "../../helpers/temp.ts";

const WORKER = "service_worker.js";

/** Reads a folder with these files in it. */
async function read(files: Record<string, string>): Promise<Assets> {
  using temp = new TempFolder();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(temp.file(name), text);
  }
  return await readAssets(
    new URL(`file://${await Deno.realPath(temp.path)}/`),
  );
}

function text(assets: Assets, name: string): string {
  return new TextDecoder().decode(assets.get(name)?.body);
}

Deno.test("only served files are read", async () => {
  const assets = await read({ "a.css": "a{}", "a.ts": "secret", "b": "" });
  assertEquals([...assets.keys()], ["a.css"]);
  assertEquals(text(assets, "a.css"), "a{}");
});

Deno.test("page, script, words and styles say of which build they are, the same", async () => {
  const files = {
    "index.html": '<!doctype html>\n<html lang="en"></html>',
    "chat.js": "go()",
    "de.js": "words()",
    "chat.css": "a{}",
    "icon.svg": "<svg/>",
  };
  const builds = async (files: Record<string, string>) => {
    const assets = await read(files);
    assertEquals(text(assets, "icon.svg"), "<svg/>");
    return [
      /^<!doctype html>\n<html data-build="(\w+)" lang/,
      /^globalThis\.hubbubBuild="(\w+)";\ngo\(\)$/,
      /^globalThis\.hubbubWordsBuild="(\w+)";\nwords\(\)$/,
      /^:root\{--build:"(\w+)"\}\na\{\}$/,
    ].map((pattern, index) =>
      pattern.exec(text(assets, Object.keys(files)[index]!))?.[1]
    );
  };
  const [one, ...same] = await builds(files);
  assert(one !== undefined);
  assertEquals(same, [one, one, one]);
  const other = await builds({ ...files, "lab.js": "more()" });
  assertNotEquals(other[0], one);
  assertEquals(new Set(other).size, 1);
});

Deno.test("the service worker is another one when any file is, and the same when none is", async () => {
  const files = { [WORKER]: "use(BUILD)", "a.css": "a{}", "b.css": "b{}" };
  const one = await read(files);
  assert(/^const BUILD="\w+";\nuse\(BUILD\)$/.test(text(one, WORKER)));
  const same = await read(files);
  assertEquals(text(same, WORKER), text(one, WORKER));
  assertEquals(same.get(WORKER)?.etag, one.get(WORKER)?.etag);
  const other = await read({ ...files, "b.css": "b{color:red}" });
  assertNotEquals(text(other, WORKER), text(one, WORKER));
  assertNotEquals(other.get(WORKER)?.etag, one.get(WORKER)?.etag);
});
