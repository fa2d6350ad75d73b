/** Serves static files: plain, in gzip, or as 304 if unchanged. */

import type { Asset } from "../runtime/asset.ts";
import { HEADERS, words } from "./answers.ts";
import { GzipFiles, isCompressible, takesGzip } from "./compression.ts";
import { elementsOf } from "../transport/header_lists.ts";

/** Serves static files. */
export class StaticFiles {
  readonly #gzip = new GzipFiles();

  /**
   * Returns a file, or 304 if the client's copy is current.
   *
   * @param request A GET or HEAD request.
   * @param asset The file.
   * @param more Headers that replace the common ones.
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
    const vary = [
      ...(more["vary"] === undefined ? [] : [more["vary"]]),
      ...(isCompressible(type) ? ["accept-encoding"] : []),
    ].join(", ");
    const small = takesGzip(request) ? await this.#gzip.of(asset) : undefined;
    const headers = {
      ...HEADERS,
      ...more,
      "content-type": type,
      // Browsers revalidate every time, so a new server version takes effect at
      // once.
      "cache-control": "no-cache",
      // A weak tag: different bytes, same content (RFC 9110, 8.8.1).
      "etag": small === undefined ? etag : `W/${etag}`,
      ...(vary !== "" && { vary }),
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
