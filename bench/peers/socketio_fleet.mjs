/**
 * Socket.IO on Node as one of several nodes: as socketio.mjs, with the adapter
 * for Redis of its own docs, and who comes and goes told to the room.
 * https://socket.io/docs/v4/redis-adapter/
 */

import { createServer } from "node:http";
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");

const [url] = process.argv.slice(2);
const publisher = createClient({ url });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  serveClient: false,
  adapter: createAdapter(publisher, subscriber),
});
io.on("connection", (socket) => {
  const { room } = socket.handshake.query;
  // Not sooner: the query is read from it.
  socket.conn.request = null;
  socket.join(room);
  io.to(room).emit("joined", socket.id);
  socket.on("message", (text) => io.to(room).emit("message", text));
  socket.on("disconnect", () => io.to(room).emit("left", socket.id));
});

http.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${http.address().port}`);
});
