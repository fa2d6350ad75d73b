/**
 * The script of the page `/lessons`: adds the buttons Run and Copy, and says
 * what to do with a file that is dropped. The page itself is made by the server
 * and can be read without this.
 */

import { refuseFiles } from "./file_drops.ts";
import { words } from "./words/lessons_catalogue.ts";
import { addCopyButton } from "./lessons/view/copy_button.ts";
import { addRunButton } from "./lessons/view/run_button.ts";

const status = document.createElement("p");
status.className = "visually-hidden";
status.setAttribute("role", "status");
document.querySelector("main")?.append(status);

const notice = document.createElement("p");
notice.className = "notice";
notice.setAttribute("role", "alert");
document.querySelector("main")?.append(notice);

for (const article of document.querySelectorAll("article")) {
  const title = article.querySelector("h3")?.textContent ?? "";
  const place = article.querySelector<HTMLElement>(".run");
  if (place !== null) addRunButton(place, title);
  for (const part of article.querySelectorAll(".code > div")) {
    const side = part.querySelector("h4")?.textContent ?? "";
    for (const details of part.querySelectorAll("details")) {
      const summary = details.querySelector("summary");
      const block = details.querySelector("pre");
      if (summary === null || block === null) continue;
      addCopyButton(summary, {
        block,
        name: `${title}, ${side.toLowerCase()}, ${summary.textContent?.trim()}`,
        announce: (text) => status.textContent = text,
      });
    }
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;
refuseFiles((hint) => {
  notice.textContent = hint;
  clearTimeout(timer);
  timer = setTimeout(() => notice.textContent = "", 8_000);
}, words.noFiles);
