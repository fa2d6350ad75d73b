/**
 * Who is measured, and how each is started: Hubbub as anybody would run it,
 * its peers at the best setting their own docs have.
 */

import type { WireName } from "./load/spec.ts";
import { BEFORE, BUN_PROGRAM, NODE_MODULES } from "./packages.ts";
import { execute, type Launch } from "./processes.ts";

/** One side of the comparison. */
export interface Peer {
  readonly wire: WireName;
  /** Fails where the peer cannot run; absent: it can. */
  readonly check?: Launch;
  /** @param dir An empty directory for the server's data. */
  launch(dir: string): Launch;
  /**
   * One of several nodes; absent: it knows no fleets.
   *
   * @param dir As above.
   * @param redis Where the Redis is that they share.
   */
  node?(dir: string, redis: string): Launch;
}

/** A file beside this one. */
function path(relative: string): string {
  return new URL(relative, import.meta.url).pathname;
}

/** A server on Deno that needs nothing but its port. */
function onDeno(file: string): Peer {
  return {
    wire: "plain",
    launch: () => ({
      command: Deno.execPath(),
      args: ["run", "--no-prompt", "--allow-net", path(file)],
    }),
  };
}

/** A server on Node, which runs `ws` faster than Deno's Node layer does. */
function onNode(wire: WireName, file: string): Peer {
  return {
    wire,
    check: { command: "node", args: ["--version"] },
    launch: () => node(file),
  };
}

function node(file: string, ...args: string[]): Launch {
  return {
    command: "node",
    args: [path(file), ...args],
    env: { NODE_PATH: NODE_MODULES },
  };
}

/** Debian's, where the package python3-websockets is. */
const PYTHON = "/usr/bin/python3";

/** The flags for V8 with which the files in some directory are started. */
function v8Flags(root: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${root}/deno.json`));
  const command = String(tasks.start.command);
  return command.split(" ").filter((word) => word.startsWith("--v8-flags="));
}

/** Hubbub, of the files in some directory. */
function hubbubIn(
  root: string,
  wire: WireName = "hubbub",
  env: Readonly<Record<string, string>> = {},
): Peer {
  const launch = (dir: string, store: string): Launch => ({
    command: Deno.execPath(),
    args: [
      "run",
      ...v8Flags(root),
      "--no-prompt",
      "--allow-net",
      `--allow-read=${root}/static,${dir}`,
      `--allow-write=${dir}`,
      "--allow-env",
      `${root}/main.ts`,
      "--port=0",
      "--rate=0",
      `--store=${store}`,
    ],
    // No flags: versions from before they were have no such limits.
    env: {
      HUBBUB_BYTE_RATE: "0",
      HUBBUB_REQUEST_RATE: "0",
      HUBBUB_JOIN_RATE: "0",
      HUBBUB_CONNECT_RATE: "0",
      HUBBUB_MAX_CONNECTIONS: "100000",
      HUBBUB_MAX_PER_ADDRESS: "100000",
      ...env,
    },
  });
  return {
    wire,
    launch: (dir) => launch(dir, `sqlite:${dir}/hubbub.db`),
    node: launch,
  };
}

const ALL = {
  hubbub: hubbubIn(path("..")),
  before: hubbubIn(BEFORE),
  /** Hubbub for clients that do without its library. */
  bare: hubbubIn(path(".."), "bare"),
  /** Hubbub on Deno's own sockets. */
  native: hubbubIn(path(".."), "hubbub", { HUBBUB_TRANSPORT: "native" }),
  bun: {
    wire: "plain",
    check: { command: BUN_PROGRAM, args: ["--version"] },
    launch: () => ({ command: BUN_PROGRAM, args: [path("./peers/bun.ts")] }),
  },
  naive: onDeno("./peers/naive.ts"),
  /** What the runtime allows: a frame a turn, and nothing kept. */
  turns: onDeno("./peers/turns.ts"),
  ws: onNode("plain", "./peers/ws.mjs"),
  socketio: {
    ...onNode("socketio", "./peers/socketio.mjs"),
    node: (_, redis) => node("./peers/socketio_fleet.mjs", redis),
  },
  python: {
    wire: "plain",
    check: { command: PYTHON, args: ["-c", "import websockets"] },
    launch: () => ({
      command: PYTHON,
      args: [path("./peers/broadcast.py")],
    }),
  },
} as const satisfies Record<string, Peer>;

/** The names `--peers` takes. */
export type PeerName = keyof typeof ALL;

/** Peers measured by default. */
export const USUAL_PEERS: readonly PeerName[] = (Object.keys(ALL) as PeerName[])
  .filter((name) => !["before", "native"].includes(name));

/** Every side of the comparison. */
export const PEERS: Readonly<Record<PeerName, Peer>> = ALL;

/** Whether a peer can run on this machine. */
export async function available(name: PeerName): Promise<boolean> {
  const { check } = PEERS[name];
  if (check === undefined) return true;
  try {
    await execute(check);
    return true;
  } catch {
    return false;
  }
}
