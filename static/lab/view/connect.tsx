/** Where a client connects, and how it closes. */

import { useState } from "preact/hooks";
import type { LabClient, Page } from "../lab_client.ts";
import { words } from "../../words/lab_catalogue.ts";
import { stateOf } from "../model/connection_state.ts";
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

/** Address, subprotocols, and the button. */
export function ConnectForm({ client, choose }: Omit<Props, "page">) {
  const { name, target } = client;
  return (
    <form
      class="connect"
      onSubmit={(event) => {
        event.preventDefault();
        if (client.connectable) client.connect();
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
      <button
        type="submit"
        class="primary"
        aria-disabled={!client.connectable}
      >
        {words.connect}
      </button>
    </form>
  );
}

/** With which code and reason, and the button. */
export function CloseForm({ client }: { client: LabClient }) {
  const [code, setCode] = useState("1000");
  const [reason, setReason] = useState("");
  const state = stateOf(client.connection);
  const closable = client.connected;
  return (
    <form
      class="close"
      onSubmit={(event) => {
        event.preventDefault();
        if (!closable) return;
        client.close(code.trim() === "" ? undefined : Number(code), reason);
      }}
    >
      <label class="code">
        <span>{words.closeCode}</span>
        <input
          class="mono"
          value={code}
          inputMode="numeric"
          placeholder={words.none}
          autocomplete="off"
          title={words.closeCodeHint}
          onInput={({ currentTarget }) => setCode(currentTarget.value)}
        />
      </label>
      <label>
        <span>{words.reason}</span>
        <input
          value={reason}
          placeholder={words.noneOrBytes}
          autocomplete="off"
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
      </label>
      <button
        type="submit"
        class="secondary"
        aria-disabled={!closable}
        title={state === "CLOSING" ? words.closeWasCalled : undefined}
      >
        {words.close}
      </button>
    </form>
  );
}
