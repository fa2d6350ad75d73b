/** The lab as a person uses it: tests on it read as what people do. */

import type { Locator, Page } from "playwright-core";

/** One client on the page, A or B. */
export class LabPane {
  readonly pane: Locator;

  constructor(page: Page, name: "A" | "B") {
    this.pane = page.locator(`[data-client="${name}"]`);
  }

  button(name: string): Locator {
    return this.pane.getByRole("button", { name, exact: true });
  }

  field(label: string | RegExp): Locator {
    return this.pane.getByLabel(label);
  }

  /** Rows with a text in them, the newest first. */
  rows(hasText = ""): Locator {
    return this.pane.locator("tr.row").filter({ hasText });
  }

  gauge(name: string): Locator {
    return this.pane.locator(`[data-gauge="${name}"]`);
  }

  /** Waits until its sentence about the connection has some words. */
  async status(words: string): Promise<void> {
    await this.pane.getByRole("status").filter({ hasText: words }).first()
      .waitFor();
  }

  /** Opens what stands behind Details. */
  async details(): Promise<void> {
    await this.pane.locator("summary").filter({ hasText: "Details" }).click();
  }

  async connect(address?: string): Promise<void> {
    if (address !== undefined) await this.field("Address").fill(address);
    await this.button("Connect").click();
    await this.status("Open");
  }

  async send(text: string): Promise<void> {
    await this.field("Text to send").fill(text);
    await this.field("Text to send").press("Enter");
  }

  /** Waits for a row that came from the other side. */
  async receives(text: string): Promise<void> {
    await this.pane.locator("tr.received").filter({ hasText: text }).first()
      .waitFor();
  }

  /** Waits until a gauge shows some words. */
  async shows(gauge: string, words: string | RegExp): Promise<void> {
    await this.gauge(gauge).filter({ hasText: words }).waitFor();
  }

  /** The states that are drawn as gone through, and the one it is in. */
  async path(): Promise<{ been: string[]; now: string[]; ways: string[] }> {
    const names = (selector: string, name: string) =>
      this.pane.locator(selector).evaluateAll(
        (elements, name) =>
          elements.map((element) => element.getAttribute(name) ?? ""),
        name,
      );
    return {
      been: await names(".node.been", "data-node"),
      now: await names(".node.now", "data-node"),
      ways: (await names(".way.taken", "data-way")).toSorted(),
    };
  }
}

/** Opens the second client. */
export async function second(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Add a second client" }).click();
  await page.locator('[data-client="B"]').waitFor();
}

/** Both clients. */
export function panes(page: Page): { a: LabPane; b: LabPane } {
  return { a: new LabPane(page, "A"), b: new LabPane(page, "B") };
}
