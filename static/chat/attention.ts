/**
 * Calls for attention outside of the page's text: the title, the icon, a short
 * sound, a notice on the desktop. Each only as far as the reader wants it.
 */

import { BASE } from "../base_path.ts";
import { Chime } from "./chime.ts";
import { isolated } from "./model/chat_words.ts";

/** Shows what is unread where tabs are listed. */
export function showUnread(room: string, unread: number): void {
  document.title = `${unread > 0 ? `(${unread}) ` : ""}${
    isolated(room)
  } · Hubbub`;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const file = unread > 0 ? "icon-unread.svg" : "icon.svg";
  if (icon !== null && !icon.href.endsWith(`/${file}`)) {
    icon.href = `${BASE}assets/${file}`;
  }
}

/** Asks to be allowed to show notices; whether it is. */
export async function allowNotices(): Promise<boolean> {
  if (!("Notification" in globalThis)) return false;
  return await Notification.requestPermission() === "granted";
}

/** A notice on the desktop. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  /** The room it is about; a newer one on the same room takes its place. */
  readonly room: string;
}

/** Shows a notice; a click on it brings the page back, and opens the room. */
export function notify(
  { title, body, room }: Notice,
  open: (room: string) => void,
): void {
  if (!("Notification" in globalThis)) return;
  if (Notification.permission !== "granted") return;
  const options = { body, tag: room, icon: `${BASE}assets/icon-192.png` };
  try {
    const notice = new Notification(title, options);
    notice.addEventListener("click", () => {
      globalThis.focus();
      open(room);
      notice.close();
    });
  } catch {
    // Phones show those of service workers only.
    navigator.serviceWorker?.getRegistration().then((registration) =>
      registration?.showNotification(title, { ...options, data: room })
    );
  }
}

/** Tells which room to open when a notice is clicked that the service worker
 * shows. */
export function onNoticeClick(open: (room: string) => void): void {
  try {
    navigator.serviceWorker?.addEventListener("message", ({ data }) => {
      open(String(data));
    });
  } catch {
    // Where storage is forbidden, so are service workers.
  }
}

const sound = new Chime(
  () => {
    const context = new AudioContext();
    return {
      runs: () => context.state === "running",
      resume: () => context.resume(),
      play: () => play(context),
    };
  },
  (act) => {
    for (const event of ["pointerup", "keydown"]) {
      addEventListener(event, act, { once: true });
    }
  },
);

/** A short sound, as soon as the browser lets the page make one. */
export function chime(): void {
  sound.ring();
}

/** Two soft tones, a fifth apart. */
function play(audio: AudioContext): void {
  const start = audio.currentTime;
  for (const [pitch, delay] of [[523, 0], [784, 0.09]] as const) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start + delay);
    volume.gain.linearRampToValueAtTime(0.08, start + delay + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + delay + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + delay);
    tone.stop(start + delay + 0.4);
  }
}
