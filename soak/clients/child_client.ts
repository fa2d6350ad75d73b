/**
 * The near side of a client in a process of its own, which can be stopped.
 * Owns that process.
 */

import { tokenOf } from "../texts.ts";
import type { ChildSettings, Order } from "./child.ts";
import type { ClientOptions, SoakClient } from "./client.ts";
import type { Told } from "./library_reader.ts";
import { lines } from "./lines.ts";
import { ScriptPublisher } from "./script_publisher.ts";

const PROGRAM = new URL("./child.ts", import.meta.url).href;
/** Orders that a stopped process can be given without filling its pipe. */
const MOST_PENDING = 20;

/** One client in its own process. */
export class ChildClient implements SoakClient {
  readonly id: string;
  readonly room: string;
  readonly #options: ClientOptions;
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #scriptPublisher: ScriptPublisher;
  readonly #read: Promise<void>;
  #stopped = false;

  constructor(options: ClientOptions & { readonly limit: number }) {
    const { id, room, server, limit, comeBackMs } = options;
    this.id = id;
    this.room = room;
    this.#options = options;
    this.#scriptPublisher = new ScriptPublisher(options);
    const url = new URL("/ws", server);
    const settings: ChildSettings = {
      id,
      room,
      url: url.href,
      limit,
      comeBackMs,
    };
    this.#process = new Deno.Command("deno", {
      args: [
        "run",
        "--no-prompt",
        `--allow-net=${url.host}`,
        PROGRAM,
        JSON.stringify(settings),
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#orders = this.#process.stdin.getWriter();
    this.#read = this.#readOn();
  }

  get here(): boolean {
    return !this.#stopped && this.#scriptPublisher.name !== undefined;
  }

  get name(): string | undefined {
    return this.#scriptPublisher.name;
  }

  get settled(): boolean {
    return this.#scriptPublisher.pending === 0;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  publish(text: string): boolean {
    if (this.#stopped || this.#scriptPublisher.pending >= MOST_PENDING) {
      return false;
    }
    this.#scriptPublisher.publishes(tokenOf(text));
    this.#order({ do: "publish", text });
    return true;
  }

  reconnect(): void {
    if (this.#stopped) return;
    this.#scriptPublisher.away();
    this.#order({ do: "reconnect" });
  }

  /** Stops its process (`SIGSTOP`). */
  stop(): void {
    this.#stopped = true;
    this.#process.kill("SIGSTOP");
  }

  /** Continues the process (`SIGCONT`); the client must detect what it missed. */
  continue(): void {
    if (!this.#stopped) return;
    this.#process.kill("SIGCONT");
    this.#stopped = false;
  }

  async end(): Promise<void> {
    this.continue();
    await this.#orders.close();
    const { success, code } = await this.#process.status;
    await this.#read;
    if (success) return;
    const { check, room } = this.#options;
    check.violated({ room, reader: this.id, what: `ended with ${code}` });
  }

  #order(order: Order): void {
    this.#orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`))
      .catch(() => {});
  }

  async #readOn(): Promise<void> {
    for await (const line of lines(this.#process.stdout)) {
      this.#scriptPublisher.heard(JSON.parse(line) as Told);
    }
  }
}
