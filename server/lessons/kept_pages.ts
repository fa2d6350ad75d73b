/**
 * The page `/lessons` as a file. It tells addresses of this server as its
 * reader reached it, so there is one for each; the newest are kept.
 */

import { type Asset, assetOf } from "../runtime/asset.ts";
import { lessonsPage } from "./page.ts";

/** Pages that are kept. A server has few names; strangers may make up more. */
const MOST = 8;

/** The pages of one server. */
export class LessonsPages {
  /** By origin, the newest last. */
  readonly #pages = new Map<string, Promise<Asset>>();
  readonly #base: string;

  /** @param base The path that the server is below, such as `/chat`. */
  constructor(base = "") {
    this.#base = base;
  }

  /**
   * Gives the page.
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
