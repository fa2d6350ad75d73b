/**
 * Runs a script of the lab: says what to do next on each event of a connection.
 * Opens no socket and reads no clock; tools/lab.ts does what it asks for.
 */

import { escapeControls } from "./control_characters.ts";
import {
  type Match,
  readJson,
  type RunStep,
  ScriptError,
  type Step,
} from "./lab_script.ts";
import { fill, VariableError, type Variables } from "./script_variables.ts";

/** What to do. */
export type Effect =
  | {
    readonly kind: "connect";
    readonly url: string;
    readonly protocols: readonly string[];
    readonly headers: readonly (readonly [name: string, value: string])[];
  }
  | { readonly kind: "send"; readonly data: string | Uint8Array<ArrayBuffer> }
  | {
    readonly kind: "close";
    readonly code: number | undefined;
    readonly reason: string;
  }
  /** Call `timedOut()` after this time, unless another effect comes first. */
  | { readonly kind: "timer"; readonly ms: number }
  | { readonly kind: "stopTimer" }
  /** A step is done. */
  | {
    readonly kind: "done";
    readonly line: number;
    /** Its command, such as `expect`. */
    readonly command: string;
    readonly words: string;
  }
  /** The run is over; undefined when all went well. */
  | { readonly kind: "end"; readonly failure: string | undefined };

/** Time to wait for a message, an opening or a close, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** Most messages that wait to be expected, and most that a failure names. */
const MOST_WAITING = 10_000;
const MOST_NAMED = 3;
/** Most characters of a message in words. */
const SHOWN = 120;

/** Options of a run. */
export interface ScriptRunOptions {
  readonly variables: Variables;
  /** Replaces `{{random}}`, such as `482913`. */
  readonly random: string;
  /** The address of a script without `connect`. */
  readonly url?: string;
  /** Subprotocols to offer there. */
  readonly protocols?: readonly string[];
  /** Headers of each connection. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** One run of a script. Each method returns what to do, in order. */
export class ScriptRun {
  readonly #steps: readonly RunStep[];
  readonly #variables: Map<string, string>;
  readonly #headers: (readonly [name: string, value: string])[];
  #at = 0;
  #timeout = TIMEOUT_MS;
  #connection: "none" | "connecting" | "open" | "closed" = "none";
  #closeCode: number | undefined;
  /** Messages that no step expected yet; undefined stands for binary data. */
  #waiting: (string | undefined)[] = [];
  /** How many of these the current step has looked at. */
  #looked = 0;
  /** The message that the last `expect` found. */
  #last: string | undefined;
  /** Whether the current step has done its part and waits. */
  #waits = false;
  #over = false;
  #effects: Effect[] = [];

  /**
   * @param steps The script.
   * @param options Values of its variables, and where it connects.
   */
  constructor(
    steps: readonly RunStep[],
    { variables, random, url, protocols = [], headers = [] }: ScriptRunOptions,
  ) {
    const connects = steps.some(({ step }) => step.kind === "connect");
    const first: RunStep = {
      step: {
        kind: "connect",
        line: steps[0]?.step.line ?? 1,
        text: [url ?? "", ...protocols].join(" "),
      },
      n: 0,
    };
    this.#steps = connects || url === undefined ? steps : [first, ...steps];
    this.#variables = new Map(variables);
    this.#variables.set("random", random);
    this.#headers = [...headers];
  }

  start(): Effect[] {
    return this.#doing(() => {});
  }

  opened(): Effect[] {
    return this.#doing(() => {
      this.#connection = "open";
      if (this.#step?.kind === "connect") this.#done("connected");
    });
  }

