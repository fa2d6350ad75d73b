/** A button that copies code. */

import { words } from "../../words/lessons_catalogue.ts";

/** Time that a button shows its result, in milliseconds. */
const SHOWN_MS = 2_000;

/** What a button copies. */
export interface CopyOptions {
  /** The `pre` element. */
  readonly block: HTMLElement;
  /** Names the code to assistive technology, such as `Echo, Python`. */
  readonly name: string;
  /** Says the result to assistive technology. */
  readonly announce: (text: string) => void;
}

/**
 * Adds a button for a block of code.
 *
 * @param place The element after which it comes.
 * @param options What it copies.
 */
export function addCopyButton(
  place: HTMLElement,
  { block, name, announce }: CopyOptions,
): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = words.copy;
  button.setAttribute("aria-label", words.copyWhat(name));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (text: string) => {
    button.textContent = text;
    announce(text);
    clearTimeout(timer);
    timer = setTimeout(() => button.textContent = words.copy, SHOWN_MS);
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent ?? "");
      show(words.copied);
    } catch {
      // Without https or permission: select it, so that the keyboard copies.
      getSelection()?.selectAllChildren(block);
      show(words.selected);
    }
  });
  place.after(button);
}
