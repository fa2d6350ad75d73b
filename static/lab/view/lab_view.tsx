/** The lab: one client or two, and beside them the lesson's text and tools. */

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
    const follows = client === a && !page.hasB &&
      b.connection.path.length === 0;
    client.target = target;
    if (follows) b.target = target;
  };
  const clients = page.hasB ? [a, b] : [a];
  const second = (client: LabClient) => {
    page.hasB = client === a;
    if (b.connected && !page.hasB) b.close(1000, "");
    setCurrent(page.hasB ? b : a);
    page.changed();
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
      <main
        class={page.hasB ? "lab two" : "lab"}
        data-shown={current.name}
      >
        <h1 class="visually-hidden">{words.lab}</h1>
        {page.hasB && (
          <div class="switch" role="group" aria-label={words.client}>
            {clients.map((client) => (
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
        )}
        {clients.map((client) => (
          <Pane
            key={client.name}
            client={client}
            page={page}
            choose={(target) => choose(client, target)}
            attend={() => page.hasB && setCurrent(client)}
            second={() => second(client)}
          />
        ))}
        <div class="side">
          <Guide client={current} />
          <Snippets client={current} page={page} />
        </div>
      </main>
    </>
  );
}
