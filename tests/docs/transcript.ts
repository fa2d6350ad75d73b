/**
 * Plays a transcript of docs/protocol.md against a server: sends what clients
 * send there, and compares what they get.
 *
 * Ids, tokens, epochs and times differ from run to run. What stands for one in
 * the transcript stands for the same one of the server throughout.
 */

import { assert, assertEquals } from "@std/assert";
import { Peer } from "../programs/peer.ts";

/** Fields whose values the server makes up. */
const MADE_UP = new Set(["session", "token", "guest", "epoch", "at"]);

// deno-lint-ignore no-explicit-any -- any JSON value
type Value = any;

/** What the transcript's made-up values are called by this server. */
class Vocabulary {
  readonly #real = new Map<string, string>();

  /** The server's words for what a client sends. */
  translate(line: string): string {
    for (const [written, real] of this.#real) {
      line = line.replaceAll(JSON.stringify(written), JSON.stringify(real));
    }
    return line;
  }

  /** The transcript's words for what the server sent, as far as they fit. */
  adopt(actual: Value, written: Value): Value {
    if (typeof actual !== "object" || actual === null) return actual;
    if (Array.isArray(actual)) {
      return actual.map((value, index) => this.adopt(value, written?.[index]));
    }
    return Object.fromEntries(
      Object.entries(actual).map(([key, value]) => {
        const wanted = written?.[key];
        return [
          key,
          MADE_UP.has(key) && typeof value === typeof wanted
            ? this.#same(value, wanted)
            : this.adopt(value, wanted),
        ];
      }),
    );
  }

  #same(value: Value, wanted: Value): Value {
    if (typeof value !== "string") return wanted;
    const known = this.#real.get(wanted);
    if (known !== undefined && known !== value) return value;
    this.#real.set(wanted, value);
    return wanted;
  }
}

/** One client of a transcript, and the line it got too early. */
class Reader {
  readonly peer: Peer;
  #early: string | undefined;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /**
   * The next line that is to be an ack, or is to be none: an ack and the
   * message it is for may come in either order.
   */
  async line(ack: boolean): Promise<string> {
    const early = this.#early;
    if (early !== undefined) {
      this.#early = undefined;
      return early;
    }
    const line = await this.peer.line();
    if (line.startsWith('{"type":"ack"') === ack) return line;
    this.#early = line;
    return await this.peer.line();
  }

  /** What came and was not in the transcript. */
  get rest(): readonly string[] {
    const { rest } = this.peer;
    return this.#early === undefined ? rest : [this.#early, ...rest];
  }
}

/**
 * Plays a transcript.
 *
 * @param transcript Its lines: `NAME connects to PATH [as PROTOCOL]`,
 * `NAME → FRAME`, `NAME ← LINE`, `NAME ← closed CODE`, `NAME closes`,
 * `NAME loses its connection`.
 * @param socket Gives the address of a path on a server nobody was at yet.
 */
export async function play(
  transcript: string,
  socket: (path: string) => string,
): Promise<void> {
  const peers = new Map<string, Reader>();
  const words = new Vocabulary();
  try {
    for (const step of transcript.split("\n")) {
      const [name = "", verb = ""] = step.split(" ", 2);
      const rest = step.slice(name.length + verb.length + 2);
      await act(peers, words, { name, verb, rest, socket });
    }
    for (const [name, { rest }] of peers) {
      assertEquals(rest, [], `${name} got more than the transcript says`);
    }
  } finally {
    await Promise.all(Array.from(peers.values(), ({ peer }) => peer.close()));
  }
}

async function act(
  peers: Map<string, Reader>,
  words: Vocabulary,
  { name, verb, rest, socket }: {
    name: string;
    verb: string;
    rest: string;
    socket: (path: string) => string;
  },
): Promise<void> {
  if (verb === "connects") {
    const match = /^to (\S+)(?: as (\S+))?$/.exec(rest);
    assert(match !== null, `Not understood: ${rest}`);
    const [, path = "", protocol] = match;
    const peer = await Peer.connect(socket(path), protocol);
    peers.set(name, new Reader(peer));
    return;
  }
  const reader = peers.get(name);
  assert(reader !== undefined, `"${name}" has not connected`);
  const { peer } = reader;
  const step = `${name} ${verb} ${rest}`;
  switch (verb) {
    case "→":
      return peer.send(words.translate(rest));
    case "←": {
      const [, code] = /^closed (\d+)$/.exec(rest) ?? [];
      if (code !== undefined) {
        return assertEquals((await peer.closed).code, Number(code), step);
      }
      const line = await reader.line(rest.startsWith('{"type":"ack"'));
      if (!rest.startsWith("{")) return assertEquals(line, rest, step);
      const written = JSON.parse(rest);
      const actual = words.adopt(JSON.parse(line), written);
      return assertEquals(actual, written, step);
    }
    case "closes":
      return void await peer.close();
    case "loses":
      return void await peer.lose();
    default:
      throw new Error(`Not understood: ${step}`);
  }
}
