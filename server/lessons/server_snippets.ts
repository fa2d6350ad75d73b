/**
 * Sample servers: a few lines that do what a lesson does, which the page shows
 * to copy. They leave out what a public server needs, such as limits. Tests run
 * each as it is shown.
 */

import type { Lesson } from "./table.ts";

/** The languages of the sample servers. */
export type ServerLanguage = "typescript" | "python";

/** All languages. */
export const SERVER_LANGUAGES: readonly ServerLanguage[] = [
  "typescript",
  "python",
];

/** Address of the sample servers, for clients on the same machine. */
export const SERVER_SNIPPET_URL = "ws://127.0.0.1:8080/";

/** What a program has to do beside the reply. */
type Task = Pick<
  Lesson,
  | "code"
  | "welcome"
  | "to"
  | "remembers"
  | "hangsUpOn"
  | "awaitsClose"
  | "echoesBinary"
>;

/**
 * Returns the sample server of a lesson.
 *
 * @param language Its language.
 * @param lesson A row of the table.
 * @returns A whole program, without a line break at its end.
 */
export function serverSnippet(language: ServerLanguage, lesson: Task): string {
  const lines = language === "python" ? python(lesson) : typescript(lesson);
  return lines.join("\n");
}

/** Returns the lines if a condition holds. */
function only(condition: unknown, ...lines: readonly string[]): string[] {
  return condition ? [...lines] : [];
}

function typescript(lesson: Task): string[] {
  const { code, welcome, to, remembers, hangsUpOn } = lesson;
  const { awaitsClose, echoesBinary } = lesson;
  const isShared = to === "everyone";
  const opening = [
    ...only(welcome, `    socket.send(${JSON.stringify(welcome)});`),
    ...only(remembers, "    for (const past of history) socket.send(past);"),
    ...only(isShared, "    sockets.add(socket);"),
  ];
  const answer = code.typescript;
  return [
    ...only(isShared, "const sockets = new Set<WebSocket>();"),
    ...only(remembers, "const history: string[] = [];"),
    ...only(isShared || remembers, ""),
    `Deno.serve({ hostname: "127.0.0.1", port: 8080 }, (request) => {`,
    `  if (request.headers.get("upgrade") !== "websocket") {`,
    `    return new Response("This is a WebSocket", { status: 426 });`,
    "  }",
    "  const { socket, response } = Deno.upgradeWebSocket(request);",
    ...only(echoesBinary, `  socket.binaryType = "arraybuffer";`),
    ...only(
      opening.length > 0,
      "  socket.onopen = () => {",
      ...opening,
      "  };",
    ),
    "  socket.onmessage = ({ data: text }) => {",
    ...only(
      hangsUpOn,
      `    if (text === ${JSON.stringify(hangsUpOn)}) {`,
      "      return socket.close(1000);",
      "    }",
    ),
    ...only(
      echoesBinary,
      `    if (typeof text !== "string") return socket.send(text);`,
    ),
    ...only(isShared || remembers, `    const answer = ${answer};`),
    ...only(
      remembers,
      "    history.push(answer);",
      "    if (history.length > 100) history.shift();",
    ),
    ...only(
      isShared,
      "    for (const each of sockets) {",
      "      if (each.readyState === WebSocket.OPEN) each.send(answer);",
      "    }",
    ),
    ...only(
      !isShared,
      `    socket.send(${remembers ? "answer" : answer});`,
    ),
    ...only(
      awaitsClose,
      "    setTimeout(() => socket.close(1000), 10_000);",
    ),
    "  };",
    ...only(isShared, "  socket.onclose = () => sockets.delete(socket);"),
    "  return response;",
    "});",
  ];
}

function python(lesson: Task): string[] {
  const { code, welcome, to, remembers, hangsUpOn } = lesson;
  const { awaitsClose, echoesBinary } = lesson;
  const isShared = to === "everyone";
  const answer = echoesBinary
    ? `text if isinstance(text, bytes) else ${code.python}`
    : code.python;
  const reading = [
    "async for text in socket:",
    ...only(
      hangsUpOn,
      `    if text == ${JSON.stringify(hangsUpOn)}:`,
      "        break",
    ),
    ...only(
      isShared || remembers || echoesBinary,
      `    answer = ${answer}`,
    ),
    ...only(
      remembers,
      "    history.append(answer)",
      "    del history[:-100]",
    ),
    ...only(isShared, "    websockets.broadcast(sockets, answer)"),
    ...only(
      !isShared,
      `    await socket.send(${remembers || echoesBinary ? "answer" : answer})`,
    ),
    ...only(
      awaitsClose,
      "    timer = asyncio.create_task(close_later(socket))",
    ),
  ];
  return [
    "import asyncio",
    "import websockets",
    "",
    ...only(isShared, "sockets = set()"),
    ...only(remembers, "history = []"),
    ...only(isShared || remembers, ""),
    ...only(
      awaitsClose,
      "async def close_later(socket):",
      "    await asyncio.sleep(10)",
      "    await socket.close()",
      "",
    ),
    "async def talk(socket):",
    ...only(welcome, `    await socket.send(${JSON.stringify(welcome)})`),
    // A message that comes during a wait would be in neither.
    ...only(
      remembers && isShared,
      "    for past in history:",
      "        websockets.broadcast([socket], past)",
    ),
    ...only(
      remembers && !isShared,
      "    for past in list(history):",
      "        await socket.send(past)",
    ),
    ...(isShared
      ? [
        "    sockets.add(socket)",
        "    try:",
        ...reading.map((line) => `        ${line}`),
        "    finally:",
        "        sockets.discard(socket)",
      ]
      : reading.map((line) => `    ${line}`)),
    "",
    "async def main():",
    `    async with websockets.serve(talk, "127.0.0.1", 8080):`,
    "        await asyncio.Future()",
    "",
    "asyncio.run(main())",
  ];
}
