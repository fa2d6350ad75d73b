/** What somebody sees whose own page may not talk to the server. */

import { assertStringIncludes } from "@std/assert";
import { pathToFileURL } from "node:url";
import { TempFolder } from "../helpers/temp.ts";
import { pageTest } from "./browser.ts";

const REFUSED = /Unexpected response code: 403/;

pageTest(
  "a page from a file sees the line in its console that docs/protocol.md shows",
  async ({ open, server }) => {
    using folder = new TempFolder();
    const file = folder.file("page.html");
    Deno.writeTextFileSync(file, "<title>Mine</title>");
    const page = await open(pathToFileURL(file).href);
    const message = page.waitForEvent("console");
    await page.evaluate(`void new WebSocket("${server.socket("/ws")}")`);
    const line = (await message).text();
    assertStringIncludes(
      Deno.readTextFileSync("docs/protocol.md"),
      line.replace(server.url.host, "127.0.0.1:8000"),
    );
  },
  { faults: REFUSED },
);
