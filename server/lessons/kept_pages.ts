/**
 * Caches the page `/lessons`. It contains the server's address as its reader
 * reached it, so there is one page per origin and language; the newest are kept.
 */

import { type Asset, assetOf } from "../runtime/asset.ts";
import { type Language, LANGUAGES } from "../../static/words/languages.ts";
import { lessonsPage } from "./page.ts";

/**
 * Maximum cached pages. A server has few origins, but clients can invent more.
 */
const MOST = 8 * LANGUAGES.length;

/** The pages of one server. */
export class LessonsPages {
  /** By origin and language, the newest last. */
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
   * @param language The reader's language.
   */
  of({ protocol, host }: URL, language: Language = "en"): Promise<Asset> {
    const origin = `${protocol}//${host}`;
    const key = `${language} ${origin}`;
    let page = this.#pages.get(key);
    if (page === undefined) {
      const options = { lab: true, base: this.#base, language };
      const html = lessonsPage(new URL(origin), options);
      page = assetOf(
        new TextEncoder().encode(html),
        "text/html; charset=utf-8",
      );
      this.#pages.set(key, page);
      const [oldest = ""] = this.#pages.keys();
      if (this.#pages.size > MOST) this.#pages.delete(oldest);
    }
    return page;
  }
}
