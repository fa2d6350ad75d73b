/** Where a client connects, and how it closes. */

import { composes } from "../../keys.ts";
import type { LabClient, Page } from "../lab_client.ts";
import { words } from "../../words/lab_catalogue.ts";
import { endpointOf, type Target, targetOf } from "../model/target.ts";

const GROUPS = ["Small servers", "Rooms"] as const;
const OTHER = "";

interface Props {
  readonly client: LabClient;
  readonly page: Page;
  readonly choose: (target: Target) => void;
}

/** All WebSockets of this server, to choose from. */
export function EndpointSelect({ client, page, choose }: Props) {
  const { name, target } = client;
  const { endpoints, here } = page;
  const endpoint = endpointOf(target, endpoints, here);
  const pick = (value: string) => {
    const picked = endpoints[Number(value)];
    if (value === OTHER || picked === undefined) {
      choose({ address: "ws://", protocols: "" });
      document.getElementById(`address-${name}`)?.focus();
    } else choose(targetOf(picked, here));
  };
  return (
    <select
      aria-label={words.endpointOf(name)}
      value={endpoint === undefined ? OTHER : endpoints.indexOf(endpoint)}
      onChange={({ currentTarget }) => pick(currentTarget.value)}
    >
      {GROUPS.map((group) => (
        <optgroup key={group} label={words.groups[group]}>
          {endpoints.map((each, index) =>
            each.group === group && (
              <option key={index} value={index}>{each.title}</option>
            )
          )}
        </optgroup>
      ))}
      <option value={OTHER}>{words.otherAddress}</option>
    </select>
  );
}

/** Address, and the button that connects or closes. */
export function ConnectForm({ client, choose }: Omit<Props, "page">) {
  const { name, target } = client;
  const closes = !client.connectable;
  return (
    <form
      class="connect"
      onSubmit={(event) => {
        event.preventDefault();
        if (closes) client.end();
        else client.connect();
      }}
    >
      <label>
        <span>{words.address}</span>
        <input
          id={`address-${name}`}
          class="mono"
          value={target.address}
          inputMode="url"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onInput={({ currentTarget }) =>
            choose({ ...target, address: currentTarget.value })}
        />
      </label>
      <button type="submit" class={closes ? "secondary" : "primary"}>
        {closes ? words.close : words.connect}
      </button>
      {target.protocols !== "" && (
        <p class="hint">{words.offers(target.protocols)}</p>
      )}
    </form>
  );
}

/** Subprotocols, and with which code and reason the client closes. */
export function ConnectOptions({ client, choose }: Omit<Props, "page">) {
  const { target, ending } = client;
  const change = (more: Partial<typeof ending>) => {
    client.ending = { ...ending, ...more };
    client.redraw();
  };
  const endOnEnter = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || composes(event)) return;
    if (client.connected) client.end();
  };
  return (
    <div class="options">
      <label>
        <span>{words.subprotocols}</span>
        <input
          class="mono"
          value={target.protocols}
          placeholder={words.none}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onInput={({ currentTarget }) =>
            choose({ ...target, protocols: currentTarget.value })}
        />
      </label>
      <label class="code">
        <span>{words.closeCode}</span>
        <input
          class="mono"
          value={ending.code}
          inputMode="numeric"
          placeholder={words.none}
          autocomplete="off"
          title={words.closeCodeHint}
          onKeyDown={endOnEnter}
          onInput={({ currentTarget }) => change({ code: currentTarget.value })}
        />
      </label>
      <label>
        <span>{words.reason}</span>
        <input
          value={ending.reason}
          placeholder={words.noneOrBytes}
          autocomplete="off"
          onKeyDown={endOnEnter}
          onInput={({ currentTarget }) =>
            change({ reason: currentTarget.value })}
        />
      </label>
    </div>
  );
}
