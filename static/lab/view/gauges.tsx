/** What a connection is like now: its properties, and both sides' counts. */

import { useState } from "preact/hooks";
import type { LabClient } from "../lab_client.ts";
import { durationWords, sizeWords } from "../model/bytes.ts";
import { median, stateOf } from "../model/connection_state.ts";
import { AMOUNTS } from "../model/flood_size.ts";
import { words } from "../../words/lab_catalogue.ts";
import { countWords } from "../model/lab_words.ts";
import { Sparkline } from "./sparkline.tsx";

/** All gauges of a client. */
export function Gauges({ client }: { client: LabClient }) {
  return (
    <div class="gauges">
      <Properties client={client} />
      <Sides client={client} />
      <RoundTrip client={client} />
      <Buffer client={client} />
    </div>
  );
}

function Properties({ client }: { client: LabClient }) {
  const { connection, binaryType, name } = client;
  const { protocol, extensions } = connection;
  const value = (text: string) =>
    connection.path.length === 0 ? "–" : text === "" ? '""' : text;
  return (
    <dl class="properties">
      <div>
        <dt>protocol</dt>
        <dd data-gauge="protocol">{value(protocol)}</dd>
      </div>
      <div>
        <dt>extensions</dt>
        <dd data-gauge="extensions">{value(extensions)}</dd>
      </div>
      <div>
        <dt>
          <label for={`binary-${name}`}>binaryType</label>
        </dt>
        <dd>
          <select
            id={`binary-${name}`}
            value={binaryType}
            onChange={({ currentTarget }) =>
              client.setBinaryType(currentTarget.value as BinaryType)}
          >
            <option>blob</option>
            <option>arraybuffer</option>
          </select>
        </dd>
      </div>
    </dl>
  );
}

/** The same connection as seen from its two ends. */
function Sides({ client }: { client: LabClient }) {
  const { connection: { sent, received, buffered, heardAt }, report } = client;
  const none = client.url !== undefined && !client.watched
    ? words.notOurs
    : "–";
  const server = (text: string | undefined) => text ?? none;
  const now = performance.now();
  const ago = (ms: number | null | undefined) =>
    ms === undefined || ms === null ? undefined : words.ago(durationWords(ms));
  return (
    <div class="sides">
      <table>
        <thead>
          <tr>
            <td class="hint">{words.framesAndBytes}</td>
            <th scope="col">{words.thisPage}</th>
            <th scope="col">{words.theServer}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{words.toServer}</th>
            <td data-gauge="sent">
              {countWords(sent.frames, sizeWords(sent.bytes))}
            </td>
            <td data-gauge="server-in">
              {server(
                report
                  ? countWords(report.framesIn, sizeWords(report.bytesIn))
                  : undefined,
              )}
            </td>
          </tr>
          <tr>
            <th scope="row">{words.fromServer}</th>
            <td data-gauge="received">
              {countWords(received.frames, sizeWords(received.bytes))}
            </td>
            <td data-gauge="server-out">
              {server(
                report
                  ? countWords(report.framesOut, sizeWords(report.bytesOut))
                  : undefined,
              )}
            </td>
          </tr>
          <tr>
            <th scope="row">{words.lastHeard}</th>
            <td data-gauge="heard">
              {ago(heardAt === undefined ? undefined : now - heardAt) ?? "–"}
            </td>
            <td data-gauge="server-heard">
              {server(
                report ? ago(report.heardAgo) ?? words.noFrameYet : undefined,
              )}
            </td>
          </tr>
          <tr>
            <th scope="row">bufferedAmount</th>
            <td data-gauge="buffered">{sizeWords(buffered)}</td>
            <td data-gauge="server-buffered">
              {server(report ? sizeWords(report.buffered) : undefined)}
            </td>
          </tr>
        </tbody>
      </table>
      <details class="hint">
        <summary>{words.noPings}</summary>
        <Heartbeat client={client} />
      </details>
    </div>
  );
}

function Heartbeat({ client: { report, watched } }: { client: LabClient }) {
  return (
    <>
      <p>{words.pingsExplained}</p>
      {report !== null && (
        <p data-gauge="heartbeat">
          {report.closed === null
            ? words.serverHolds(
              durationWords(report.openedAgo),
              report.idleSeconds,
            )
            : words.serverSawEnd(
              durationWords(report.closed.ago),
              report.closed.code,
            )}
        </p>
      )}
      {watched && (
        <p>
          {words.askedByKey.before}
          <code>?lab=…</code>
          {words.askedByKey.after}
        </p>
      )}
    </>
  );
}

function RoundTrip({ client }: { client: LabClient }) {
  const { roundTrips } = client.connection;
  const last = roundTrips.at(-1);
  const middle = median(roundTrips);
  const answers = client.endpoint?.answers ?? true;
  const newest = last === undefined ? "–" : durationWords(last);
  const hint = !answers
    ? words.noRoundTrip
    : middle === undefined
    ? words.roundTrip
    : words.medianRoundTrip(durationWords(middle));
  return (
    <div
      class="plot"
      title={words.roundTripHint}
    >
      <h3>{words.sendToNext}</h3>
      <p data-gauge="round-trip">{newest}</p>
      <Sparkline values={roundTrips} label={words.roundTrips(newest)} />
      <p class="hint">{hint}</p>
    </div>
  );
}

function Buffer({ client }: { client: LabClient }) {
  const [mib, setMib] = useState<number>(AMOUNTS[0]);
  const { connection: { bufferedLately, peak }, flood, name } = client;
  const open = stateOf(client.connection) === "OPEN";
  const most = sizeWords(peak);
  return (
    <div class="plot">
      <h3>{words.mostBuffered}</h3>
      <p data-gauge="peak">{most}</p>
      <Sparkline
        values={bufferedLately}
        label={words.bufferedUpTo(most)}
      />
      <div class="flood">
        <button
          type="button"
          class="secondary"
          aria-disabled={flood === undefined && !(open && client.mayFlood)}
          aria-describedby={`flood-${name}`}
          onClick={() =>
            flood === undefined ? client.startFlood(mib) : flood.stop()}
        >
          {flood === undefined ? words.flood : words.stop}
        </button>
        <select
          aria-label={words.floodSize}
          value={mib}
          onChange={({ currentTarget }) => setMib(Number(currentTarget.value))}
        >
          {AMOUNTS.map((each) => (
            <option key={each} value={each}>
              {each < 1 ? `${each * 1024} KiB` : `${each} MiB`}
            </option>
          ))}
        </select>
      </div>
      <p class="hint" id={`flood-${name}`} role="status" data-gauge="flood">
        {floodHint(client)}
      </p>
    </div>
  );
}

/** How the last flood ended: of the events, its row is soon far down. */
function floodHint({ connection, mayFlood, flood, flooded }: LabClient) {
  if (stateOf(connection) === "OPEN" && !mayFlood) {
    return words.notToOthers;
  }
  if (flood !== undefined) return words.flooding;
  return flooded || words.floodHint;
}
