/**
 * Sockets over `Deno.serve` and `Deno.upgradeWebSocket`. Owns the guards that the runtime
 * needs: nothing may throw after the upgrade, nor in a handler, since either
 * would end the process; and `close` can come twice.
 */

import { setImmediate } from "node:timers";
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

/** A thousand clients that come at once, as after a restart, fit in. */
const BACKLOG = 4096;
/** Requests in progress over one connection of HTTP/2, which the runtime speaks
 * to whoever does, with TLS and without: as many as a client may expect at least
 * (RFC 9113, 6.5.2). */
const MOST_STREAMS = 100;

class NativeSocket implements Socket {
  readonly #socket: WebSocket;
  #closing = false;
  /** From its opening on. */
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
    // Not now: called from `onmessage` while more frames have arrived already,
    // the runtime never writes the close frame.
    setImmediate(() => {
      if (this.#socket.readyState <= WebSocket.OPEN) {
        this.#socket.close(code, reason);
      }
    });
  }
}

/**
 * Makes sure that Deno finds the subprotocol among those a request offers: it
 * looks only in a list separated by exactly ", ", where `ws` separates by ",".
 * To put it into the response by hand is possible in newer Denos only, not in
 * 2.5.0.
 */
function offer(request: Request, protocol: string): void {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  // Only if need be: the runtime keeps the copy, of 2 KB, with the socket.
  if (offered.split(", ").includes(protocol)) return;
  const headers = new Headers(request.headers);
  headers.set("sec-websocket-protocol", protocol);
  Object.defineProperty(request, "headers", { value: headers });
}

function ignore(event: Event): void {
  event.preventDefault();
}

/** Deno's own server, which works everywhere. It holds
 * a message, however large, before it shows it to anybody. */
export class NativeTransport implements Transport {
  readonly #options: TransportOptions;
  /** Requests in progress by connection, its peer's address and port. */
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
        // It fails when the answer could not be sent; either way it is over.
        const release = ledger.open("request");
        open++;
        const answered = () => {
          release();
          if (--open === 0) onIdle();
        };
        const done = completed.then(answered, answered);
        // The runtime makes it of the Host header, which may be anything.
        const isRequest = URL.canParse(request.url);
        if (!("hostname" in remoteAddr)) {
          return isRequest ? handler(request, "", done) : onFault("host");
        }
        const { hostname: address, port: peer } = remoteAddr;
        const connection = `${address} ${peer}`;
        const limited = (answer: Response) =>
          this.#refusals.limit(answer, connection);
        if (!isRequest) return limited(onFault("host"));
        if (!this.#enter(connection, done)) return limited(onFault("streams"));
        const answer = handler(request, address, done);
        return answer instanceof Response
          ? limited(answer)
          : answer.then(limited);
      },
    );
    // It ends by itself when it is out of file descriptors.
    const failed = http.finished.catch((error) => error);
    return {
      addr: http.addr,
      failed,
      async stop(patience) {
        const idle = new Promise<void>((resolve) => onIdle = resolve);
        if (open > 0) await Promise.race([idle, patience]);
        // Not `shutdown()`: it reads all that has come of bodies that nobody
        // wants, and holds the event loop for so long. Tiny chunks of a few
        // hundred KB took it half a minute.
        abort.abort();
        await Promise.race([failed, patience]);
      },
    };
  }

  /** Counts a request of a connection to its end; false if there are too many. */
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

    // Not `onopen` and so on: the runtime wraps these, in 110 bytes each.
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
    // A broken frame or a lost connection; `close` follows and tells all there
    // is.
    socket.addEventListener("error", ignore);
    socket.addEventListener("close", ({ code, wasClean }) => {
      if (closed) return;
      closed = true;
      native.count?.gone();
      // Only the runtime's own idle timeout goes away without a handshake.
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
