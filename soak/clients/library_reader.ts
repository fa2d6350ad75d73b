/**
 * What a user of the client library sees of one room, in the words of the truth
 * checker. Used in the soak's own process, and in those of its own that get
 * stopped.
 */

import type { Client, Room } from "../../client/hubbub.ts";
import { tokenOf } from "../texts.ts";
import type { Delivery, Join } from "../checks/delivery_check.ts";

/** Everything that a reader with the client library can tell. */
export type Told =
  | { readonly is: "joined"; readonly join: Join }
  | {
    readonly is: "delivered";
    readonly delivery: Delivery;
    readonly at: number;
  }
  | { readonly is: "gap"; readonly from: number; readonly to: number }
  | { readonly is: "acked"; readonly seq: number; readonly text: string }
  | { readonly is: "here"; readonly name: string | undefined }
  | { readonly is: "wrong"; readonly what: string };

/** One room, read and written with the client library. */
export class LibraryReader {
  readonly #room: Room;
  readonly #tell: (told: Told) => void;
  readonly #limit: number;
  #cursor: { epoch: string; seq: number } | undefined;

  /**
   * Joins.
   *
   * @param client Connected or connecting.
   * @param options Which room, how many messages to replay at first, and whom
   * to tell.
   */
  constructor(
    client: Client,
    { room, limit, tell }: {
      room: string;
      limit: number;
      tell: (told: Told) => void;
    },
  ) {
    this.#room = client.join(room, { limit });
    this.#tell = tell;
    this.#limit = limit;
    client.on("state", ({ phase }) => {
      if (phase !== "open") tell({ is: "here", name: undefined });
      if (phase === "closed" && client.state.phase === "closed") {
        const { why, code, reason } = client.state;
        if (why === "asked") return;
        tell({ is: "wrong", what: `${why} with ${code} ${reason}` });
      }
    });
    client.on("error", ({ code, message, retryable }) => {
      if (!retryable) tell({ is: "wrong", what: `told ${code}: ${message}` });
    });
    this.#listen(client);
  }

  publish(text: string): void {
    this.#room.publish(text).done.then((state) => {
      if (state.phase === "sent") {
        this.#tell({ is: "acked", seq: state.seq, text: tokenOf(text) });
      } else if (state.phase === "failed" && state.error.code !== "closed") {
        const what = `could not publish: ${state.error.message}`;
        this.#tell({ is: "wrong", what });
      }
    });
  }

  #listen(client: Client): void {
    const room = this.#room;
    room.on("joined", ({ recovered, missed, after, head }) => {
      const epoch = room.cursor?.epoch ?? "";
      const since = this.#cursor;
      const limit = this.#limit;
      const name = room.name;
      this.#tell({
        is: "joined",
        join: {
          room: name,
          epoch,
          since,
          limit,
          after,
          head,
          recovered,
          missed,
        },
      });
      this.#cursor = { epoch, seq: after };
      this.#tell({ is: "here", name: client.name });
    });
    room.on("message", ({ seq, text, at, replay }) => {
      this.#cursor = { epoch: this.#cursor?.epoch ?? "", seq };
      const delivery = { room: room.name, seq, text: tokenOf(text), replay };
      this.#tell({ is: "delivered", delivery, at });
    });
    room.on("gap", ({ from, to }) => {
      this.#cursor = { epoch: this.#cursor?.epoch ?? "", seq: to };
      this.#tell({ is: "gap", from, to });
    });
    room.on(
      "refused",
      ({ message }) =>
        this.#tell({ is: "wrong", what: `could not join: ${message}` }),
    );
  }
}
