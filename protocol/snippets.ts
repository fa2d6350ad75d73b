/**
 * Sample clients for a WebSocket URL, which pages show to copy. Tests run each
 * as it is shown.
 */

/** The task of a sample client, in any language. */
export interface SnippetTask {
  /** The URL to connect to, `ws:` or `wss:`. */
  readonly url: string;
  /** The text frames that it sends when it is connected or, if the server asks
   * for a name, when the server has accepted that. */
  readonly says: readonly string[];
  /** The first word of its name, if the server asks for one. A random number
   * follows, so that many clients can run the same code at once. */
  readonly givesName?: string | undefined;
  /** Subprotocols that it offers, in order of preference. */
  readonly protocols?: readonly string[] | undefined;
  /** The message on which it closes the connection. */
  readonly closesOn?: string | undefined;
}

/** One way to write a client. */
export interface SnippetKind {
  /** A short id, also part of an element's id. */
  readonly id: "javascript" | "python" | "deno" | "terminal";
  /** Returns the code, without a line break at its end. */
  readonly write: (task: SnippetTask) => string;
}

/** The start of a server's line in the dialect that asks for a name, … */
export const SERVER = "[Server]: ";
/** … the end of the question, also after a taken name, … */
export const NAME_QUESTION = "What is your name?";
/** … and the start of the line that confirms the name. */
export const ENTERED = `${SERVER}You are in `;

/** All kinds; the first needs no installation. */
export const SNIPPETS: readonly SnippetKind[] = [
  {
    id: "javascript",
    write: javascript,
  },
  {
    id: "python",
    write: python,
  },
  {
    id: "deno",
    write: deno,
  },
  {
    id: "terminal",
    write: terminal,
  },
];

/**
 * Returns a client in JavaScript that prints the messages and the close code.
 *
 * @param task The client's task.
 * @returns A script for browsers, Deno, Bun and Node 22.
 */
export function javascript(
  task: SnippetTask,
): string {
  const { url, says, protocols = [], givesName } = task;
  const offers = protocols.length > 0 ? `, ${quoted(protocols)}` : "";
  return [
    `const url = ${quoted(url)};`,
    `const socket = new WebSocket(url${offers});`,
    ...(givesName !== undefined ? [] : [
      "socket.onopen = () => {",
      ...says.map((text) => `  socket.send(${quoted(text)});`),
      "};",
    ]),
    "socket.onmessage = ({ data }) => {",
    "  console.log(data);",
    ...reactions(task),
    "};",
    `socket.onclose = ({ code }) => console.log("Closed with", code);`,
  ].join("\n");
}

/**
 * Returns a client in Python that prints the messages. It needs the package
 * `websockets`, 10 or newer.
 *
 * @param task The client's task.
 * @returns A whole script.
 */
export function python(
  { url, says, protocols = [], closesOn, givesName }: SnippetTask,
): string {
  const offers = protocols.length > 0
    ? `, subprotocols=${quoted(protocols)}`
    : "";
  const named = givesName !== undefined;
  return [
    "import asyncio",
    ...(named ? ["import random"] : []),
    "import websockets",
    "",
    `url = ${quoted(url)}`,
    "",
    "async def main():",
    `    async with websockets.connect(url${offers}) as socket:`,
    ...(named
      ? []
      : says.map((text) => `        await socket.send(${quoted(text)})`)),
    "        async for message in socket:",
    "            print(message)",
    ...(named
      ? [
        `            if not message.startswith(${quoted(SERVER)}):`,
        "                continue",
        `            if message.endswith(${quoted(NAME_QUESTION)}):`,
        `                name = ${quoted(`${givesName} `)} + ` +
        "str(random.randrange(1000))",
        "                await socket.send(name)",
        `            if message.startswith(${quoted(ENTERED)}):`,
        ...says.map((text) =>
          `                await socket.send(${quoted(text)})`
        ),
      ]
      : []),
    ...(closesOn === undefined ? [] : [
      `            if message == ${quoted(closesOn)}:`,
      "                await socket.close()",
    ]),
    "",
    "asyncio.run(main())",
  ].join("\n");
}

/**
 * Returns a client as a module for Deno that waits for the connection with
 * `await`, and prints the messages and the close code.
 *
 * @param task The client's task.
 * @returns A whole module, TypeScript and JavaScript alike.
 */
export function deno(
  task: SnippetTask,
): string {
  const { url, says, protocols = [], givesName } = task;
  const offers = protocols.length > 0 ? `, ${quoted(protocols)}` : "";
  return [
    `const url = ${quoted(url)};`,
    `const socket = new WebSocket(url${offers});`,
    `socket.addEventListener("message", ({ data }) => {`,
    "  console.log(data);",
    ...reactions(task),
    "});",
    `socket.addEventListener("close", ({ code }) => {`,
    `  console.log("Closed with", code);`,
    "});",
    ...(says.length === 0 || givesName !== undefined ? [] : [
      `await new Promise((open) => socket.addEventListener("open", open));`,
      ...says.map((text) => `socket.send(${quoted(text)});`),
    ]),
  ].join("\n");
}

/**
 * Returns a command line for `wscat`, which cannot close by itself, so this
 * ignores {@linkcode SnippetTask.closesOn}. It cannot wait for an answer
 * either, so its name has a random number.
 *
 * @param task The client's task.
 * @returns One line for a POSIX shell.
 */
export function terminal(
  { url, says, protocols = [], givesName }: SnippetTask,
): string {
  return [
    "npx -y wscat -c",
    word(url),
    ...protocols.flatMap((protocol) => ["-s", word(protocol)]),
    ...(givesName === undefined
      ? []
      : [`-x "${givesName} $(od -An -N4 -tu4 /dev/urandom)"`]),
    ...says.flatMap((text) => ["-x", word(text)]),
    // Otherwise wscat exits after its last line.
    ...(says.length > 0 ? ["-w -1"] : []),
  ].join(" ");
}

/** Returns the body of a JavaScript client's message handler. */
function reactions({ says, closesOn, givesName }: SnippetTask): string[] {
  const closing = closesOn === undefined
    ? []
    : [`  if (data === ${quoted(closesOn)}) socket.close(1000);`];
  if (givesName === undefined) return closing;
  return [
    ...closing,
    `  if (!data.startsWith(${quoted(SERVER)})) return;`,
    `  if (data.endsWith(${quoted(NAME_QUESTION)})) {`,
    `    socket.send(${quoted(`${givesName} `)} + ` +
    "Math.floor(Math.random() * 1000));",
    "  }",
    `  if (data.startsWith(${quoted(ENTERED)})) {`,
    ...says.map((text) => `    socket.send(${quoted(text)});`),
    "  }",
  ];
}

/** Returns a literal for a string or a list, valid in JavaScript and Python. */
function quoted(value: string | readonly string[]): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : `[${value.map(quoted).join(", ")}]`;
}

/** Returns a word of a shell command, quoted only if necessary. */
function word(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
