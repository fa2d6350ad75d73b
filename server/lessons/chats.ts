/**
 * The chats: lessons about the rooms of this server, with a small server of the
 * same kind for each. The rooms themselves are not part of the lessons.
 */

import type { Example } from "../../protocol/lab.ts";
import type { ServerLanguage } from "./server_snippets.ts";

/** One dialect to chat in a room. */
export interface Chat extends Example {
  readonly path: string;
  /** A small server of this kind, a whole program in each language. */
  readonly code: Readonly<Record<ServerLanguage, string>>;
}

const NAMES_TYPESCRIPT = `const names = new Map<WebSocket, string>();

function tell(text: string, author?: WebSocket) {
  for (const socket of names.keys()) {
    if (socket === author || socket.readyState !== WebSocket.OPEN) continue;
    socket.send(text);
  }
}

Deno.serve({ hostname: "127.0.0.1", port: 8080 }, (request) => {
  if (request.headers.get("upgrade") !== "websocket") {
    return new Response("This is a WebSocket", { status: 426 });
  }
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onopen = () => socket.send("[Server]: Welcome. What is your name?");
  socket.onmessage = ({ data: text }) => {
    const name = names.get(socket);
    if (name !== undefined) return tell(\`[\${name}]: \${text}\`, socket);
    if ([...names.values()].includes(text)) {
      return socket.send("[Server]: Taken. What is your name?");
    }
    names.set(socket, text);
    socket.send(\`[Server]: You are in as \${text}.\`);
    tell(\`[Server]: \${text} has joined the chat.\`, socket);
  };
  socket.onclose = () => {
    const name = names.get(socket);
    if (names.delete(socket)) tell(\`[Server]: \${name} has left the chat.\`);
  };
  return response;
});`;

const NAMES_PYTHON = `import asyncio
import websockets

names = {}

def tell(text, author=None):
    websockets.broadcast(names.keys() - {author}, text)

async def chat(socket):
    await socket.send("[Server]: Welcome. What is your name?")
    try:
        async for text in socket:
            if socket in names:
                tell(f"[{names[socket]}]: {text}", socket)
            elif text in names.values():
                await socket.send("[Server]: Taken. What is your name?")
            else:
                names[socket] = text
                await socket.send(f"[Server]: You are in as {text}.")
                tell(f"[Server]: {text} has joined the chat.", socket)
    finally:
        name = names.pop(socket, None)
        if name is not None:
            tell(f"[Server]: {name} has left the chat.")

async def main():
    async with websockets.serve(chat, "127.0.0.1", 8080):
        await asyncio.Future()

asyncio.run(main())`;

const GIVEN_TYPESCRIPT = `const sockets = new Set<WebSocket>();
let count = 0;

function tell(sender: string, message: string) {
  for (const socket of sockets) {
    if (socket.readyState !== WebSocket.OPEN) continue;
    socket.send(JSON.stringify({ sender, message }));
  }
}

Deno.serve({ hostname: "127.0.0.1", port: 8080 }, (request) => {
  if (request.headers.get("upgrade") !== "websocket") {
    return new Response("This is a WebSocket", { status: 426 });
  }
  const { socket, response } = Deno.upgradeWebSocket(request);
  const name = \`Guest \${++count}\`;
  socket.onopen = () => {
    const message = \`You are \${name}\`;
    socket.send(JSON.stringify({ sender: "Server", message }));
    tell(name, "Client connected");
    sockets.add(socket);
  };
  socket.onmessage = ({ data: text }) => tell(name, text);
  socket.onclose = () => {
    if (sockets.delete(socket)) tell(name, "Client disconnected");
  };
  return response;
});`;

const GIVEN_PYTHON = `import asyncio
import itertools
import json
import websockets

sockets = set()
numbers = itertools.count(1)

def tell(sender, message):
    text = json.dumps({"sender": sender, "message": message})
    websockets.broadcast(sockets, text)

async def chat(socket):
    name = f"Guest {next(numbers)}"
    welcome = {"sender": "Server", "message": f"You are {name}"}
    await socket.send(json.dumps(welcome))
    tell(name, "Client connected")
    sockets.add(socket)
    try:
        async for text in socket:
            tell(name, text)
    finally:
        sockets.discard(socket)
        tell(name, "Client disconnected")

async def main():
    async with websockets.serve(chat, "127.0.0.1", 8080):
        await asyncio.Future()

asyncio.run(main())`;

/** Room of the chats below, apart from the rooms that people use. */
const ROOM = "lesson";

/** The chats: lessons about the rooms themselves. */
export const CHATS: readonly Chat[] = [
  {
    path: `/text/${ROOM}`,
    givesName: "Ada",
    says: ["Hello everyone!"],
    code: { typescript: NAMES_TYPESCRIPT, python: NAMES_PYTHON },
  },
  {
    path: `/ws/${ROOM}`,
    says: ["Hello everyone!"],
    code: { typescript: GIVEN_TYPESCRIPT, python: GIVEN_PYTHON },
  },
];
