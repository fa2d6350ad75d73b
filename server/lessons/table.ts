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
    title: "Hello",
    teaches: "The smallest conversation there is: connect, send, receive.",
    tryThis: "Send anything at all, once or several times.",
    seeThat:
      "Every message is answered with the same words, over one connection that stays open. Nothing arrives before you have sent something.",
    says: ["Hello, Server!"],
    answer: () => "Hello, Client!",
    code: { typescript: '"Hello, Client!"', python: '"Hello, Client!"' },
    to: "sender",
  },
  {
    name: "echo",
    title: "Echo",
    teaches:
      "Each message comes back, and one certain message makes the server close the connection.",
    tryThis:
      "Send a few messages, then CLOSE_CONNECTION. Send binary data as well, if your client can.",
    seeThat:
      "Answers come in the order in which you asked. The close event has code 1000, which stands for a normal end. Binary data comes back as it was.",
    says: ["Hello", CLOSE_CONNECTION],
    answer: (m) => `Echo: ${m}`,
    code: { typescript: "`Echo: ${text}`", python: 'f"Echo: {text}"' },
    to: "sender",
    hangsUpOn: CLOSE_CONNECTION,
    echoesBinary: true,
  },
  {
    name: "greeter",
    title: "Greeter",
    teaches: "The server may speak first, which plain HTTP cannot do.",
    tryThis: "Connect and wait, then send something.",
    seeThat:
      "The greeting is there before you have sent anything; a client that only sees answers to its own messages misses it.",
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
    title: "What you said",
    teaches: "A message is text, and nothing in it is special to the server.",
    tryThis: "Send quotes, an emoji, a line break, a bit of HTML.",
    seeThat:
      "All of it comes back between quotes, unchanged. Making text safe to show is up to whoever shows it.",
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
    title: "Upper case",
    teaches: "The server does something with your message before it answers.",
    tryThis: "Send some words, then straße and ñandú.",
    seeThat:
      "They come back in capitals. The answer need not be as long as the question: ß becomes SS.",
    says: ["hello from here"],
    answer: (m) => m.toUpperCase(),
    code: { typescript: "text.toUpperCase()", python: "text.upper()" },
    to: "sender",
  },
  {
    name: "history",
    title: "History",
    teaches:
      "The server remembers what was said, by anybody, and tells it to whoever comes later.",
    tryThis: "Send a few messages, close the connection, and connect again.",
    seeThat:
      "After the welcome come up to 100 past messages, yours and those of others. Answers to new messages go to their sender alone.",
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
    title: "Broadcast room",
    teaches: "One message reaches everybody, those here now and those to come.",
    tryThis: "Connect twice, side by side, and send from each.",
    seeThat:
      "Both receive both messages, in the same order. A third that connects later gets up to 100 past ones first.",
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
    title: "Who says what",
    teaches: "A broadcast without a memory: you had to be there.",
    tryThis: "Connect twice and send from each, then connect a third time.",
    seeThat:
      "Both receive every message, the sender too. The third receives nothing of what was said before it came.",
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
    title: "Farewell",
    teaches:
      "Closing takes two: the server asks for it, and the client does it.",
    tryThis:
      "Send anything, and let your client close when it reads CLOSE_CONNECTION. Then leave that line out.",
    seeThat:
      "Your client goes from open through closing to closed with code 1000. One that does not close is given 10 seconds; then the server does.",
    says: ["Goodbye"],
    closesOn: CLOSE_CONNECTION,
    answer: () => CLOSE_CONNECTION,
    code: { typescript: '"CLOSE_CONNECTION"', python: '"CLOSE_CONNECTION"' },
    to: "sender",
    awaitsClose: true,
  },
];
