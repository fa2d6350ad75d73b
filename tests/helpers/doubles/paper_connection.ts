/** Connections to a hub on a bench, over sockets whose peers read only when a
 * test says so. */

import type { Dialect } from "../../../protocol/dialect.ts";
import type { ServerEvent } from "../../../protocol/events.ts";
import { v1 } from "../../../protocol/v1.ts";
import { Authority } from "../../../server/auth/authenticator.ts";
import { Connection } from "../../../server/connection/connection.ts";
import type { RatePool } from "../../../server/connection/rate_pool.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import type { Socket } from "../../../server/transport/socket.ts";
import type { TurnShare } from "../../../server/runtime/turn_share.ts";
import type { Hub } from "../../../server/hub/hub.ts";
import type { Clock } from "../../../server/runtime/clock.ts";
import { freeRates } from "../rates.ts";
import { SILENCE } from "./silence.ts";

const OPEN = await Authority.create({ guests: "none" });

/** A socket that keeps what it is sent until its peer reads. */
export class PaperSocket implements Socket {
  open = true;
  buffered = 0;
  readonly closes: number[] = [];
  readonly #frames: string[] = [];

  send(frame: string | Uint8Array): void {
    this.#frames.push(String(frame));
    this.buffered += frame.length;
  }

  close(code: number): void {
    this.open = false;
    this.closes.push(code);
  }

  /** Takes all that was sent. */
  read(): string[] {
    this.buffered = 0;
    return this.#frames.splice(0);
  }
}

/** What a {@linkcode PaperConnection} may have differently. */
export interface PaperOptions {
  /** Whose rates it goes by; no limits by default. */
  readonly pool?: RatePool;
  readonly address?: string;
  readonly dialect?: Dialect;
  /** Counts what is held for it; one of its own without it. */
  readonly ledger?: ResourceLedger;
  readonly authority?: Authority;
  /** The time that all connections have; its own without it. */
  readonly turns?: TurnShare;
}

/** The hub it is connected to, and its time. */
interface Bench {
  readonly hub: Hub;
  readonly clock: Clock;
  /** Ends the turn, and lets what follows from it happen. */
  turn(): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
}

/** A connection and the peer at its other end. */
export class PaperConnection {
  readonly socket = new PaperSocket();
  readonly ledger: ResourceLedger;
  readonly connection: Connection;
  readonly #bench: Bench;

  constructor(
    bench: Bench,
    {
      pool,
      address = "192.0.2.7",
      dialect = v1,
      authority = OPEN,
      turns,
      ledger = new ResourceLedger(),
    }: PaperOptions = {},
  ) {
    this.#bench = bench;
    this.ledger = ledger;
    this.connection = new Connection({
      address,
      id: "1",
      socket: this.socket,
      entry: { dialect, room: "hall" },
      hub: bench.hub,
      authority,
      clock: bench.clock,
      log: SILENCE,
      rates: pool?.connect(address) ?? freeRates(bench.clock),
      maxFrame: 2 ** 20,
      ledger,
      ...(turns !== undefined && { turns }),
      helloMs: 10_000,
      onGone: () => {},
      onClosed: () => {},
    });
    this.connection.open();
  }

  /** A connection in the room `hall` that has read all it was told. */
  static async in(
    bench: Bench,
    options: PaperOptions = {},
  ): Promise<PaperConnection> {
    const paper = new PaperConnection(bench, options);
    const { dialect = v1 } = options;
    if (dialect.naming === "hello") paper.send('{"type":"hello"}');
    if (dialect.naming === "asked") paper.send("Ada");
    await bench.turn();
    paper.socket.read();
    return paper;
  }

  /** Sends one frame. */
  send(frame: string): void {
    this.connection.message(frame);
  }

  /** Takes the lines that were sent. */
  lines(): string[] {
    return this.socket.read().flatMap((frame) => frame.split("\n"));
  }

  /** Takes the events that were sent. */
  events(): ServerEvent[] {
    return this.lines().map((line) => JSON.parse(line));
  }

  /** Reads on and on, until nothing more comes. */
  async readAll(): Promise<string[]> {
    const lines: string[] = [];
    for (let quiet = 0; quiet < 3;) {
      const more = this.lines();
      quiet = more.length === 0 ? quiet + 1 : 0;
      lines.push(...more);
      await this.#bench.pass(250);
    }
    return lines;
  }
}
