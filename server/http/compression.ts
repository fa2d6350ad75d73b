/**
 * Compresses responses with gzip for clients that accept it. Static files are
 * compressed once; dynamic responses are compressed while streaming. The
 * transports do not compress.
 */

import { acceptsEncodings } from "@std/http/negotiation";
import type { Asset } from "../runtime/asset.ts";

/** Types that compress well and are not open-ended streams. */
const COMPRESSIBLE: readonly string[] = [
  "text/html",
  "text/css",
  "text/plain",
  "text/javascript",
  "image/svg+xml",
  "application/json",
  "application/javascript",
  "application/manifest+json",
];
/** Minimum size to compress, in bytes. */
const LEAST = 1024;

/** Returns whether responses of a type vary by `Accept-Encoding`. */
export function isCompressible(type: string): boolean {
  return COMPRESSIBLE.includes(type.split(";")[0] ?? "");
}

/**
 * Returns whether the client accepts gzip.
 *
 * @param request Any request; without `Accept-Encoding` the result is false.
 */
export function takesGzip(request: Request): boolean {
  return !!request.headers.get("accept-encoding") &&
    acceptsEncodings(request, "gzip", "identity") === "gzip";
}

/** Compresses static files on first use and caches the result. */
export class GzipFiles {
  readonly #kept = new WeakMap<Asset, Promise<Uint8Array<ArrayBuffer>>>();

  /** Returns a file in gzip, or undefined if compression does not pay off. */
  async of(asset: Asset): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { body, type } = asset;
    if (body.length < LEAST || !isCompressible(type)) return undefined;
    let made = this.#kept.get(asset);
    if (made === undefined) {
      const stream = new Blob([body]).stream()
        .pipeThrough(new CompressionStream("gzip"));
      made = new Response(stream).bytes();
      this.#kept.set(asset, made);
    }
    const small = await made;
    return small.length < body.length ? small : undefined;
  }
}

/**
 * Compresses a response while streaming, if its `content-length` is large
 * enough.
 *
 * @param request The request.
 * @param answer The response; the caller must not use it afterwards.
 */
export function compressed(request: Request, answer: Response): Response {
  const { body, status, headers } = answer;
  const isWorthIt = Number(headers.get("content-length")) >= LEAST &&
    isCompressible(headers.get("content-type") ?? "") &&
    !headers.has("content-encoding");
  if (!isWorthIt || body === null) return answer;
  if (!headers.get("vary")?.includes("accept-encoding")) {
    headers.append("vary", "accept-encoding");
  }
  if (!takesGzip(request)) return answer;
  headers.delete("content-length");
  headers.set("content-encoding", "gzip");
  return new Response(body.pipeThrough(new CompressionStream("gzip")), {
    status,
    headers,
  });
}
