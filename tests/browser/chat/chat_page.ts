/** The chat page as a person uses it: tests on it read as what people do. */

import type { Locator, Page } from "playwright-core";

/** Opens rooms, reads and writes on one page. */
export class ChatPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get field(): Locator {
    return this.page.getByRole("textbox", { name: /^Message to/ });
  }

  get lines(): Locator {
    return this.page.locator(".line");
  }

  /** Lines with a text in them. */
  line(text: string): Locator {
    return this.lines.filter({ hasText: text });
  }

  /** A room in the list. */
  room(name: string): Locator {
    return this.page.locator(".rooms li").filter({
      has: this.page.getByText(name, { exact: true }),
    });
  }

  /** Waits until one can talk. */
  async ready(): Promise<this> {
    await this.state("Connected");
    await this.field.waitFor();
    return this;
  }

  /** Waits for the connection's state, in words. */
  async state(word: string): Promise<void> {
    await this.page.locator(".state").filter({ hasText: word }).waitFor();
  }

  /** Writes and sends. */
  async say(text: string): Promise<void> {
    await this.field.fill(text);
    // Under fingers Enter alone breaks the line.
    await this.field.press("Control+Enter");
  }

  /** Waits until a message is on the page, sent. */
  async sees(text: string): Promise<void> {
    await this.page.locator(".line.sent").filter({ hasText: text }).first()
      .waitFor();
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string): Promise<void> {
    // As a function: a string would be evaluated again and again in the page,
    // which its Content-Security-Policy forbids.
    await this.page.waitForFunction(
      new Function(`return ${expression}`) as () => unknown,
    );
  }

  /** The value of an expression in the page. */
  value<T>(expression: string): Promise<T> {
    return this.page.evaluate(expression) as Promise<T>;
  }

  /** Goes into a room by the field at the side. */
  async join(room: string): Promise<void> {
    const field = this.page.getByLabel("Join or create a room");
    await field.fill(room);
    await field.press("Enter");
    await this.page.getByRole("heading", { name: room, level: 1 }).waitFor();
  }

  /** Scrolls the conversation, in pixels from its top, and waits until the
   * page knows of it. */
  async scrollTo(top: number): Promise<void> {
    await this.value(`new Promise((known) => {
      const scroller = document.querySelector(".scroller");
      const before = scroller.scrollTop;
      scroller.addEventListener("scroll", () => known(), { once: true });
      scroller.scrollTop = ${top};
      if (scroller.scrollTop === before) known();
    })`);
  }
}

/** Whether the conversation is at its end. */
export const AT_BOTTOM = `(() => {
  const { scrollTop, scrollHeight, clientHeight } =
    document.querySelector(".scroller");
  return scrollHeight - scrollTop - clientHeight < 2;
})()`;

/** Chooses when to be called, in the settings. */
export async function choose(
  { page }: ChatPage,
  what: string,
  when: string,
): Promise<void> {
  await page.getByRole("button", { name: /, settings$/ }).click();
  await page.getByRole("combobox", { name: what, exact: true })
    .selectOption(when);
  await page.keyboard.press("Escape");
}

/** Lets a page believe that one looks elsewhere; the titles of the notices it
 * shows are in `notices` there. */
export async function lookElsewhere(chat: ChatPage): Promise<void> {
  await chat.value(`
    globalThis.notices = [];
    globalThis.Notification = class extends EventTarget {
      static permission = "granted";
      static requestPermission = () => Promise.resolve("granted");
      constructor(title) { super(); notices.push(title); }
    };
    document.hasFocus = () => false;
  `);
}
