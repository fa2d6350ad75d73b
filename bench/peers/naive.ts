/**
 * What one writes first on Deno: a set of sockets a room, and a loop that
 * sends to each.
 */

const rooms = new Map<string, Set<WebSocket>>();

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, (request) => {
  const { pathname } = new URL(request.url);
  const { socket, response } = Deno.upgradeWebSocket(request);
  const room = rooms.get(pathname) ?? new Set();
  rooms.set(pathname, room);
  socket.onopen = () => room.add(socket);
  socket.onmessage = ({ data }) => {
    for (const member of room) {
      if (member.readyState === WebSocket.OPEN) member.send(data);
    }
  };
  socket.onclose = () => room.delete(socket);
  return response;
});
