/** The number of unread messages of a room, in lists of rooms. */

import { words } from "../../words/chat_catalogue.ts";

/** Shows the number; nothing for none. `mentioned`: one mentions the user. */
export function UnreadCount(
  { unread, mentioned }: {
    readonly unread: number;
    readonly mentioned: boolean;
  },
) {
  if (unread === 0) return null;
  return (
    <span class={mentioned ? "count mentioned" : "count"}>
      {unread > 999 ? "999+" : unread}
      <span class="visually-hidden">
        {` ${words.newMessagesNoun(unread)}`}
        {mentioned && words.youWereMentioned}
      </span>
    </span>
  );
}
