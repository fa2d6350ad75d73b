/**
 * Calls for attention outside of the page's text: the title, the icon, a short
 * sound, a notice on the desktop. Each only as far as the reader wants it.
 */

/** Shows what is unread where tabs are listed. */
export function showUnread(room: string, unread: number): void {
  document.title = `${unread > 0 ? `(${unread}) ` : ""}${room} · Hubbub`;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const file = unread > 0 ? "icon-unread.svg" : "icon.svg";
  if (icon !== null && !icon.href.endsWith(`/${file}`)) {
    icon.href = `/assets/${file}`;
  }
}

/** Asks to be allowed to show notices; whether it is. */
export async function allowNotices(): Promise<boolean> {
  if (!("Notification" in globalThis)) return false;
  return await Notification.requestPermission() === "granted";
}

/** Shows a notice; a click on it brings the page back. */
export function notify(
  title: string,
  body: string,
  { tag, onClick }: { tag: string; onClick: () => void },
): void {
  if (!("Notification" in globalThis)) return;
  if (Notification.permission !== "granted") return;
  try {
    const notice = new Notification(title, {
      body,
      tag,
      icon: "/assets/icon-192.png",
    });
    notice.addEventListener("click", () => {
      globalThis.focus();
      onClick();
      notice.close();
    });
  } catch {
    // Android shows notices from service workers only.
  }
}

let audio: AudioContext | undefined;

/** Two soft tones, a fifth apart. Browsers are silent before a first touch. */
export function chime(): void {
  audio ??= new AudioContext();
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
