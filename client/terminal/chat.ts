/**
 * The chat in a terminal: turns typed lines into requests, and events into
 * lines. The wording is that of dialect `text`.
 */

import type {
  ClientRequest,
  ModerationRequest,
} from "../../protocol/requests.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import { counted, nameInWords, printable, text } from "../../protocol/text.ts";
import type { Client, ClosedState, Room } from "../hubbub.ts";
import type { Options } from "./command_line.ts";
import { Prompt } from "./prompt.ts";
import {
  cannotConnect,
  membersLine,
  messageLine,
  NEEDS_TOKEN,
  note,
  presenceLines,
  stateNote,
  type Style,
  tokenNote,
  unsentWords,
  wordsOf,
} from "./words.ts";

/** How long to wait for the acks of unsent messages before exiting. */
const FLUSH_MS = 2_000;
/** The exit code after Ctrl-C or a signal: a shell's code for SIGINT. */
const INTERRUPTED = 130;

/** A user's chat, in one room at a time. */
export class Chat {
  readonly #client: Client;
  readonly #style: Style;
  readonly #prompt: Prompt;
  readonly #history: number | undefined;
  readonly #done = Promise.withResolvers<number>();
  #room: Room;
  #everOpen = false;
  #isReported = false;
  #leaving = false;
  /** Whether a rename by this user is pending. */
  #renaming = false;
  /** The exit code, once it is known. */
  #code: number | undefined;

