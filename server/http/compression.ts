/**
 * Answers in gzip for those who take it: files once for all, what is made for
 * one request as it is taken. Neither transport compresses anything itself.
 */

import { acceptsEncodings } from "@std/http/negotiation";
import type { Asset } from "../runtime/asset.ts";

/** What gets smaller, and does not wait for more to come. */
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
/** Bytes below which it is not worth it. */
const LEAST = 1024;

/** Whether answers of a type differ by what their readers take. */
export function isCompressible(type: string): boolean {
  return COMPRESSIBLE.includes(type.split(";")[0] ?? "");
}

/**
 * Tells whether an answer may be sent in gzip.
 *
 * @param request Any; one that does not say what it takes gets none.
 */
export function takesGzip(request: Request): boolean {
  return !!request.headers.get("accept-encoding") &&
    acceptsEncodings(request, "gzip", "identity") === "gzip";
}

/** Files in gzip, each made when it is first asked for, and kept. */
export class GzipFiles {
  readonly #kept = new WeakMap<Asset, Promise<Uint8Array<ArrayBuffer>>>();

  /** A file in gzip; undefined where that is not worth it. */
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
 * Compresses an answer on its way, where it says by `content-length` that it is
 * worth it.
 *
 * @param request What it answers.
 * @param answer Any; not used any more after that.
 */
export function compressed(request: Request, answer: Response): Response {
  const { body, status, headers } = answer;
  const isWorthIt = Number(headers.get("content-length")) >= LEAST &&
    isCompressible(headers.get("content-type") ?? "") &&
    !headers.has("content-encoding");
  if (!isWorthIt || body === null) return answer;
  headers.append("vary", "accept-encoding");
  if (!takesGzip(request)) return answer;
  headers.delete("content-length");
  headers.set("content-encoding", "gzip");
  return new Response(body.pipeThrough(new CompressionStream("gzip")), {
    status,
    headers,
  });
}
