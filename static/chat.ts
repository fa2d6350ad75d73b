/**
 * The chat page's program: gives the model what only a browser has, and draws
 * it. The conversation is model/'s, the elements are view/'s. The bundle has
 * the styles in one file beside it, so that the page is three requests.
 */

import "./tokens.css";
import "./base.css";
import "./chat/styles/sides.css";
import "./chat/styles/conversation.css";
import "./chat/styles/composer_lists.css";
import "./chat/styles/layout.css";
import "./chat/styles/timeline.css";
import "./chat/styles/line.css";
import "./chat/styles/dialogs.css";
import "./chat/styles/finder.css";
import "./chat/styles/touch.css";
import "./chat/styles/forced.css";
import { h, render } from "preact";
import { type Client, connect, type Unauthorized } from "../client/hubbub.ts";
import { plainText } from "./chat/model/format.ts";
import { chime, notify, onNoticeClick, showUnread } from "./chat/attention.ts";
import { Entry, mayTake, takeToken } from "./chat/sign_in.ts";
import { HOME, STORAGE_PREFIX } from "./base_path.ts";
import {
  linkTo,
  LOBBY,
  personIn,
  readAddress,
  socketUrl,
} from "./chat/model/address.ts";
import { isolated, senderWords } from "./chat/model/chat_words.ts";
import type { ListedBan } from "./chat/model/bans.ts";
import { Announcer } from "./chat/model/announcer.ts";
import { ChatModel, type Shell } from "./chat/model/chat_model.ts";
import {
  type DirectoryPage,
  RoomDirectory,
} from "./chat/model/room_directory.ts";
import { Memory } from "./chat/model/browser_storage.ts";
import { isWanted } from "./chat/model/room_attention.ts";
import { checkBuild } from "./build_check.ts";
import { words } from "./words/chat_catalogue.ts";
import { errorWords } from "./chat/model/error_words.ts";
import { refuseFiles } from "./file_drops.ts";
import { keepPage } from "./chat/keep_page.ts";
import { type Person, Persons } from "./chat/model/persons.ts";
import { storageOr } from "./chat/browser_stores.ts";
import { browserLocks } from "./chat/browser_locks.ts";
import { Tab } from "./chat/tab_storage.ts";
import { App } from "./chat/view/app.tsx";
import type { LineActions } from "./chat/view/message_row.tsx";
import { TokenForm } from "./chat/view/token_form.tsx";

const makeId = () => crypto.getRandomValues(new Uint32Array(2)).join("-");
const shared = storageOr(() => localStorage);
const memory = new Memory(shared, STORAGE_PREFIX);
const persons = new Persons(shared, STORAGE_PREFIX, makeId);
const tab = new Tab(
  shared,
  storageOr(() => sessionStorage),
  STORAGE_PREFIX,
  browserLocks,
  makeId,
);
const page = document.getElementById("page") as HTMLElement;
const announcer = new Announcer();
let announcement = "";

/** A server on this machine is there without a network. */
const LOCAL = /^(localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname);

/** Reads a resource of the HTTP API, by its address from the page's. */
async function readApi<Resource>(address: string): Promise<Resource> {
  const { token } = tab;
  const response = await fetch(new URL(address, HOME), {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  if (!response.ok) {
    throw new Error(`The API answered with status ${response.status}`);
  }
  return await response.json();
}

/** Reads the bans of a room, as a moderator. */
async function readBans(room: string): Promise<readonly ListedBan[]> {
  const address = `./api/rooms/${encodeURIComponent(room)}/bans`;
  return (await readApi<{ bans: ListedBan[] }>(address)).bans;
}

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
    chat.say(words.copyItYourself(text));
  }
}