  /**
   * @param client A new client; the chat joins rooms and closes it.
   * @param options The command line's options.
   * @param style The style of lines.
   */
  constructor(client: Client, options: Options, style: Style) {
    this.#client = client;
    this.#style = style;
    this.#history = options.history;
    this.#prompt = new Prompt({
      entered: (line) => this.#entered(line),
      typing: (line) => {
        if (line !== "" && !line.startsWith("/")) this.#room.typing();
      },
      ended: (interrupted) => void this.#leave(interrupted),
    });
    this.#room = this.#enter(options.room);
    client.on("state", () => this.#stateChanged(options.url));
    client.on(
      "nametaken",
      ({ wanted, instead }) =>
        this.#note(
          `The name "${wanted}" is taken; you are ${nameInWords(instead)}`,
        ),
    );
    client.on("name", ({ name, before }) => {
      // The reply to this user's own rename is printed elsewhere.
      if (before === undefined || this.#renaming) return;
      this.#prompt.print(...wordsOf({ type: "renamed", name }));
    });
    client.on("error", ({ message }) => this.#note(message));
    void client.closed.then((state) => this.#closed(state));
  }

  /** Resolves with the exit code when the chat ends. */
  get done(): Promise<number> {
    return this.#done.promise;
  }

  /** Ends the chat as Ctrl-C does; the second call ends it at once. */
  end(): void {
    if (this.#leaving) this.#done.resolve(INTERRUPTED);
    else this.#prompt.interrupt();
  }

  #entered(line: string): void {
    if (line.trim() === "") return;
    for (const decoded of text.decode(line, { named: true })) {
      if (decoded.ok) this.#carryOut(decoded.request);
      else this.#note(decoded.error.message);
    }
  }

  #carryOut(request: ClientRequest): void {
    switch (request.type) {
      case "publish":
        this.#publish(request.text);
        break;
      case "who":
        this.#prompt.print(...membersLine(this.#room.name, this.#room));
        break;
      case "rename":
        this.#renaming = true;
        this.#client.rename(request.name).then(
          (name) => this.#prompt.print(...wordsOf({ type: "renamed", name })),
          (error) => this.#failed(error),
        ).finally(() => {
          this.#renaming = false;
        });
        break;
      case "join":
        this.#move(request.room);
        break;
      case "history":
        this.#room.history({ limit: request.limit ?? 20 }).then(
          ({ messages }) =>
            this.#prompt.print(
              note(`the last ${counted(messages.length)}`),
              ...messages.map((message) =>
                messageLine(message, this.#style, {
                  numbered: request.numbered === true,
                })
              ),
              note("end of history"),
            ),
          (error) => this.#failed(error),
        );
        break;
      case "remove":
      case "kick":
      case "ban":
      case "unban":
      case "lock":
      case "slow":
      case "announce":
        this.#moderate(request);
        break;
      case "help":
        this.#prompt.print(...wordsOf({ type: "help" }));
        break;
      case "quit":
        this.#prompt.close();
        break;
    }
  }

  #moderate(act: ModerationRequest): void {
    const { room, ...rest } = act;
    const about = room === EVERY_ROOM ? { ...rest, room: EVERY_ROOM } : rest;
    this.#room.moderate(about).then(
      (message) => this.#prompt.print(...wordsOf({ type: "done", message })),
      (error) => this.#failed(error),
    );
  }

  #publish(text: string): void {
    const room = this.#room;
    const outgoing = room.publish(text);
    void outgoing.done.then((state) => {
      this.#label();
      if (state.phase !== "failed") return;
      room.discard(outgoing.cid);
      this.#note(`Not sent: ${state.error.message}`);
      this.#prompt.print(this.#style.faint(`    ${printable(text)}`));
    });
    this.#label();
  }

  #move(wanted: string): void {
    const before = this.#room;
    try {
      const room = this.#client.room(wanted);
      if (room === before && before.phase !== "refused") {
        this.#note(`You are already in ${before.name}`);
        return;
      }
      this.#room = this.#enter(wanted);
    } catch (error) {
      this.#failed(error as Error);
      return;
    }
    // A retried join has the same name; leaving would undo it.
    if (before.name !== this.#room.name) before.leave();
    this.#label();
  }

  #enter(name: string): Room {
    const history = this.#history;
    const room = this.#client.join(
      name,
      history === undefined ? {} : { limit: history },
    );
    const print = (...lines: string[]) => this.#prompt.print(...lines);
    room.on("joined", ({ again }) => {
      if (again) return;
      print(
        note(
          `You are ${
            nameInWords(this.#client.name ?? "")
          } in ${room.name}; /help lists commands`,
        ),
        ...membersLine(room.name, room),
      );
    });
    room.on("message", (message) => {
      // Moderators need a message's number to remove it.
      const numbered = room.rules?.rights.includes("moderate") ?? false;
      print(messageLine(message, this.#style, { numbered }));
    });
    let plain = true;
    room.on("rules", ({ locked, slowMs }) => {
      const before = plain;
      plain = !locked && slowMs === 0;
      // Reports default rules only after others.
      if (plain && before) return;
      const event = { type: "rules", room: room.name, locked, slowMs } as const;
      print(...wordsOf(event).map(this.#style.faint));
    });
    room.on("presence", (presence) => {
      // This user's own rename is already printed.
      const renamed = presence.renamed.filter(([, name]) =>
        name !== this.#client.name
      );
      const lines = presenceLines(room.name, { ...presence, renamed });
      print(...lines.map(this.#style.faint));
    });
    room.on(
      "gap",
      ({ missed }) => this.#note(`${missed} messages are no longer kept`),
    );
    room.on("reset", () => this.#note("This room's history was reset"));
    room.on(
      "refused",
      ({ message }) => this.#note(`${message}. /join ${name} tries again`),
    );
    return room;
  }

  #stateChanged(url: string): void {
    const { state } = this.#client;
    this.#label();
    if (state.phase === "open") {
      if (this.#isReported) this.#note("Reconnected");
      this.#isReported = false;
      this.#everOpen = true;
    } else if (state.phase === "waiting") {
      if (!this.#everOpen) {
        this.#note(
          state.refused === undefined
            ? cannotConnect(url)
            : printable(state.refused),
        );
        void this.#finish(1);
        return;
      }
      const words = stateNote(state, Date.now());
      if (words !== undefined && !this.#isReported) this.#note(words);
      this.#isReported = true;
    } else if (state.phase === "unauthorized") {
      this.#noteUnsent();
      this.#note(tokenNote(state));
      void this.#finish(NEEDS_TOKEN);
    }
  }

  /** Shows the room in the prompt, and the unsent messages while offline. */
  #label(): void {
    const waiting = this.#room.outgoing.length;
    const offline = this.#client.state.phase === "open"
      ? ""
      : ` (offline${waiting > 0 ? `, ${waiting} unsent` : ""})`;
    this.#prompt.label = `${this.#room.name}${offline}> `;
  }

  async #leave(interrupted: boolean): Promise<void> {
    this.#leaving = true;
    const outgoing = this.#room.outgoing.map(({ done }) => done);
    if (outgoing.length > 0 && this.#client.state.phase === "open") {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, FLUSH_MS);
      });
      await Promise.race([Promise.all(outgoing), late]);
      clearTimeout(timer);
    }
    const unsent = this.#noteUnsent();
    await this.#finish(interrupted ? INTERRUPTED : unsent > 0 ? 1 : 0);
  }

  /** Prints the number of unsent messages, if any, and returns it. */
  #noteUnsent(): number {
    const unsent = this.#room.outgoing.length;
    if (unsent > 0) this.#note(unsentWords(unsent));
    return unsent;
  }

  #closed({ why, reason }: ClosedState): void {
    if (why === "asked") return;
    this.#note(`The server closed the connection: ${printable(reason)}`);
    void this.#finish(1);
  }

  /** Closes the connection, which frees the name, and ends the chat. */
  async #finish(code: number): Promise<void> {
    if (this.#code !== undefined) return;
    this.#code = code;
    this.#prompt.close();
    // Times out if the server does not answer the close.
    await this.#client.close();
    this.#done.resolve(code);
  }

  #failed(error: Error): void {
    this.#note(error.message);
  }

  #note(words: string): void {
    this.#prompt.print(this.#style.faint(note(words)));
  }
}
