/**
 * A TCP relay: what comes to its port goes on to another one, byte for byte,
 * and an end or a reset of one side is one of the other. The balancer before a
 * fleet is one, and the line from a node to its engine, which can be cut.
 */

import {
  type AddressInfo,
  connect,
  createServer,
  type Server,
  type Socket,
} from "node:net";

/** Which ports to try for a new connection, the best one first. */
export type Route = () => readonly number[];

const HOST = "127.0.0.1";

/** One relay. */
export class Relay {
  readonly #server: Server;
  readonly #route: Route;
  readonly #sockets = new Set<Socket>();
  #cut = false;

  /**
   * Begins to relay.
   *
   * @param port Where it listens; 0 for any free one.
   * @param route Where to.
   */
  static async start(port: number, route: Route): Promise<Relay> {
    const server = createServer((near) => relay.#enter(near));
    const relay = new Relay(server, route);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen({ port, host: HOST, backlog: 4096 }, resolve);
    await promise;
    return relay;
  }

  private constructor(server: Server, route: Route) {
    this.#server = server;
    this.#route = route;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whether nothing gets through. */
  get isCut(): boolean {
    return this.#cut;
  }

  /** Resets all connections, and refuses others until {@linkcode mend}. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Lets everything through again. */
  mend(): void {
    this.#cut = false;
  }

  /** Ends everything. */
  async end(): Promise<void> {
    this.cut();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  #enter(near: Socket): void {
    this.#hold(near);
    if (this.#cut) {
      near.resetAndDestroy();
      return;
    }
    this.#reach(near, [...this.#route()]);
  }

  /** Connects with the first port that answers. */
  #reach(near: Socket, [port, ...others]: readonly number[]): void {
    if (near.destroyed) return;
    if (port === undefined) {
      near.destroy();
      return;
    }
    const far = connect({ host: HOST, port });
    this.#hold(far);
    let reached = false;
    far.once("connect", () => {
      reached = true;
      if (near.destroyed) far.destroy();
      else this.#join(near, far);
    });
    far.once("close", () => {
      if (!reached) this.#reach(near, others);
    });
  }

  #join(near: Socket, far: Socket): void {
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.setNoDelay(true);
      // The end of one side is passed on by the pipe.
      one.pipe(other);
      one.once("error", () => other.resetAndDestroy());
      one.once("close", () => other.end());
    }
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    // `close` follows and is all that matters to who has only one side yet.
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
