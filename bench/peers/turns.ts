/**
 * The least that a server on Deno can do and still put what comes together
 * into one frame: no numbers, no acks, nothing kept. What the runtime itself
 * allows, to hold Hubbub against.
 */

import { setImmediate } from "node:timers";

interface Room {
  readonly members: Set<WebSocket>;
  /** Messages received in this turn. */
  texts: string[];
}

const rooms = new Map<string, Room>();

function tell(room: Room): void {
  const frame = room.texts.join("\n");
  room.texts = [];
  for (const member of room.members) {
    if (member.readyState === WebSocket.OPEN) member.send(frame);
  }
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, (request) => {
  const { pathname } = new URL(request.url);
  const { socket, response } = Deno.upgradeWebSocket(request);
  const room = rooms.get(pathname) ?? { members: new Set(), texts: [] };
  rooms.set(pathname, room);
  socket.onopen = () => room.members.add(socket);
  socket.onmessage = ({ data }) => {
    if (room.texts.push(data) === 1) setImmediate(() => tell(room));
  };
  socket.onclose = () => room.members.delete(socket);
  return response;
});
