/** A button that runs a lesson's client, with the result below it. */

import {
  react,
  type SampleEvent,
  type SampleLine,
  type SampleTask,
} from "../model/sample_run.ts";

import { words } from "../../words/lessons_catalogue.ts";

/** The most lines of a result; others may talk in a lesson. */
const MOST_LINES = 200;

const SIDES: Readonly<Record<SampleLine["by"], string>> = {
  client: words.you,
  server: words.server,
  page: "",
};

/**
 * Adds the button.
 *
 * @param place The element for it, with the task as JSON in `data-run`.
 * @param name The lesson's title.
 */
export function addRunButton(place: HTMLElement, name: string): void {
  const task: SampleTask = JSON.parse(place.dataset.run ?? "");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "primary";
  const list = document.createElement("ol");
  const log = document.createElement("div");
  log.setAttribute("role", "log");
  log.setAttribute("aria-label", words.resultOf(name));
  log.append(list);
  place.append(button, log);

  let socket: WebSocket | undefined;
  const showState = () => {
    const label = socket !== undefined
      ? words.close
      : list.hasChildNodes()
      ? words.runAgain
      : words.run;
    button.textContent = label;
    button.setAttribute("aria-label", words.doWhat(label, name));
  };
  button.addEventListener("click", () => {
    if (socket !== undefined) return socket.close(1000);
    list.replaceChildren();
    socket = run(task, {
      line: (line, ms) => {
        list.append(lineElement(line, ms));
        while (list.childElementCount > MOST_LINES) list.firstChild?.remove();
        list.scrollTop = list.scrollHeight;
      },
      ended() {
        socket = undefined;
        showState();
      },
    });
    showState();
  });
  showState();
}

interface Shell {
  /** Called with each line and the milliseconds since the start. */
  readonly line: (line: SampleLine, ms: number) => void;
  readonly ended: () => void;
}

function run(task: SampleTask, { line, ended }: Shell): WebSocket {
  const number = Math.floor(Math.random() * 1000);
  const start = performance.now();
  const socket = new WebSocket(task.url);
  let wasOpen = false;
  const happened = (event: SampleEvent) => {
    const { lines, sends, closes } = react(task, event, number);
    const ms = performance.now() - start;
    for (const each of lines) line(each, ms);
    for (const text of sends) socket.send(text);
    if (closes) socket.close(1000);
  };
  socket.onopen = () => {
    wasOpen = true;
    happened({ kind: "opened" });
  };
  socket.onmessage = ({ data }) => happened({ kind: "received", data });
  socket.onclose = ({ code, reason }) => {
    happened({ kind: "closed", code, reason, wasOpen });
    ended();
  };
  return socket;
}

function lineElement({ by, isMessage, text }: SampleLine, ms: number) {
  const item = document.createElement("li");
  item.className = by;
  const side = document.createElement("span");
  side.textContent = SIDES[by];
  const what = document.createElement(isMessage ? "code" : "em");
  what.textContent = text;
  what.dir = "auto";
  const time = document.createElement("time");
  time.textContent = `${Math.round(ms)} ms`;
  item.append(side, what, time);
  return item;
}
