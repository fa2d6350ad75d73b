/** Fills rooms from outside of the browser. */

import { connect } from "../../../client/hubbub.ts";

/**
 * Publishes messages, and waits until the room has all of them.
 *
 * @param url The server's WebSocket address.
 * @param room Where.
 * @param texts What, in this order.
 * @param name Who says it.
 */
export async function publish(
  url: string,
  room: string,
  texts: readonly string[],
  name = "Robot",
): Promise<void> {
  const query = new URLSearchParams({ name, history: "0" });
  const socket = new WebSocket(`${url}/${room}?${query}`);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let came = 0;
  socket.onopen = () => texts.forEach((text) => socket.send(text));
  socket.onmessage = ({ data }) => {
    const { seq, event, message } = JSON.parse(data);
    if (event === "error") reject(new Error(message));
    // One's own come back, once they are stored.
    if (seq !== undefined && ++came === texts.length) resolve();
  };
  socket.onclose = () => reject(new Error("Closed before all were stored"));
  await promise;
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close(1000);
  await closed;
}

/** Waits until the server, which clears up when it has time, has done so: until
 * `first` is the oldest message it keeps. */
export async function cleared(
  url: string,
  room: string,
  first: number,
): Promise<void> {
  const client = connect(url, { name: "Cleaner" });
  const joined = client.join(room, { limit: 0 });
  await new Promise<void>((live) => joined.on("live", live));
  while ((await joined.history({ limit: 1 })).first < first) {
    // No faster than the server lets anybody ask.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  joined.leave();
  await client.close();
}

/** Numbered texts, such as "message 7". */
export function numbered(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, i) => `message ${from + i}`);
}
