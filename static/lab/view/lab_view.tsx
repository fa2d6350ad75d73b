/** The lab: the lesson's text, and two clients beside it. */

import { useState } from "preact/hooks";
import { BASE } from "../../base_path.ts";
import type { LabClient, Page } from "../lab_client.ts";
import { stateOf } from "../model/connection_state.ts";
import type { Target } from "../model/target.ts";
import { words } from "../../words/lab_catalogue.ts";
import { Guide, Snippets } from "./guide.tsx";
import { Pane } from "./pane.tsx";

interface Props {
  readonly a: LabClient;
  readonly b: LabClient;
  readonly page: Page;
}

/** All of the page. */
export function Lab({ a, b, page }: Props) {
  // The client one deals with: the guide is about it, and on a phone it is the
  // one to be seen.
  const [current, setCurrent] = useState<LabClient>(a);
  const choose = (client: LabClient, target: Target) => {
    // Two clients in one place are what most lessons are about.
    const follows = client === a && b.connection.path.length === 0 &&
      b.target.address === a.target.address;
    client.target = target;
    if (follows) b.target = target;
  };
  return (
    <>
      <a class="skip" href="#client-A">{words.skip}</a>
      <header class="top">
        <a class="brand" href={BASE}>Hubbub</a>
        <nav aria-label={words.pages}>
          <a href={BASE}>{words.chat}</a>
          <a href={`${BASE}lessons`}>{words.lessons}</a>
          <a href={`${BASE}lab`} aria-current="page">{words.lab}</a>
        </nav>
      </header>
      <main class="lab" data-shown={current.name}>
        <Guide client={current} />
        <div class="switch" role="group" aria-label={words.client}>
          {[a, b].map((client) => (
            <button
              key={client.name}
              type="button"
              aria-pressed={client === current}
              onClick={() => setCurrent(client)}
            >
              {client.name}{" "}
              <span>{stateOf(client.connection) ?? words.idle}</span>
            </button>
          ))}
        </div>
        {[a, b].map((client) => (
          <Pane
            key={client.name}
            client={client}
            page={page}
            choose={(target) => choose(client, target)}
            attend={() => setCurrent(client)}
          />
        ))}
        <Snippets client={current} page={page} />
      </main>
    </>
  );
}
