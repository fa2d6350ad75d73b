/**
 * The lessons: small WebSocket servers to learn from, one row each, with their
 * exact texts and documentation. classroom.ts runs them. Existing clients
 * depend on the texts, so they do not change.
 */

import type { Example } from "../../protocol/lab.ts";
import type { ServerLanguage } from "./server_snippets.ts";

/** One lesson. */
export interface Lesson extends Example {
  /** The last segment of its path, `/lessons/NAME`. */
  readonly name: string;
  /** Message that it sends on connect. */
  readonly welcome?: string;
  /** Returns the reply to a message `m`. */
  readonly answer: (m: string) => string;
  readonly to: "sender" | "everyone";
  /** Whether new clients get the replies to past messages after the welcome. */
  readonly remembers?: true;
  /** The message on which it closes the connection instead of replying. */
  readonly hangsUpOn?: string;
  /** Whether it gives the client time to close first. */
  readonly awaitsClose?: true;
  /** Whether it echoes binary frames instead of rejecting them. */
  readonly echoesBinary?: true;
  /** The same reply as an expression of a message `text`, in the languages of
   * the sample servers. */
  readonly code: Readonly<Record<ServerLanguage, string>>;
}

/** The word that ends a conversation, in either direction. */
const CLOSE_CONNECTION = "CLOSE_CONNECTION";

/** All lessons in teaching order. */
export const LESSONS: readonly Lesson[] = [
  {
    name: "hello",
    says: ["Hello, Server!"],
    answer: () => "Hello, Client!",
    code: { typescript: '"Hello, Client!"', python: '"Hello, Client!"' },
    to: "sender",
  },
  {
    name: "echo",
    says: ["Hello", CLOSE_CONNECTION],
    answer: (m) => `Echo: ${m}`,
    code: { typescript: "`Echo: ${text}`", python: 'f"Echo: {text}"' },
    to: "sender",
    hangsUpOn: CLOSE_CONNECTION,
    echoesBinary: true,
  },
  {
    name: "greeter",
    says: ["Hello, Server!"],
    welcome: "Hello, Client!",
    answer: (m) => `Server received: ${m}`,
    code: {
      typescript: "`Server received: ${text}`",
      python: 'f"Server received: {text}"',
    },
    to: "sender",
  },
  {
    name: "said",
    says: ["Hello"],
    answer: (m) => `Server: You said "${m}"`,
    code: {
      typescript: '`Server: You said "${text}"`',
      python: `f'Server: You said "{text}"'`,
    },
    to: "sender",
  },
  {
    name: "uppercase",
    says: ["hello from here"],
    answer: (m) => m.toUpperCase(),
    code: { typescript: "text.toUpperCase()", python: "text.upper()" },
    to: "sender",
  },
  {
    name: "history",
    says: ["Hello"],
    welcome: "Welcome to the WebSocket server!",
    answer: (m) => `Server echo: ${m}`,
    code: {
      typescript: "`Server echo: ${text}`",
      python: 'f"Server echo: {text}"',
    },
    to: "sender",
    remembers: true,
  },
  {
    name: "broadcast",
    says: ["Hello"],
    welcome: "Welcome! You’re now in the broadcast room.",
    answer: (m) => `Broadcast: ${m}`,
    code: {
      typescript: "`Broadcast: ${text}`",
      python: 'f"Broadcast: {text}"',
    },
    to: "everyone",
    remembers: true,
  },
  {
    name: "says",
    says: ["Hello"],
    answer: (m) => `User says: ${m}`,
    code: {
      typescript: "`User says: ${text}`",
      python: 'f"User says: {text}"',
    },
    to: "everyone",
  },
  {
    name: "farewell",
    says: ["Goodbye"],
    closesOn: CLOSE_CONNECTION,
    answer: () => CLOSE_CONNECTION,
    code: { typescript: '"CLOSE_CONNECTION"', python: '"CLOSE_CONNECTION"' },
    to: "sender",
    awaitsClose: true,
  },
];
