/**
 * Files as answers: whole or in gzip, or 304 where the client has them already.
 */

import type { Asset } from "../runtime/asset.ts";
import { HEADERS, words } from "./answers.ts";
import { GzipFiles, isCompressible, takesGzip } from "./compression.ts";
import { elementsOf } from "../transport/header_lists.ts";

/** Answers with files. */
export class StaticFiles {
  readonly #gzip = new GzipFiles();

  /**
   * Answers with a file, or 304 when the client has it already.
   *
   * @param request By GET or HEAD.
   * @param asset The file.
   * @param more Headers that stand for those of every answer.
   */
  async answer(
    request: Request,
    asset: Asset,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const { etag, type } = asset;
    const wanted = elementsOf(request.headers.get("if-match"));
    if (wanted.length > 0 && !wanted.includes("*") && !wanted.includes(etag)) {
      return words(412, "The file has changed. Request it without If-Match");
    }
    const small = takesGzip(request) ? await this.#gzip.of(asset) : undefined;
    const headers = {
      ...HEADERS,
      ...more,
      "content-type": type,
      // Revalidated each time: a new version of the server brings new pages.
      "cache-control": "no-cache",
      // Other bytes, the same content (RFC 9110, 8.8.1).
      "etag": small === undefined ? etag : `W/${etag}`,
      ...(isCompressible(type) && { "vary": "accept-encoding" }),
    };
    const known = elementsOf(request.headers.get("if-none-match"))
      .map((tag) => tag.replace(/^W\//, ""));
    if (known.includes("*") || known.includes(etag)) {
      return new Response(null, { status: 304, headers });
    }
    const body = small ?? asset.body;
    return new Response(body, {
      headers: {
        ...headers,
        "content-length": String(body.length),
        ...(small !== undefined && { "content-encoding": "gzip" }),
      },
    });
  }
}
