/**
 * `npm:ws` sockets over Node's HTTP server. Slower than the native transport,
 * but it rejects oversized messages before reading them, rejects unmasked
 * frames, and cuts off peers that do not respond.
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
// @ts-types="@types/ws"
import { WebSocket, WebSocketServer } from "ws";
import { CLOSE, type CloseReason } from "../../protocol/close_codes.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Party } from "../runtime/fair_queue.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { TurnShare } from "../runtime/turn_share.ts";
import { NodeHttp, partyOf } from "./node_http.ts";
import { readInTurns } from "./read_in_turns.ts";
import { SocketCount } from "./socket_count.ts";
import type {
  Accept,
  Listener,
  ListenOptions,
  Socket,
  SocketHandler,
  Transport,
  TransportOptions,
} from "./socket.ts";

/** Time for a peer to answer a close, in milliseconds. */
const CLOSE_MS = 2_000;
/** Maximum interval of idle checks, in milliseconds. */
const MOST_SWEEP_MS = 1_000;
/** Code of a lost connection (RFC 6455, 7.1.5). */
const LOST = 1006;
/** Maximum unsent pongs per peer. */
const MOST_PONGS = 256;
/** Error codes of `ws` for exceeded size limits. */
const TOO_BIG: ReadonlySet<string> = new Set([
  "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
  "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
  "WS_ERR_TOO_MANY_BUFFERED_PARTS",
]);
/** Maximum frames accepted from a peer after a close was sent. */
const MOST_LATE = 1_000;
/** Minimum average bytes of a message's fragments: libraries hardly flush
 * smaller ones. Each is kept with an overhead until the message is complete. */
const LEAST_FRAGMENT = 4096;
/** Minimum average bytes of a frame's packets, which any network carries (RFC
 * 1122, 3.3.3). */
const LEAST_PACKET = 512;
/** Fragments and packets allowed for a message of any length. */
const MOST_SMALL = 64;

/** Encodes a frame once for consecutive sends to many sockets. */
class Encoder {
  #frame = "";
  #bytes: Uint8Array = new Uint8Array();

  encode(frame: string): Uint8Array {
    if (frame !== this.#frame) {
      this.#bytes = Buffer.from(frame);
      this.#frame = frame;
    }
    return this.#bytes;
  }
}

