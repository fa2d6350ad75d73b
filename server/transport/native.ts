/**
 * WebSockets over `Deno.serve` and `Deno.upgradeWebSocket`, with the guards
 * that the runtime needs: an exception after the upgrade or in a handler would
 * end the process, and `close` can fire twice.
 */

import { soon } from "../runtime/event_loop.ts";
import { networkKey } from "../runtime/ip_network.ts";
import { CLOSE } from "../../protocol/close_codes.ts";
import { keepListening, type ListenAttempt } from "./lasting_listener.ts";
import { RefusalLimit } from "./refusal_limit.ts";
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

/** Fits a thousand clients that connect at once, as after a restart. */
const BACKLOG = 4096;
/**
 * Maximum concurrent requests per HTTP/2 connection: the minimum that a client
 * may expect (RFC 9113, 6.5.2). The runtime speaks HTTP/2 with and without TLS.
 */
const MOST_STREAMS = 100;

class NativeSocket implements Socket {
  readonly #socket: WebSocket;
  #closing = false;
  /** Set when the socket opens. */
  count: SocketCount | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get open(): boolean {
    return !this.#closing && this.#socket.readyState === WebSocket.OPEN;
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    if (this.open) this.#socket.send(frame);
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.count?.closing();
    // Deferred: when called from `onmessage` with more frames buffered, the
    // runtime never writes the close frame.
    soon(() => {
      if (this.#socket.readyState <= WebSocket.OPEN) {
        this.#socket.close(code, reason);
      }
    });
  }
}

/**
 * Makes Deno find the subprotocol among the offered ones: it splits only at ",
 * ", while `ws` sends ",". Deno 2.5.0 cannot set it on the response.
 */
function offer(request: Request, protocol: string): void {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  // Only if needed: the runtime keeps the 2 KB copy with the socket.
  if (offered.split(", ").includes(protocol)) return;
  const headers = new Headers(request.headers);
  headers.set("sec-websocket-protocol", protocol);
  Object.defineProperty(request, "headers", { value: headers });
}

function ignore(event: Event): void {
  event.preventDefault();
}

/** Deno's own server, which works everywhere. It buffers each message
 * completely, whatever its size. */
export class NativeTransport implements Transport {
  readonly #options: TransportOptions;
  /** Concurrent requests by connection (the peer's address and port). */
  readonly #streams = new Map<string, number>();
  readonly #refusals = new RefusalLimit(() => performance.now());

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  listen(options: ListenOptions): Promise<Listener> {
    const { onFailed = options.onError, onLost = options.onError } = options;
    return keepListening({
      port: options.port,
      open: (port) => Promise.resolve(this.#open({ ...options, port })),
      onFailed,
      onLost,
    });
  }

  #open(options: ListenOptions): ListenAttempt {
    const { hostname, port, tls, handler, onError, onFault } = options;
    const { ledger } = this.#options;
    const abort = new AbortController();
    let open = 0;
    let onIdle = () => {};
    const http = Deno.serve(
      {
        signal: abort.signal,
        hostname,
        port,
        ...tls,
        tcpBacklog: BACKLOG,
        onListen() {},
        onError,
      },
      (request, { remoteAddr, completed }) => {
        // Rejects when the response could not be sent; either way the exchange
        // is over.
        const release = ledger.open("request");
        open++;
        const answered = () => {
          release();
          if (--open === 0) onIdle();
        };
        const done = completed.then(answered, answered);
        // The runtime builds the URL from the Host header, which may be
        // invalid.
        const isRequest = URL.canParse(request.url);
        if (!("hostname" in remoteAddr)) {
          return isRequest ? handler(request, "", done) : onFault("host");
        }
        const { hostname: address, port: peer } = remoteAddr;
        const connection = `${address} ${peer}`;
        const party = { group: networkKey(address), member: String(peer) };
        const limited = (answer: Response) =>
          this.#refusals.limit(answer, party);
        if (!isRequest) return limited(onFault("host"));
        if (!this.#enter(connection, done)) return limited(onFault("streams"));
        const answer = handler(request, address, done);
        return answer instanceof Response
          ? limited(answer)
          : answer.then(limited);
      },
    );
    // The server ends by itself without free file descriptors.
    const failed = http.finished.catch((error) => error);
    return {
      addr: http.addr,
      failed,
      async stop(deadline) {
        const idle = new Promise<void>((resolve) => onIdle = resolve);
        if (open > 0) await Promise.race([idle, deadline]);
        // Not `shutdown()`: it reads buffered unread bodies and blocks the
        // event loop meanwhile, for half a minute with a few hundred KB of tiny
        // chunks.
        abort.abort();
        await Promise.race([failed, deadline]);
      },
    };
  }

  /** Counts a request until it ends; returns false above the limit. */
  #enter(connection: string, done: Promise<void>): boolean {
    const { streams = MOST_STREAMS } = this.#options;
    const count = (change: 1 | -1) => {
      const here = (this.#streams.get(connection) ?? 0) + change;
      if (here === 0) this.#streams.delete(connection);
      else this.#streams.set(connection, here);
      return here;
    };
    if (count(1) > streams) {
      count(-1);
      return false;
    }
    done.then(() => count(-1));
    return true;
  }

  upgrade(request: Request, accept: Accept, protocol?: string): Response {
    const { onError, idleSeconds, ledger } = this.#options;
    if (protocol !== undefined) offer(request, protocol);
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: idleSeconds,
      ...(protocol !== undefined && { protocol }),
    });
    socket.binaryType = "arraybuffer";
    const native = new NativeSocket(socket);
    let handler: SocketHandler | undefined;
    let closed = false;

    const guarded = (act: () => void) => {
      try {
        act();
      } catch (error) {
        onError(error);
        native.close(CLOSE.internalError.code, CLOSE.internalError.reason);
      }
    };

    // Not `onopen` etc.: the runtime wraps each of these, at 110 bytes.
    socket.addEventListener(
      "open",
      () => {
        native.count = new SocketCount(ledger);
        guarded(() => handler = accept(native));
      },
      { once: true },
    );
    socket.addEventListener("message", ({ data }) => {
      guarded(() =>
        handler?.message(typeof data === "string" ? data : new Uint8Array(data))
      );
    });
    // An invalid frame or a lost connection; `close` follows with all details.
    socket.addEventListener("error", ignore);
    socket.addEventListener("close", ({ code, wasClean }) => {
      if (closed) return;
      closed = true;
      native.count?.gone();
      // Only the runtime's idle timeout closes with this code and no handshake.
      const silent = code === CLOSE.goingAway.code && !wasClean;
      guarded(() =>
        silent
          ? handler?.close(CLOSE.silent.code, CLOSE.silent)
          : handler?.close(code)
      );
    });
    return response;
  }
}
