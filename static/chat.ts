/**
 * The chat page's program: gives the model what only a browser has, and draws
 * it. The conversation is model/'s, the elements are view/'s. The bundle has
 * the styles in one file beside it, so that the page is three requests.
 */

import "./tokens.css";
import "./base.css";
import "./chat/styles/sides.css";
import "./chat/styles/conversation.css";
import "./chat/styles/layout.css";
import "./chat/styles/timeline.css";
import "./chat/styles/line.css";
import "./chat/styles/dialogs.css";
import "./chat/styles/touch.css";
import "./chat/styles/forced.css";
import { h, render } from "preact";
import { userOf } from "../client/connection/access_token.ts";
import { type Client, connect, type Unauthorized } from "../client/hubbub.ts";
import { chime, notify, onNoticeClick, showUnread } from "./chat/attention.ts";
import { Entry, takeToken } from "./chat/sign_in.ts";
import { HOME, STORAGE_PREFIX } from "./base_path.ts";
import { linkTo, LOBBY, readAddress, socketUrl } from "./chat/model/address.ts";
import { Announcer } from "./chat/model/announcer.ts";
import { ChatModel, type Shell } from "./chat/model/chat_model.ts";
import { Memory } from "./chat/model/browser_storage.ts";
import { keepPage } from "./chat/keep_page.ts";
import {
  claimTab,
  keepGuest,
  keepName,
  keepToken,
  keptGuest,
  keptName,
  keptToken,
  leaveTab,
} from "./chat/tab_leader.ts";
import { App } from "./chat/view/app.tsx";
import type { LineActions } from "./chat/view/message_row.tsx";
import { TokenForm } from "./chat/view/token_form.tsx";

const memory = new Memory(localStorage, STORAGE_PREFIX);
const page = document.getElementById("page") as HTMLElement;
const announcer = new Announcer();
let announcement = "";

/** A server on this machine is there without a network. */
const LOCAL = /^(localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname);

/** Draws at most once a frame; a hidden page has no frames, but a title. */
function scheduler(draw: () => void): () => void {
  let scheduled = false;
  return () => {
    if (scheduled) return;
    scheduled = true;
    const run = () => {
      scheduled = false;
      draw();
    };
    if (document.hidden) setTimeout(run);
    else requestAnimationFrame(run);
  };
}

async function copy(chat: ChatModel, text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text);
    chat.confirm(what);
  } catch {
    chat.say(
      `This browser does not let the page copy. Copy it yourself: ${text}`,
    );
  }
}

function actionsOf(chat: ChatModel): LineActions {
  return {
    copy: ({ text }) => copy(chat, text, "Message copied"),
    copyLink: ({ seq }) => {
      const { name = "" } = chat.current ?? {};
      copy(
        chat,
        linkTo(HOME, name, seq),
        "Link to the message copied",
      );
    },
    retry: ({ cid = "" }) => chat.current?.room.retry(cid),
    discard: ({ cid = "" }) => chat.current?.discard(cid),
    moderate: (line) => {
      const room = chat.current;
      if (room) chat.consider({ room, name: line.from, line });
    },
  };
}

/** Shows what the address says, now and when it changes. */
async function follow(chat: ChatModel): Promise<void> {
  const { room, seq } = readAddress(location.href);
  const open = chat.open(room);
  if (seq === undefined) return;
  if (!open.live) {
    await new Promise<void>((live) => open.room.on("live", () => live()));
  }
  if (!await open.window.jump(seq)) {
    chat.say(`Message ${seq} is not in ${room}, or no longer kept`);
  }
}

