/**
 * Chromium for tests: finds and starts it once a file, gives each test pages
 * of its own, and fails a test whose page had an error or broke its
 * Content-Security-Policy.
 */

import { assertEquals } from "@std/assert";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { Program } from "../helpers/programs/program.ts";
import { ChatPage } from "./chat/chat_page.ts";

/** Chromium without a window: the same pages for a third less CPU. */
const HEADLESS = "/usr/bin/chromium-headless-shell";
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

function find(...places: string[]): string | undefined {
  return [Deno.env.get("CHROMIUM") ?? "", ...places].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Which Chromium a test needs: `whole` where it shows notifications. */
type Edition = "headless" | "whole";

const executables: Record<Edition, string | undefined> = {
  headless: find(HEADLESS, ...PLACES),
  whole: find(...PLACES),
};

const started = new Map<Edition, Promise<Browser>>();

function browser(edition: Edition): Promise<Browser> {
  const executablePath = executables[edition];
  const running = started.get(edition) ?? chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      // This machine under names, as if it were far away.
      "--host-resolver-rules=MAP *.test 127.0.0.1",
    ],
  });
  started.set(edition, running);
  return running;
}

Deno.test.afterAll(async () => {
  for (const running of started.values()) await (await running).close();
});

/** What a test has: a server of its own, and pages on it. */
export interface Pages {
  readonly server: Program;
  /**
   * Opens a page as if on a machine of its own.
   *
   * @param address Its address, with or without the server's.
   * @param options The size of the window, the theme and so on.
   */
  open(address: string, options?: BrowserContextOptions): Promise<Page>;
  /** Opens the chat page, and waits until one can talk. */
  chat(address: string, options?: BrowserContextOptions): Promise<ChatPage>;
}

/** Notes faults of a page that nobody would see. */
function watch(page: Page, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    // A server that is away on purpose is no fault of the page.
    if (message.type() !== "error" || /WebSocket connection/.test(text)) return;
    faults.push(text);
  });
}

/** Makes the pages of one test; what goes wrong on them is noted. */
function pagesOn(
  server: Program,
  edition: Edition,
  contexts: BrowserContext[],
  faults: string[],
): Pages {
  const open: Pages["open"] = async (address, options = {}) => {
    const context = await (await browser(edition)).newContext({
      viewport: { width: 1280, height: 800 },
      locale: "en-GB",
      // Nothing to wait for, and boxes are measured at rest.
      reducedMotion: "reduce",
      ...options,
    });
    contexts.push(context);
    const page = await context.newPage();
    // Only a machine that is busy with other things ever needs it.
    page.setDefaultTimeout(60_000);
    watch(page, faults);
    await page.goto(new URL(address, server.url).href);
    return page;
  };
  return {
    server,
    open,
    chat: async (address, options) =>
      await new ChatPage(await open(address, options)).ready(),
  };
}

/** What a test of a page can ask for. */
export interface PageTestOptions {
  /** Settings of the server. By default nobody is too fast. */
  readonly settings?: readonly string[];
  /** Faults of a page that the test is about. */
  readonly faults?: RegExp;
  /** By default `headless`. */
  readonly edition?: Edition;
}

/**
 * Registers a test with pages.
 *
 * @param name What it shows.
 * @param body The test.
 * @param options How the server is to be.
 */
export function pageTest(
  name: string,
  body: (pages: Pages) => Promise<void>,
  {
    settings = ["--rate", "0", "--byte-rate", "0"],
    faults: meant,
    edition = "headless",
  }: PageTestOptions = {},
): void {
  // Where nothing may be ignored, a missing Chromium is a failure.
  const ignore = executables[edition] === undefined &&
    Deno.env.get("CI") !== "true";
  Deno.test({
    name: ignore ? `${name} (not run: no Chromium here)` : name,
    ignore,
    // The browser outlives the tests of a file.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using server = await Program.start({
        args: ["--public-host", "hubbub.test", ...settings],
      });
      const contexts: BrowserContext[] = [];
      const faults: string[] = [];
      let hasEnded = false;
      server.ended.then(() => hasEnded = true);
      try {
        await body(pagesOn(server, edition, contexts, faults));
      } finally {
        for (const context of contexts) await context.close();
      }
      // A server that was ended breaks what the page was loading.
      const isMeant = (fault: string) =>
        meant?.test(fault) || hasEnded && /net::ERR_/.test(fault);
      assertEquals(faults.filter((fault) => !isMeant(fault)), []);
    },
  });
}
