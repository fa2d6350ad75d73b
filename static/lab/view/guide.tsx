/** What stands beside the clients: the lesson, and client code to copy. */

import { useState } from "preact/hooks";
import { SNIPPETS } from "../../../protocol/snippets.ts";
import type { LabClient, Page } from "../lab_client.ts";
import { protocolList, resolve } from "../model/target.ts";

/** The text about where a client connects. */
export function Guide({ client }: { client: LabClient }) {
  const { endpoint, name } = client;
  return (
    <aside class="guide" aria-label={`About ${name}’s endpoint`}>
      <h1>Lab</h1>
      <h2>{endpoint?.title ?? "Any WebSocket"}</h2>
      <p>
        {endpoint?.teaches ??
          "Any server that speaks WebSocket, here or elsewhere."}
      </p>
      <h3>Try this</h3>
      <p>
        {endpoint?.tryThis ??
          "Type its address at Address, and the subprotocols it wants. Then connect."}
      </p>
      <h3>See that</h3>
      <p>
        {endpoint?.seeThat ??
          "A page that came by https connects to wss:// only, or to this machine. What a server refuses shows as error and close 1006: browsers keep the reason to themselves."}
      </p>
    </aside>
  );
}

/** Client code for where a client connects. */
export function Snippets({ client, page }: { client: LabClient; page: Page }) {
  const [chosen, choose] = useState<string>(SNIPPETS[0]!.id);
  const [copied, setCopied] = useState("");
  const kind = SNIPPETS.find(({ id }) => id === chosen) ?? SNIPPETS[0]!;
  const { target, endpoint } = client;
  const code = kind.write({
    url: resolve(target.address, page.here)?.href ?? target.address,
    protocols: protocolList(target.protocols),
    says: endpoint?.says ?? ["Hello"],
    givesName: endpoint?.givesName,
    closesOn: endpoint?.closesOn,
  });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      setCopied("Copied");
    } catch {
      setCopied("This browser does not let the page copy; select it yourself");
    }
  };
  return (
    <section class="snippets" aria-labelledby="code">
      <h2 id="code">The same in code</h2>
      <div class="kinds" role="group" aria-label="Language">
        {SNIPPETS.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === kind.id}
            onClick={() => {
              choose(id);
              setCopied("");
            }}
          >
            {title}
          </button>
        ))}
      </div>
      <pre
        tabIndex={0}
        role="region"
        aria-label={`Client for ${kind.title}`}
      ><code>{code}</code></pre>
      <p class="hint">{kind.how}</p>
      <button type="button" class="secondary" onClick={copy}>Copy</button>
      <span class="hint copied" role="status">{copied}</span>
    </section>
  );
}
