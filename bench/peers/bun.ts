/**
 * Bun's native publish, as its guide to WebSockets has it: topics, and a
 * publish by the server so that the sender gets its message too.
 * https://bun.com/docs/runtime/http/websockets#pub-sub
 */

interface BunSocket {
  readonly data: { readonly room: string };
  subscribe(topic: string): void;
}

interface BunServer {
  readonly port: number;
  upgrade(request: Request, options: { data: { room: string } }): boolean;
  publish(topic: string, text: string): number;
}

declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: BunServer): Response | undefined;
    websocket: {
      open(socket: BunSocket): void;
      message(socket: BunSocket, text: string): void;
    };
  }): BunServer;
};

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    const room = new URL(request.url).pathname;
    if (server.upgrade(request, { data: { room } })) return undefined;
    return new Response("Upgrade Required", { status: 426 });
  },
  websocket: {
    open(socket) {
      socket.subscribe(socket.data.room);
    },
    message(socket, text) {
      server.publish(socket.data.room, text);
    },
  },
});
console.log(`http://127.0.0.1:${server.port}`);
