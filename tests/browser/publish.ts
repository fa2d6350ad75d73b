/** Fills rooms from outside of the browser. */

import { connect } from "../../client/hubbub.ts";

/**
 * Publishes messages, and waits until the server has all of them.
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
  const client = connect(url, { name, outboxLimit: texts.length });
  const joined = client.join(room, { limit: 0 });
  const sent = await Promise.all(
    texts.map((text) => joined.publish(text).done),
  );
  await client.close();
  for (const state of sent) {
    if (state.phase !== "sent") throw new Error(`A message is ${state.phase}`);
  }
}

/** Numbered texts, such as "message 7". */
export function numbered(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, i) => `message ${from + i}`);
}
