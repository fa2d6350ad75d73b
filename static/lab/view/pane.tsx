/** One client: where it connects, how it is, what it sends, what happened. */

import type { LabClient, Page } from "../lab_client.ts";
import type { Target } from "../model/target.ts";
import { words } from "../../words/lab_catalogue.ts";
import { statusWords } from "../model/lab_words.ts";
import { stateOf } from "../model/connection_state.ts";
import { Composer } from "./frame_composer.tsx";
import { ConnectForm, ConnectOptions, EndpointSelect } from "./connect.tsx";
import { Diagram } from "./diagram.tsx";
import { EventTable } from "./event_table.tsx";
import { Gauges } from "./gauges.tsx";

interface Props {
  readonly client: LabClient;
  readonly page: Page;
  readonly choose: (target: Target) => void;
  /** Called when one begins to deal with it. */
  readonly attend: () => void;
  /** Adds the second client, or removes it. */
  readonly second: () => void;
}

/** Client A, or B. */
export function Pane({ client, page, choose, attend, second }: Props) {
  const { name, connection, problem } = client;
  return (
    <section
      class="pane"
      id={`client-${name}`}
      tabIndex={-1}
      aria-labelledby={`name-${name}`}
      data-client={name}
      data-state={stateOf(connection) ?? "IDLE"}
      // Not on focus: the guide changes its height, and what is being pressed
      // would move away from under the finger.
      onClick={attend}
      onKeyUp={attend}
    >
      <header class="who">
        <h2 id={`name-${name}`}>
          <span class="visually-hidden">{words.client}</span> {name}
        </h2>
        <EndpointSelect client={client} page={page} choose={choose} />
        <p role="status">{statusWords(connection)}</p>
        {name === "A" && page.hasB ? undefined : (
          <button
            type="button"
            class="secondary"
            onClick={(event) => {
              // The pane would take it as a wish to deal with this client.
              event.stopPropagation();
              second();
            }}
          >
            {name === "B" ? words.removeB : words.addB}
          </button>
        )}
      </header>
      <ConnectForm client={client} choose={choose} />
      <p class="problem" role="alert">{problem}</p>
      <Composer client={client} />
      <EventTable client={client} />
      <details class="more">
        <summary>
          {words.details} <span class="hint">{words.whatDetails}</span>
        </summary>
        <ConnectOptions client={client} choose={choose} />
        <Diagram connection={connection} />
        <Gauges client={client} />
      </details>
    </section>
  );
}
