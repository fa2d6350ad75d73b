/**
 * Caches the page `/lessons`. It contains the server's address as its reader
 * reached it, so there is one page per origin; the newest are kept.
 */

import { type Asset, assetOf } from "../runtime/asset.ts";
import { lessonsPage } from "./page.ts";

/**
 * Maximum cached pages. A server has few origins, but clients can invent more.
 */
const MOST = 8;

/** The pages of one server. */
export class LessonsPages {
  /** By origin, the newest last. */
  readonly #pages = new Map<string, Promise<Asset>>();
  readonly #base: string;

  /** @param base The base path of the server, such as `/chat`. */
  constructor(base = "") {
    this.#base = base;
  }

  /**
   * Returns the page.
   *
   * @param url How its reader reached this server.
   */
  of({ protocol, host }: URL): Promise<Asset> {
    const origin = `${protocol}//${host}`;
    let page = this.#pages.get(origin);
    if (page === undefined) {
      const options = { lab: true, base: this.#base };
      const html = lessonsPage(new URL(origin), options);
      page = assetOf(
        new TextEncoder().encode(html),
        "text/html; charset=utf-8",
      );
      this.#pages.set(origin, page);
      const [oldest = ""] = this.#pages.keys();
      if (this.#pages.size > MOST) this.#pages.delete(oldest);
    }
    return page;
  }
}
