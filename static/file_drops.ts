/** Rejects files that are dropped on a page or pasted, with a hint. By default
 * a browser replaces the page with a dropped file or link. */

/** Returns whether an element accepts a drop: text, or a file. */
function takes(target: EventTarget | null, isFile: boolean): boolean {
  if (!(target instanceof Element)) return false;
  return isFile
    ? target.matches("input[type=file]")
    : target.matches("textarea, input:not([type=file])");
}

/**
 * Rejects files, and drops outside of fields, on the whole page.
 *
 * @param say Shows the hint.
 * @param words The hint: what to do with a file instead.
 */
export function refuseFiles(say: (words: string) => void, words: string): void {
  const isFile = ({ dataTransfer }: DragEvent) =>
    dataTransfer?.types.includes("Files") === true;
  document.addEventListener("dragover", (event) => {
    if (takes(event.target, isFile(event))) return;
    event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (takes(event.target, isFile(event))) return;
    event.preventDefault();
    if (isFile(event)) say(words);
  });
  document.addEventListener("paste", ({ clipboardData, target }) => {
    if (clipboardData === null || takes(target, true)) return;
    const hasText = clipboardData.types.includes("text/plain");
    if (clipboardData.files.length > 0 && !hasText) say(words);
  });
}
