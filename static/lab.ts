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
import { readLink, writeLink } from "./lab/model/lab_link.ts";
import { Lab } from "./lab/view/lab_view.tsx";

const FIRST = `${BASE}lessons/echo`;

async function fetchEndpoints(): Promise<readonly Endpoint[]> {
  try {
    return await (await fetch(`${BASE}lessons.json`)).json();
  } catch {
    // Any address can still be typed.
    return [];
  }
}

/** Makes the page's address the link to what it shows. */
function showLink(search: string): void {
  if (location.search === search) return;
  try {
    history.replaceState(null, "", search);
  } catch {
    // Safari allows 100 changes in half a minute. The next one says it all.
  }
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
    hasB: false,
    changed() {
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        draw();
      });
    },
  };
  // A server may have no lessons.
  const first = endpoints.find(({ path }) => path === FIRST) ?? endpoints[0];
  const link = readLink(location.search, {
    here: location.origin,
    first: first?.path ?? FIRST,
  });
  const a = new LabClient("A", link.a, page);
  const b = new LabClient("B", link.b ?? link.a, page);
  page.hasB = link.b !== undefined;
  const draw = () => {
    const element = document.getElementById("page") as HTMLElement;
    showLink(writeLink(
      { a: a.target, b: page.hasB ? b.target : undefined },
      location.origin,
    ));
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
