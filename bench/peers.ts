/**
 * Who is measured, and how each is started: Hubbub as anybody would run it,
 * its peers at the best setting their own docs have.
 */

import type { WireName } from "./load/spec.ts";
import { BUN_PROGRAM } from "./packages.ts";
import type { Launch } from "./processes.ts";

/** One side of the comparison. */
export interface Peer {
  readonly wire: WireName;
  /** @param dir An empty directory for what it keeps. */
  launch(dir: string): Launch;
}

/** A file beside this one. */
function path(relative: string): string {
  return new URL(relative, import.meta.url).pathname;
}

const ALL = {
  hubbub: {
    wire: "hubbub",
    launch: (dir) => ({
      command: Deno.execPath(),
      args: [
        "run",
        "--no-prompt",
        "-A",
        path("../main.ts"),
        "--port=0",
        "--rate=0",
        `--store=sqlite:${dir}/hubbub.db`,
      ],
    }),
  },
  bun: {
    wire: "plain",
    launch: () => ({ command: BUN_PROGRAM, args: [path("./peers/bun.ts")] }),
  },
} as const satisfies Record<string, Peer>;

/** The names `--peers` takes. */
export type PeerName = keyof typeof ALL;

export const PEERS: Readonly<Record<PeerName, Peer>> = ALL;
