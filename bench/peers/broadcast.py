"""Python's websockets with broadcast(), without compression, as its guides to
broadcasting and to memory advise.

https://websockets.readthedocs.io/en/stable/topics/broadcast.html
"""

import asyncio

import websockets

ROOMS = {}


async def handler(socket, *_):
    path = socket.path if hasattr(socket, "path") else socket.request.path
    room = ROOMS.setdefault(path, set())
    room.add(socket)
    try:
        async for message in socket:
            websockets.broadcast(room, message)
    finally:
        room.discard(socket)


async def main():
    async with websockets.serve(
        handler, "127.0.0.1", 0, compression=None
    ) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"http://127.0.0.1:{port}", flush=True)
        await asyncio.Future()


asyncio.run(main())