function start(client: Client): void {
  const looking = () => !document.hidden && document.hasFocus();
  const shell: Shell = {
    now: Date.now,
    monotonic: () => performance.now(),
    changed: scheduler(() => draw()),
    later: (ms) => setTimeout(() => shell.changed(), ms + 1),
    opened(room) {
      if (readAddress(location.href).room === room) return;
      history.pushState(null, "", linkTo(HOME, room));
    },
    announce({ from, text }) {
      if (!announcer.arrived(from, text)) return;
      setTimeout(() => {
        announcement = announcer.speak();
        shell.changed();
      }, Announcer.PAUSE_MS);
    },
    attend(room, { from, text }, mentioned) {
      const { sound, notices } = chat.preferences;
      const wanted = (level: string) =>
        level === "all" || (level === "mentions" && mentioned);
      if (wanted(sound)) chime();
      if (wanted(notices) && !looking()) {
        const title = `${from} in ${room.name}`;
        notify({ title, body: text, room: room.name }, openRoom);
      }
    },
  };
  const chat = new ChatModel(client, memory, shell);
  const openRoom = (room: string) => chat.open(room);
  onNoticeClick(openRoom);
  const actions = actionsOf(chat);
  /** Loads the page for another person: nothing of the one before is sent, or
   * shown as the other's. */
  const startAnew = (token: string) => {
    void client.close();
    leaveTab();
    memory.name = undefined;
    memory.belongTo(userOf(token));
    keepToken(token);
    location.reload();
  };
  /** What the server has against the token, until it takes one. */
  let refusal: Unauthorized | undefined;
  const authorize = (token: string) => {
    client.authorize(token).then(() => keepToken(token), (error) => {
      if (error.code === "somebody_else") startAnew(token);
      // Else the form says it.
      else if (client.state.phase === "open") chat.say(error.message);
    });
  };
  client.on("state", (state) => {
    if (state.phase === "connecting") return;
    refusal = state.phase === "unauthorized" ? state : undefined;
    if (refusal !== undefined) keepToken(undefined);
  });
  const draw = () => {
    showUnread(chat.current?.name ?? "", chat.unread);
    if (refusal !== undefined) {
      const busy = client.state.phase === "connecting";
      render(h(TokenForm, { refusal, busy, enter: authorize }), page);
      return;
    }
    render(
      h(App, {
        chat,
        actions,
        announcement,
        online: LOCAL || navigator.onLine,
        looking: looking(),
        copy: (text, what) => copy(chat, text, what),
      }),
      page,
    );
  };
  chat.restore(memory.rooms);
  const go = () => {
    // A server refuses the token of another user; a guest could be anybody.
    const isGuest = refusal === undefined && keptToken() === undefined;
    const { name } = client;
    const token = takeToken(isGuest && name ? { name } : {});
    if (token !== undefined) authorize(token);
    follow(chat).catch(({ message }) => {
      chat.open(LOBBY);
      chat.say(message);
    });
  };
  go();

  addEventListener("popstate", go);
  for (const event of ["focus", "blur", "online", "offline"]) {
    addEventListener(event, shell.changed);
  }
  // The connection may have died unnoticed, or the network come back.
  for (const event of ["online", "offline", "pageshow"]) {
    addEventListener(event, () => client.reconnectNow());
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) memory.flush();
    else client.reconnectNow();
    shell.changed();
  });
  addEventListener("pagehide", () => memory.flush());
  // "Yesterday" comes without an event.
  setInterval(shell.changed, 60_000);
}

async function main(): Promise<void> {
  const entry = new Entry(page, memory.name);
  // Without one it may be that of before which has expired.
  if (entry.token !== undefined) memory.belongTo(userOf(entry.token));
  const { name: asked } = readAddress(location.href);
  const outbox = await claimTab(asked ?? memory.name);
  let name = await entry.findName(memory.name);
  for (;;) {
    try {
      const { token } = entry;
      const guest = keptGuest(name);
      const client = connect(socketUrl(HOME, "/ws"), {
        ...(name !== "" && { name }),
        ...(guest !== undefined && { guest }),
        ...(token !== undefined && { auth: token }),
        outbox,
      });
      if (keptName(asked) === undefined && name !== "") memory.name = name;
      const keep = ({ name }: { name: string }) => {
        keepName(asked, name);
        keepGuest(name, client.guest);
      };
      client.on("welcome", keep);
      client.on("name", keep);
      entry.close();
      start(client);
      return;
    } catch (error) {
      name = await entry.askName((error as Error).message);
    }
  }
}

main();
keepPage();