  /** @param data Text, or undefined for binary data. */
  received(data: string | undefined): Effect[] {
    return this.#doing(() => {
      this.#waiting.push(data);
      if (this.#waiting.length <= MOST_WAITING) return;
      this.#waiting.shift();
      this.#looked = Math.max(0, this.#looked - 1);
    });
  }

  /**
   * @param code The close code.
   * @param reason What the runtime says of a connection that never opened.
   */
  closed(code: number, reason = ""): Effect[] {
    return this.#doing(() => {
      const step = this.#step;
      const wasConnecting = this.#connection === "connecting";
      this.#connection = "closed";
      this.#closeCode = code;
      if (step?.kind === "close" && this.#waits) this.#done("closed");
      if (step?.kind === "connect" && wasConnecting) {
        const why = reason === "" ? "" : ` (${reason})`;
        this.#fail(
          `Could not connect${why}. Check the address, and that the server runs`,
        );
      }
    });
  }

  timedOut(): Effect[] {
    return this.#doing(() => {
      const step = this.#step;
      if (step === undefined || !this.#waits) return;
      if (step.kind === "wait") return this.#done(`waited ${step.ms} ms`);
      const within = `within ${this.#timeout} ms`;
      if (step.kind === "connect") this.#fail(`Could not connect ${within}`);
      else if (step.kind === "expect") {
        this.#fail(`No such message ${within}. ${this.#receivedWords()}`);
      } else this.#fail(`The connection did not close ${within}`);
    });
  }

  get #step(): Step | undefined {
    return this.#steps[this.#at]?.step;
  }

  #doing(act: () => void): Effect[] {
    this.#effects = [];
    if (this.#over) return [];
    try {
      act();
      while (!this.#over && this.#advance());
    } catch (error) {
      if (error instanceof VariableError) this.#fail(error.message);
      else if (error instanceof ScriptError) this.#end(error.message);
      else throw error;
    }
    return this.#effects;
  }

  /** Does a step; returns whether it is done, so that the next one follows. */
  #advance(): boolean {
    const step = this.#step;
    if (step === undefined) {
      this.#end(undefined);
      return false;
    }
    const before = this.#at;
    this.#variables.set("n", String(this.#steps[this.#at]?.n ?? 0));
    const text = "text" in step ? fill(step.text, this.#variables) : "";
    switch (step.kind) {
      case "connect":
        this.#connect(text);
        break;
      case "header": {
        const [, name, rest = ""] = /^([^\s:]+):([^\r\n]*)$/.exec(text) ?? [];
        const value = rest.replace(/^[ \t]+/, "");
        if (name === undefined) {
          this.#fail("Write the header on one line, as NAME: VALUE");
          break;
        }
        this.#headers.push([name, value]);
        this.#done();
        break;
      }
      case "set":
        this.#variables.set(step.name, text);
        this.#done();
        break;
      case "send":
        this.#send(text);
        break;
      case "sendHex":
        this.#send(bytesOf(text, step.line));
        break;
      case "expect":
        this.#expect(step.match, text, step.line);
        break;
      case "take":
        this.#take(step.name, step.path);
        break;
      case "timeout":
        this.#timeout = step.ms;
        this.#done();
        break;
      case "wait":
        this.#wait(step.ms);
        break;
      case "close":
        if (this.#connection !== "open") this.#failClosed();
        else if (!this.#waits) {
          const { code, reason } = step;
          this.#effects.push({ kind: "close", code, reason });
          this.#wait(this.#timeout);
        }
        break;
      case "expectClose":
        this.#expectClose(step.code);
        break;
    }
    return this.#at > before;
  }

  #connect(text: string): void {
    if (this.#waits) return;
    if (this.#connection === "open" || this.#connection === "connecting") {
      return this.#fail("The connection is open already. Write close first");
    }
    const [url = "", ...offers] = text.trim().split(/\s+/);
    const protocols = offers.join(",").split(",").filter((name) => name !== "");
    if (!/^wss?:\/\/\S/i.test(url)) {
      return this.#fail(
        `${short(url)} is no WebSocket address. Write ws:// or wss://`,
      );
    }
    this.#connection = "connecting";
    this.#closeCode = undefined;
    this.#waiting = [];
    const headers = [...this.#headers];
    this.#effects.push({ kind: "connect", url, protocols, headers });
    this.#wait(this.#timeout);
  }

  #send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#connection !== "open") return this.#failClosed();
    this.#effects.push({ kind: "send", data });
    this.#done(
      typeof data === "string" ? short(data) : `${data.length} bytes`,
    );
  }

  #expect(match: Match, text: string, line: number): void {
    const wanted = match === "json" ? readJson(text, line) : undefined;
    const index = this.#waiting.findIndex((message, index) => {
      if (message === undefined || index < this.#looked) return false;
      if (match === "whole") return message === text;
      return match === "part"
        ? message.includes(text)
        : fits(jsonOf(message), wanted);
    });
    if (index >= 0) {
      this.#last = this.#waiting[index];
      this.#waiting = this.#waiting.slice(index + 1);
      return this.#done(short(this.#last ?? ""));
    }
    this.#looked = this.#waiting.length;
    if (this.#connection !== "open") {
      return this.#fail(
        `No such message came. ${this.#closedWords()} ${this.#receivedWords()}`,
      );
    }
    if (!this.#waits) this.#wait(this.#timeout);
  }

  #take(name: string, path: string): void {
    let value: unknown = jsonOf(this.#last ?? "");
    for (const key of path.split(".")) {
      const isObject = typeof value === "object" && value !== null &&
        Object.hasOwn(value, key);
      value = isObject ? (value as Record<string, unknown>)[key] : undefined;
    }
    if (value === undefined) {
      return this.#fail(
        `The message has no JSON field ${path}. Take from the message of the last expect`,
      );
    }
    const words = typeof value === "string" ? value : JSON.stringify(value);
    this.#variables.set(name, words);
    this.#done(`${name} is ${short(words)}`);
  }

  #expectClose(code: number | undefined): void {
    if (this.#connection === "none") return this.#failClosed();
    if (this.#connection === "closed") {
      return code === undefined || code === this.#closeCode
        ? this.#done(`closed with ${this.#closeCode}`)
        : this.#fail(`It closed with ${this.#closeCode} instead of ${code}`);
    }
    if (!this.#waits) this.#wait(this.#timeout);
  }

  #wait(ms: number): void {
    if (this.#waits) return;
    this.#waits = true;
    this.#effects.push({ kind: "timer", ms });
  }

  #done(words = ""): void {
    const { step } = this.#steps[this.#at]!;
    const { line } = step;
    const command = commandOf(step);
    if (this.#waits) this.#effects.push({ kind: "stopTimer" });
    this.#waits = false;
    this.#effects.push({ kind: "done", line, command, words });
    this.#looked = 0;
    this.#at++;
  }

  #failClosed(): void {
    this.#fail(`${this.#closedWords()} Write connect before it`);
  }

  #closedWords(): string {
    return this.#closeCode === undefined
      ? "There is no connection."
      : `The connection was closed with ${this.#closeCode}.`;
  }

  #receivedWords(): string {
    const newest = this.#waiting.slice(-MOST_NAMED)
      .map((message) => message === undefined ? "binary data" : short(message));
    if (newest.length === 0) return "Nothing else was received";
    const more = this.#waiting.length - newest.length;
    return `Received instead: ${newest.join(", ")}${
      more > 0 ? `, and ${more} before` : ""
    }`;
  }

  #fail(words: string): void {
    this.#end(`Line ${this.#step?.line ?? 0}: ${words}`);
  }

  #end(failure: string | undefined): void {
    this.#over = true;
    this.#effects.push({ kind: "stopTimer" }, { kind: "end", failure });
  }
}

/** The command of a step, as a script has it. */
function commandOf(step: Step): string {
  if (step.kind === "expect") {
    return step.match === "whole" ? "expect" : `expect-${step.match}`;
  }
  return step.kind.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
}

/** A message in quotes, cut when it is long, without what a terminal obeys. */
function short(text: string): string {
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return escapeControls(JSON.stringify(cut));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value has all that is wanted; objects may have more fields. */
function fits(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return value === wanted;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && value.length === wanted.length &&
      wanted.every((each, index) => fits(value[index], each));
  }
  return !Array.isArray(value) &&
    Object.entries(wanted).every(([key, each]) =>
      Object.hasOwn(value, key) &&
      fits((value as Record<string, unknown>)[key], each)
    );
}

/** Reads bytes such as `48 69` or `4869`. */
function bytesOf(text: string, line: number): Uint8Array<ArrayBuffer> {
  const digits = text.replaceAll(/\s/g, "");
  if (digits.length % 2 !== 0 || /[^\da-f]/i.test(digits)) {
    throw new ScriptError(line, "These are no bytes. Write pairs of 0-9, a-f");
  }
  return Uint8Array.from(
    digits.match(/../g) ?? [],
    (pair) => parseInt(pair, 16),
  );
}
