/**
 * The lab page's program: asks the server which WebSockets it has, makes the
 * two clients and draws them. What happens on a connection is lab/model/'s and
 * lab/lab_client.ts's, the elements are lab/view/'s.
 */

import "./tokens.css";
import "./base.css";
import "./lab/styles/lab.css";
import "./lab/styles/pane.css";
import "./lab/styles/gauges.css";
import "./lab/styles/events.css";
import { h, render } from "preact";
import { BASE, STORAGE_PREFIX } from "./base_path.ts";
import { checkBuild } from "./build_check.ts";
import { words } from "./words/lab_catalogue.ts";
import { refuseFiles } from "./file_drops.ts";
import type { Endpoint } from "../protocol/lab.ts";
import { LabClient, type Page } from "./lab/lab_client.ts";
import { endpointOf, type Target, targetOf } from "./lab/model/target.ts";
import { Lab } from "./lab/view/lab_view.tsx";

const FIRST: Target = { address: `${BASE}lessons/echo`, protocols: "" };

async function fetchEndpoints(): Promise<readonly Endpoint[]> {
  try {
    return await (await fetch(`${BASE}lessons.json`)).json();
  } catch {
    // Any address can still be typed.
    return [];
  }
}

/** What the page's address says of a client, such as `?a=/lessons/echo`. */
function asked(name: "a" | "b", endpoints: readonly Endpoint[]): Target {
  const { origin, searchParams } = new URL(location.href);
  // A server may have no lessons.
  const first = endpoints.find(({ path }) => path === FIRST.address) ??
    endpoints[0];
  const address = searchParams.get(name) ?? searchParams.get("a") ??
    first?.path ?? FIRST.address;
  const typed = { address, protocols: searchParams.get(`${name}p`) ?? "" };
  const endpoint = endpointOf(typed, endpoints, origin);
  return endpoint?.protocols.join() === typed.protocols
    ? targetOf(endpoint, origin)
    : {
      ...targetOf({ path: address, protocols: [] }, origin),
      protocols: typed.protocols,
    };
}

async function main(): Promise<void> {
  const build = checkBuild(`${STORAGE_PREFIX}lab.build`);
  if (build === "reloading") return;
  document.title = words.title;
  const endpoints = await fetchEndpoints();
  let scheduled = false;
  const page: Page = {
    here: location.origin,
    endpoints,
    changed() {
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        draw();
      });
    },
  };
  const a = new LabClient("A", asked("a", endpoints), page);
  const b = new LabClient("B", asked("b", endpoints), page);
  const draw = () => {
    const element = document.getElementById("page") as HTMLElement;
    render(h(Lab, { a, b, page }), element);
  };
  if (build === "mixed") a.problem = words.twoBuilds;
  draw();
  refuseFiles((hint) => {
    a.problem = hint;
    page.changed();
  }, words.chooseFile);
}

main();