function actionsOf(chat: ChatModel): LineActions {
  return {
    copy: ({ text }) => copy(chat, text, words.messageCopied),
    copyLink: ({ seq }) => {
      const { name = "" } = chat.current ?? {};
      copy(
        chat,
        linkTo(HOME, name, seq),
        words.messageLinkCopied,
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
async function follow(chat: ChatModel, isReturn: boolean): Promise<void> {
  const { room, seq } = readAddress(location.href);
  const open = isReturn ? chat.goBackTo(room) : chat.open(room);
  if (!chat.has(room)) {
    history.replaceState(null, "", linkTo(HOME, open.name));
    return;
  }
  if (seq === undefined) return;
  if (!open.live) {
    await new Promise<void>((live) => open.room.on("live", () => live()));
  }
  if (!await open.window.jump(seq)) {
    chat.say(words.noSuchMessage(seq, isolated(room)));
  }
}

function start(client: Client, person: Person): ChatModel {
  const looking = () => !document.hidden && document.hasFocus();
  const shell: Shell = {
    now: Date.now,
    monotonic: () => performance.now(),
    changed: scheduler(() => draw()),
    later(ms, act) {
      setTimeout(() => {
        act?.();
        shell.changed();
      }, ms + 1);
    },
    opened(room) {
      const { room: before } = readAddress(location.href);
      if (before === room) return;
      // Back does not lead to a room that was left.
      if (chat.has(before)) history.pushState(null, "", linkTo(HOME, room));
      else history.replaceState(null, "", linkTo(HOME, room));
    },
    announce(message) {
      const from = senderWords(message);
      if (!announcer.arrived(from, plainText(message.text))) return;
      setTimeout(() => {
        announcement = announcer.speak();
        shell.changed();
      }, Announcer.PAUSE_MS);
    },
    attend(room, message, mentioned) {
      const { sound, notices } = chat.attentionIn(room);
      if (isWanted(sound, mentioned)) chime();
      if (isWanted(notices, mentioned) && !looking()) {
        const sender = isolated(senderWords(message));
        const title = words.senderInRoom(sender, isolated(room.name));
        const body = plainText(message.text);
        notify({ title, body, room: room.name }, openRoom);
      }
    },
  };
  const chat = new ChatModel(client, memory, shell);
  const openRoom = (room: string) => chat.open(room);
  onNoticeClick(openRoom);
  const actions = actionsOf(chat);
  const directory = new RoomDirectory(readApi<DirectoryPage>, shell.changed);
  /** Loads the page for another person, or for a guest. What this one has
   * written stays in the browser until it is back. */
  const startAnew = (token: string | undefined, key?: string) => {
    void client.close();
    memory.flush();
    tab.leave();
    tab.token = token;
    // A name that was just asked for need not be asked for again.
    if (isNobody() && client.name !== undefined) {
      tab.keepName(readAddress(location.href).name, client.name, key);
    }
    location.reload();
  };
  /** What the server has against the token, until it takes one. */
  let refusal: Unauthorized | undefined;
  /** Whether this is a guest that was never in. */
  const isNobody = () =>
    person.isGuest && person.secret === undefined &&
    client.session === undefined;
  const authorize = (token: string) => {
    const now = isNobody() ? {} : { token: tab.token, name: client.name };
    if (!mayTake(token, now)) return;
    const key = personIn(token);
    if (key !== undefined && key !== person.key) {
      startAnew(token, key);
      return;
    }
    client.authorize(token).then(() => tab.token = token, (error) => {
      if (error.code === "somebody_else") startAnew(token);
      // Else the form says it.
      else if (client.state.phase === "open") chat.say(errorWords(error));
    });
  };
  client.on("state", (state) => {
    if (state.phase === "connecting") return;
    refusal = state.phase === "unauthorized" ? state : undefined;
  });
  const draw = () => {
    showUnread(chat.current?.name ?? "", chat.unread);
    if (refusal !== undefined) {
      const busy = client.state.phase === "connecting";
      const enterAsGuest = () => startAnew(undefined);
      render(
        h(TokenForm, { refusal, busy, enter: authorize, enterAsGuest }),
        page,
      );
      return;
    }
    render(
      h(App, {
        chat,
        directory,
        actions,
        readBans,
        announcement,
        online: LOCAL || navigator.onLine,
        looking: looking(),
        copy: (text, what) => copy(chat, text, what),
      }),
      page,
    );
  };
  chat.restore(memory.rooms);
  const go = (isReturn: boolean) => {
    const token = takeToken({});
    if (token !== undefined) authorize(token);
    follow(chat, isReturn).catch((error) => {
      chat.open(LOBBY);
      chat.say(errorWords(error));
    });
  };
  go(false);

  addEventListener("popstate", () => go(true));
  for (const event of ["focus", "blur", "online", "offline"]) {
    addEventListener(event, shell.changed);
  }
  // The connection may have died unnoticed, or the network come back.
  for (const event of ["online", "offline", "pageshow"]) {
    addEventListener(event, () => client.reconnectNow());
  }
  // A page that was kept for Back gets no storage events meanwhile.
  addEventListener("pageshow", () => chat.followOtherTabs());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) memory.flush();
    else {
      client.reconnectNow();
      chat.returnToRooms();
    }
    shell.changed();
  });
  addEventListener("pagehide", () => memory.flush());
  addEventListener("storage", (event) => {
    const { key, oldValue } = event as StorageEvent;
    if (key !== null) chat.changedElsewhere(key, oldValue);
  });
  refuseFiles((hint) => chat.say(hint), words.noFiles);
  // "Yesterday" comes without an event.
  setInterval(shell.changed, 60_000);
  return chat;
}

async function main(): Promise<void> {
  const build = checkBuild(`${STORAGE_PREFIX}build`);
  if (build === "reloading") return;
  const entry = new Entry(page, tab, memory);
  const { name: asked } = readAddress(location.href);
  const person = await entry.findPerson(persons);
  const { name, secret } = person;
  const { token, user } = entry;
  const client = connect(socketUrl(HOME, "/ws"), {
    ...(name !== "" && { name }),
    ...(secret !== undefined && { guest: secret }),
    ...(token !== undefined && { auth: token }),
    outbox: await tab.claim(person),
  });
  if (tab.keptName(asked, user) === undefined && name !== "") {
    memory.name = name;
  }
  const keep = ({ name }: { name: string }) => {
    tab.keepName(asked, name, user);
    persons.keep(person, name, client.guest);
  };
  client.on("welcome", keep);
  client.on("name", keep);
  entry.close();
  const chat = start(client, person);
  if (build === "mixed") chat.say(words.twoBuilds);
}

/** A page that cannot start says so; nothing else would be on it. */
main().catch((error: unknown) => {
  console.error(error);
  page.textContent = words.couldNotStart;
});
keepPage();
