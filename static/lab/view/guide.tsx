/** What stands beside the clients: the lesson, and client code to copy. */

import { useState } from "preact/hooks";
import { SNIPPETS } from "../../../protocol/snippets.ts";
import type { LabClient, Page } from "../lab_client.ts";
import { snippets, words } from "../../words/lab_catalogue.ts";
import { protocolList, resolve } from "../model/target.ts";

/** The text about where a client connects. */
export function Guide({ client }: { client: LabClient }) {
  const { endpoint, name } = client;
  return (
    <aside class="guide" aria-label={words.about(name)}>
      <h2>{endpoint?.title ?? words.anyWebSocket}</h2>
      <p>
        {endpoint?.teaches ?? words.anyTeaches}
      </p>
      <h3>{words.tryThis}</h3>
      <p>
        {endpoint?.tryThis ?? words.anyTryThis}
      </p>
      <h3>{words.seeThat}</h3>
      <p>
        {endpoint?.seeThat ?? words.anySeeThat}
      </p>
    </aside>
  );
}

/** Client code for where a client connects. */
export function Snippets({ client, page }: { client: LabClient; page: Page }) {
  const [chosen, choose] = useState<string>(SNIPPETS[0]!.id);
  const [copied, setCopied] = useState("");
  const kind = SNIPPETS.find(({ id }) => id === chosen) ?? SNIPPETS[0]!;
  const { title, how } = snippets.clients[kind.id];
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
      setCopied(words.copied);
    } catch {
      setCopied(words.cannotCopy);
    }
  };
  return (
    <section class="snippets" aria-labelledby="code">
      <h2 id="code">{words.inCode}</h2>
      <div class="kinds" role="group" aria-label={words.language}>
        {SNIPPETS.map(({ id }) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === kind.id}
            onClick={() => {
              choose(id);
              setCopied("");
            }}
          >
            {snippets.clients[id].title}
          </button>
        ))}
      </div>
      <pre
        tabIndex={0}
        role="region"
        aria-label={words.clientFor(title)}
      ><code>{code}</code></pre>
      <p class="hint">{how}</p>
      <button type="button" class="secondary" onClick={copy}>
        {words.copy}
      </button>
      <span class="hint copied" role="status">{copied}</span>
    </section>
  );
}
