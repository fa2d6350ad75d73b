/**
 * Keeping order in a room: asks for it, and says in words what came of it. Who
 * may ask for what is the server's to know.
 */

import { words } from "../../words/chat_catalogue.ts";
import { doneWords } from "./error_words.ts";
import { isolated, nameWords } from "./chat_words.ts";
import type { Moderation, Room } from "../../../client/hubbub.ts";

/** What can be asked for in one room; each rejects with why it was not done. */
export class ModerationRequests {
  readonly #room: Pick<Room, "moderate">;

  constructor(room: Pick<Room, "moderate">) {
    this.#room = room;
  }

  /** Takes a message's text away, for everybody. */
  async remove(seq: number): Promise<string> {
    await this.#room.moderate({ type: "remove", seq });
    return words.removedMessage;
  }

  /** Sends somebody away. */
  async kick(name: string, reason: string): Promise<string> {
    const done = await this.#room.moderate({
      type: "kick",
      name,
      ...(reason !== "" && { reason }),
    });
    return doneWords(done, words.removedPerson(isolated(nameWords(name))));
  }

  /** Keeps somebody out for a time. */
  async ban(
    name: string,
    { forMs, reason, withAddress }: {
      forMs: number;
      reason: string;
      withAddress: boolean;
    },
  ): Promise<string> {
    const done = await this.#room.moderate({
      type: "ban",
      name,
      forMs,
      withAddress,
      ...(reason !== "" && { reason }),
    });
    return doneWords(done, words.banned(isolated(nameWords(name)), forMs));
  }

  /** Ends a ban. */
  async unban(request: Moderation, subject: string): Promise<string> {
    const done = await this.#room.moderate(request);
    return doneWords(done, words.unbanned(isolated(nameWords(subject))));
  }

  /** Lets moderators alone write, or everybody again. */
  async lock(locked: boolean): Promise<string> {
    await this.#room.moderate({ type: "lock", locked });
    return locked ? words.roomLocked : words.roomUnlocked;
  }

  /** Lets everybody write once in a while; 0: at any time. */
  async slow(everyMs: number): Promise<string> {
    await this.#room.moderate({ type: "slow", everyMs });
    return everyMs > 0 ? words.slowModeOn : words.slowModeOff;
  }

  /** Says something to all that is shown as something special. */
  async announce(text: string): Promise<string> {
    await this.#room.moderate({ type: "announce", text });
    return words.announced;
  }
}
