/** Files of the pages: in gzip for those who take it, made once. */

import { assert, assertEquals } from "@std/assert";
import { type Asset, assetOf } from "../../../server/runtime/asset.ts";
import { GzipFiles, takesGzip } from "../../../server/http/compression.ts";
import { StaticFiles } from "../../../server/http/file_answers.ts";
import { LANGUAGES } from "../../../static/words/languages.ts";
import { languageOf } from "../../../server/http/reader_language.ts";
import { LessonsPages } from "../../../server/lessons/kept_pages.ts";

const HTML = "text/html; charset=utf-8";

function fileOf(text: string, type = HTML): Promise<Asset> {
  return assetOf(new TextEncoder().encode(text), type);
}

function get(headers: Record<string, string> = {}): Request {
  return new Request("http://127.0.0.1/", { headers });
}

for (
  const [header, takes] of [
    ["gzip", true],
    ["GZIP", true],
    ["gzip, deflate, br, zstd", true],
    ["br;q=1.0, gzip;q=0.5", true],
    ["*", true],
    ["gzip;q=0.001", true],
    ["gzip;q=0", false],
    ["gzip;q=0.000", false],
    ["gzip ; q=0", false],
    ["gzip;q=0, *", false],
    ["identity", false],
    ["identity;q=1, gzip;q=0.5", false],
    ["br", false],
    ["x-gzipped", false],
    ["", false],
    ["*;q=0", false],
    [`gzip${" ".repeat(6_000)};q=0`, false],
    [`${"gzip;".repeat(2_000)}q=0`, false],
  ] as const
) {
  Deno.test(`Accept-Encoding "${header.slice(0, 40)}": ${takes ? "" : "no "}gzip`, () => {
    assertEquals(takesGzip(get({ "accept-encoding": header })), takes);
  });
}

Deno.test("sends no gzip to a client without Accept-Encoding", () => {
  assertEquals(takesGzip(get()), false);
});

Deno.test("promise 10: compresses each file once for all clients", async () => {
  const gzip = new GzipFiles();
  const file = await fileOf("<p>".repeat(1_000));
  const all = await Promise.all([gzip.of(file), gzip.of(file)]);
  assert(all[0] !== undefined && all[0] === all[1]);
  assert(all[0] === await gzip.of(file));
});

Deno.test("does not compress short or already compressed files", async () => {
  const gzip = new GzipFiles();
  assertEquals(await gzip.of(await fileOf("<p>")), undefined);
  const png = await fileOf("x".repeat(5_000), "image/png");
  assertEquals(await gzip.of(png), undefined);
});

Deno.test("a file's tag is weak in gzip, strong as it is, and either is known again", async () => {
  const files = new StaticFiles();
  const file = await fileOf("<p>".repeat(1_000));
  const small = await files.answer(get({ "accept-encoding": "gzip" }), file);
  const plain = await files.answer(get(), file);
  const { etag } = file;
  assertEquals(
    [small, plain].map(({ headers }) => [
      headers.get("etag"),
      headers.get("content-encoding"),
      headers.get("vary"),
    ]),
    [[`W/${etag}`, "gzip", "accept-encoding"], [etag, null, "accept-encoding"]],
  );
  assertEquals(
    await new Response(
      small.body?.pipeThrough(new DecompressionStream("gzip")),
    ).text(),
    await plain.text(),
  );
  for (
    const known of [etag, `W/${etag}`, `"a", W/${etag} ,"b"`, "*", ` , ${etag}`]
  ) {
    for (const encoding of ["gzip", "identity"]) {
      const headers = { "if-none-match": known, "accept-encoding": encoding };
      const { status, headers: answered } = await files.answer(
        get(headers),
        file,
      );
      assertEquals([status, answered.get("vary")], [304, "accept-encoding"]);
    }
  }
  for (const other of ['"a"', etag.slice(1, -1), `x${etag}`, ""]) {
    const { status } = await files.answer(
      get({ "if-none-match": other }),
      file,
    );
    assertEquals(status, 200, other);
  }
});

Deno.test("promise 10: the page of lessons is made once for a host and language, and few are kept", async () => {
  const pages = new LessonsPages();
  const page = await pages.of(new URL("http://example.org/lessons?a"));
  assert(page === await pages.of(new URL("http://example.org/lessons")));
  for (let n = 0; n < 8; n++) {
    const url = new URL(`http://${n}.example`);
    for (const language of LANGUAGES) await pages.of(url, language);
  }
  assert(page !== await pages.of(new URL("http://example.org/lessons")));
});

Deno.test("languageOf() follows Accept-Language, and is English without a known one", () => {
  const language = (accepted: string) =>
    languageOf(
      new Request("http://example.org", {
        headers: { "accept-language": accepted },
      }),
    );
  assertEquals(language("de-AT,de;q=0.9,en;q=0.8"), "de");
  assertEquals(language("fr, de;q=0.5, en;q=0.4"), "de");
  assertEquals(language("de;q=0.3, en-GB"), "en");
  assertEquals(language("de;q=0"), "en");
  assertEquals(language("ja, *;q=0.5"), "en");
  assertEquals(language(`de,${"x,".repeat(1_000)}`), "en");
  assertEquals(languageOf(new Request("http://example.org")), "en");
});
