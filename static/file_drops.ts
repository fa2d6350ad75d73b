/** What is dropped or pasted that is no text: the page stays, and says what one
 * can do. Left to itself a browser opens a file, or a link, in its place. */

const WORDS = "Files can’t be sent here. Paste text, or a link to the file";

/** Whether an element takes what is dropped on it: text, or a chosen file. */
function takes(target: EventTarget | null, isFile: boolean): boolean {
  if (!(target instanceof Element)) return false;
  return isFile
    ? target.matches("input[type=file]")
    : target.matches("textarea, input:not([type=file])");
}

/**
 * Refuses files, and what is dropped beside a field, on the whole page.
 *
 * @param say Tells it to the reader.
 * @param words What to do with a file instead.
 */
export function refuseFiles(say: (words: string) => void, words = WORDS): void {
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
