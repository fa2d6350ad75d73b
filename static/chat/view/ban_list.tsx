/** The bans of a room, each with a button that ends it. */

import { useEffect, useState } from "preact/hooks";
import { words } from "../../words/chat_catalogue.ts";
import { bannedSubject, type ListedBan, unbanRequest } from "../model/bans.ts";
import { isolated } from "../model/chat_words.ts";
import type { RoomModel } from "../model/room_model.ts";
import { moment } from "../model/times.ts";
import { Words } from "./sentence.tsx";

/** Reads the bans of a room. */
export type ReadBans = (room: string) => Promise<readonly ListedBan[]>;

/** The list. */
export function BanList({ room, readBans, act }: {
  room: RoomModel;
  readBans: ReadBans;
  /** Does something, and says what came of it. */
  act: (act: () => Promise<string>) => void;
}) {
  const [bans, setBans] = useState<readonly ListedBan[]>();
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    return readBans(room.name).then(setBans, () => setFailed(true));
  };
  useEffect(() => void load(), [room]);
  return (
    <section class="act">
      <h3>{words.bans}</h3>
      {failed && (
        <p class="problem" role="alert">
          {words.bansFailed}{" "}
          <button type="button" class="secondary" onClick={load}>
            {words.tryAgain}
          </button>
        </p>
      )}
      {bans?.length === 0 && <p class="hint">{words.nobodyBanned}</p>}
      <ul class="bans">
        {bans?.map((ban) => {
          const subject = bannedSubject(ban);
          const request = unbanRequest(ban);
          const { kind, by, until, reason } = ban;
          const when = moment(until, Date.now());
          return (
            <li key={`${kind} ${ban.room} ${subject} ${until}`}>
              <div>
                <bdi title={subject}>{subject ?? words.hiddenAddress}</bdi>
                <p class="hint">
                  <Words
                    sentence={kind === "ban"
                      ? words.bannedUntil(by, when)
                      : words.kickedUntil(by, when)}
                  />
                  {ban.room === "*" && ` · ${words.wholeServer}`}
                  {reason !== undefined && (
                    <>
                      {" · "}
                      <bdi>{reason}</bdi>
                    </>
                  )}
                </p>
              </div>
              {request !== undefined && subject !== undefined && (
                <button
                  type="button"
                  class="secondary"
                  aria-label={words.unbanName(isolated(subject))}
                  onClick={() =>
                    act(async () => {
                      const done = await room.order.unban(request, subject);
                      await load();
                      return done;
                    })}
                >
                  {words.unban}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
