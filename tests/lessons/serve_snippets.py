"""Runs sample servers in one process, as serve_snippets.ts does."""

import json
import sys
import threading
import websockets

programs = json.load(sys.stdin)
serve = websockets.serve
ports = {}
started = threading.Semaphore(0)


class Serve:
    def __init__(self, handler, host, port):
        self.server = serve(handler, host, 0)

    async def __aenter__(self):
        server = await self.server.__aenter__()
        name = threading.current_thread().name
        ports[name] = server.sockets[0].getsockname()[1]
        started.release()

    async def __aexit__(self, *error):
        await self.server.__aexit__(*error)


websockets.serve = Serve
for name, code in programs:
    program = compile(code, name, "exec")
    threading.Thread(
        target=exec, args=(program, {}), name=name, daemon=True
    ).start()
for _ in programs:
    started.acquire()
print(json.dumps(ports), flush=True)
threading.Event().wait()
