/**
 * Socket.IO on Node: rooms, WebSocket alone, no page of its own, the native
 * helper of `ws` as its guide to performance advises, and the first request
 * forgotten. https://socket.io/docs/v4/performance-tuning/
 */

import { createServer } from "node:http";
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { Server } = require("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });
io.on("connection", (socket) => {
  const { room } = socket.handshake.query;
  // Not sooner: the query is read from it.
  socket.conn.request = null;
  socket.join(room);
  socket.on("message", (text) => io.to(room).emit("message", text));
});

http.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${http.address().port}`);
});