/** One socket, and when its peer last sent anything. */
class WsSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #encoder: Encoder;
  #heardAt = performance.now();
  #pingedAt: number | undefined;
  readonly #count: SocketCount;
  #ending = false;
  /** Frames received after the server closed it. */
  #late = 0;
  /** Why the transport closed it, if it did. */
  cause: CloseReason | undefined;

  constructor(
    socket: WebSocket,
    { encoder, ledger }: { encoder: Encoder; ledger: ResourceLedger },
  ) {
    this.#socket = socket;
    this.#encoder = encoder;
    this.#count = new SocketCount(ledger);
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    if (!this.open) return;
    if (typeof frame !== "string") return this.#socket.send(frame);
    this.#socket.send(this.#encoder.encode(frame), { binary: false });
  }

  /** Whether it was closed by something else. */
  get lost(): boolean {
    return !this.open && !this.#ending;
  }

  close(code: number, reason: string): void {
    if (!this.open) return;
    this.#ending = true;
    this.#count.closing();
    this.#socket.close(code, reason);
  }

  /**
   * Records a frame as a sign of life.
   *
   * @returns Whether the handler still receives frames: not after the server
   * closed the socket. Peers that keep sending are cut off.
   */
  heard(): boolean {
    this.#heardAt = performance.now();
    this.#pingedAt = undefined;
    if (this.open) return true;
    if (++this.#late > MOST_LATE) this.cutOff();
    return false;
  }

  /**
   * Pings after half of the idle timeout, and cuts off after the other half. A
   * blocked event loop receives no frames, and must not mistake that for
   * silence.
   */
  check(idleMs: number): void {
    const now = performance.now();
    if (this.#pingedAt === undefined) {
      if (now - this.#heardAt < idleMs / 2 || !this.open) return;
      this.#pingedAt = now;
      this.#socket.ping();
    } else if (now - this.#pingedAt >= idleMs / 2) {
      this.cause = CLOSE.silent;
      this.cutOff();
    }
  }

  /** Its connection has closed. */
  gone(): void {
    this.#count.gone();
  }

  cutOff(): void {
    this.#ending = true;
    this.#count.closing();
    this.#socket.terminate();
  }
}

/** Transport with limits on what peers can send; see the file header. */
export class WsTransport implements Transport {
  readonly #options: TransportOptions;
  readonly #server: WebSocketServer;
  readonly #http: NodeHttp;
  readonly #encoder = new Encoder();
  readonly #turns = new TurnShare(systemClock);
  readonly #sockets = new Set<WsSocket>();
  /** The chosen subprotocols. */
  readonly #protocols = new WeakMap<IncomingMessage, string>();

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#http = new NodeHttp(options);
    // Its own constant, since the types lack 'closeTimeout'.
    const settings = {
      noServer: true,
      clientTracking: false,
      maxPayload: options.maxFrame,
      maxFragments: MOST_SMALL + Math.ceil(options.maxFrame / LEAST_FRAGMENT),
      maxBufferedChunks: MOST_SMALL +
        Math.ceil(options.maxFrame / LEAST_PACKET),
      maxPendingAutoPongs: MOST_PONGS,
      perMessageDeflate: false,
      closeTimeout: CLOSE_MS,
      handleProtocols: (_: Set<string>, message: IncomingMessage) =>
        this.#protocols.get(message) ?? false,
    };
    this.#server = new WebSocketServer(settings);
  }

  async listen(options: ListenOptions): Promise<Listener> {
    const listener = await this.#http.listen(options);
    const idleMs = this.#options.idleSeconds * 1000;
    const sweep = idleMs > 0
      ? setInterval(() => {
        for (const socket of this.#sockets) {
          try {
            socket.check(idleMs);
          } catch (error) {
            this.#options.onError(error);
            socket.cutOff();
          }
        }
      }, Math.min(MOST_SWEEP_MS, idleMs / 4))
      : undefined;
    return {
      ...listener,
      stop: async (deadline) => {
        clearInterval(sweep);
        const cutOff = () => {
          for (const socket of this.#sockets) socket.cutOff();
        };
        await listener.stop(deadline.then(cutOff));
      },
    };
  }

  upgrade(request: Request, accept: Accept, protocol?: string): Response {
    const { message, connection, head } = this.#http.take(request);
    if (protocol !== undefined) this.#protocols.set(message, protocol);
    this.#server.handleUpgrade(
      message,
      connection,
      head,
      (socket) => this.#open(socket, accept, partyOf(message)),
    );
    // Not sent: `ws` has answered.
    return new Response(null, { status: 101 });
  }

  #open(ws: WebSocket, accept: Accept, party: Party): void {
    const { ledger } = this.#options;
    const socket = new WsSocket(ws, { encoder: this.#encoder, ledger });
    let handler: SocketHandler | undefined;
    const guarded = (act: () => void) => {
      try {
        act();
      } catch (error) {
        this.#options.onError(error);
        socket.close(CLOSE.internalError.code, CLOSE.internalError.reason);
      }
    };
    this.#sockets.add(socket);
    readInTurns(ws, {
      isBusy: () => handler?.isBusy?.() ?? false,
      turns: this.#turns,
      party,
    });
    const control = ({ length }: Buffer) => {
      if (socket.heard()) guarded(() => handler?.control(length));
    };
    ws.on("pong", control);
    ws.on("ping", (data: Buffer) => {
      // `ws` cut it off for too many unsent pongs.
      if (socket.lost) socket.cause ??= CLOSE.flood;
      control(data);
    });
    ws.on("message", (data: Buffer, binary: boolean) => {
      if (!socket.heard()) return;
      guarded(() => handler?.message(binary ? copied(data) : data.toString()));
    });
    // An invalid frame or a lost connection; `close` follows.
    ws.on("error", ({ code = "" }: Error & { code?: string }) => {
      if (TOO_BIG.has(code)) socket.cause = CLOSE.tooBig;
    });
    ws.on("close", (code: number) => {
      this.#sockets.delete(socket);
      socket.gone();
      const { cause } = socket;
      if (cause !== undefined) {
        return guarded(() => handler?.close(cause.code, cause));
      }
      guarded(() => handler?.close(code === LOST ? 0 : code));
    });
    guarded(() => handler = accept(socket));
  }
}

/** Copies the message: `ws` returns a view of its read buffer. */
function copied(data: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data);
}
