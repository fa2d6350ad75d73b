/**
 * The client: sends the hello, and routes server events to the room or caller
 * they are for.
 */

import type {
  ErrorEvent,
  Limits,
  ServerEvent,
  WelcomeEvent,
} from "../protocol/events.ts";
import type { ClientRequest } from "../protocol/requests.ts";
import { checkRoom } from "../protocol/names.ts";
import type {
  Client,
  ClientEvents,
  ClosedState,
  ConnectionState,
  JoinOptions,
} from "./client_api.ts";
import type { Room } from "./room/room_api.ts";
import { Connection } from "./connection/connection.ts";
import { Emitter } from "./emitter.ts";
import { ClientError } from "./errors.ts";
import { Identity } from "./connection/identity.ts";
import {
  type ConnectOptions,
  type OutboxStorage,
  type SavedOutbox,
  type SavedPublish,
  type Settings,
  settingsOf,
} from "./options.ts";
import {
  AccessToken,
  isAboutToken,
  userOf,
} from "./connection/access_token.ts";
import {
  type Asker,
  disconnected,
  Requests,
  unexpected,
} from "./connection/pending_requests.ts";
import { JoinedRoom } from "./room/room.ts";
import type { RoomContext } from "./room/room_context.ts";
import { JoinedRooms, leaving } from "./room/joined_rooms.ts";
import { ownOutbox } from "./sending/saved_outbox.ts";
import { Sender } from "./sending/sender.ts";

/** The client that `connect()` returns; see {@linkcode Client}. */
export class HubbubClient implements Client, RoomContext {
  readonly settings: Settings;
  readonly sender: Sender;
  readonly #connection: Connection;
  readonly #identity: Identity;
  readonly #accessToken: AccessToken;
  readonly #requests = new Requests();
  readonly #events = new Emitter<ClientEvents>();
  readonly #rooms = new JoinedRooms(this);
  readonly #storage: OutboxStorage | undefined;
  readonly #closed = Promise.withResolvers<ClosedState>();
  /** The owner of the unsent messages: the `sub` of a token; null for a guest. */
  #user: string | null;
  /** Outboxes of other users and guests, kept in the storage unchanged. */
  #others: readonly SavedOutbox[];
  /** Whether the storage held unsent messages of a guest. */
  readonly #guestLeft: boolean;

  constructor(url: string, options: ConnectOptions) {
    this.settings = settingsOf(options);
    this.#storage = options.outbox;
    this.#user = userOf(options.auth) ?? null;
    const { own: saved, others } = ownOutbox(this.#storage?.load(), {
      user: this.#user,
      guest: options.guest,
    });
    this.#others = others;
    this.#guestLeft = saved?.user === null && saved.entries.length > 0;
    this.#identity = new Identity(this.settings, {
      token: options.token ?? saved?.token,
      guest: options.guest ?? saved?.guest,
    });
    this.#accessToken = new AccessToken({
      state: () => this.state,
      ask: (request, asker) => this.ask(request, asker),
      onState: (listener) => this.on("state", listener),
      retry: () => this.#connection.unlock(),
      isOther: (user) => this.#isOther(user),
    }, options.auth);
    this.sender = new Sender(this.settings, {
      isOpen: (room) =>
        this.#connection.writable &&
        (this.#rooms.get(room)?.sendable ?? false),
      longest: () => this.limits?.text,
      send: (requests) => this.#connection.send(requests),
      changed: (message) =>
        this.#rooms.get(message.room)?.outgoingChanged(message),
      save: (entries) => this.#save(entries),
    });
    this.sender.restore(saved?.entries ?? []);
    this.#connection = new Connection(url, this.settings, {
      opened: () => this.#greet(),
      heard: (event) => this.#heard(event),
      lost: () => this.#lost(),
      changed: (state) => this.#changed(state),
    });
    this.#connection.connect();
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get name(): string | undefined {
    return this.#identity.name;
  }

  get session(): string | undefined {
    return this.#identity.session;
  }

  get token(): string | undefined {
    return this.#identity.token;
  }

  get guest(): string | undefined {
    return this.#identity.guest;
  }

  get limits(): Limits | undefined {
    return this.#identity.limits;
  }

  get rooms(): readonly Room[] {
    return this.#rooms.all;
  }

  get closed(): Promise<ClosedState> {
    return this.#closed.promise;
  }

  join(wanted: string, options: JoinOptions = {}): Room {
    const name = checkRoom(wanted);
    const known = this.#rooms.get(name);
    if (known !== undefined && known.phase !== "refused") return known;
    if (this.state.phase === "closing" || this.state.phase === "closed") {
      const room = new JoinedRoom(name, this, options);
      room.ended();
      return room;
    }
    const room = this.#rooms.add(name, options);
    if (this.#connection.writable) {
      this.#connection.send([this.#awaited(...room.ask())]);
      this.sender.flush();
    }
    return room;
  }

  room(name: string): Room | undefined {
    return this.#rooms.get(checkRoom(name));
  }

  rename(name: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.ask({ type: "rename", name }, {
      answered: (event) => {
        if (event.type === "renamed") resolve(event.name);
        else reject(unexpected());
      },
      refused: reject,
    });
    return promise;
  }

  authorize(token: string): Promise<void> {
    return this.#accessToken.replace(token);
  }

  /**
   * Returns whether a token is for another user. A client without a user that
   * was never welcomed becomes the token's user, and restores its outbox.
   */
  #isOther(user: string | undefined): boolean {
    const asked = user ?? null;
    if (asked === this.#user) return false;
    const isNobody = this.#user === null && this.session === undefined;
    if (!isNobody || this.#guestLeft) return true;
    const left = this.#others.find((other) => other.user === asked);
    // Unsent messages wait for the token of their user.
    const isAwaited = this.#others.some((other) => other.user !== null);
    if (left === undefined && isAwaited) return true;
    this.#user = asked;
    if (left !== undefined) {
      this.#others = this.#others.filter((other) => other !== left);
      this.#identity.restore(left);
      this.sender.restore(left.entries);
    }
    return false;
  }

  reconnectNow(): void {
    this.#connection.reconnectNow();
  }

  close(): Promise<ClosedState> {
    this.#connection.close();
    return this.closed;
  }

  on<E extends keyof ClientEvents>(
    event: E,
    listener: (value: ClientEvents[E]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  send(request: ClientRequest): void {
    this.#connection.send([request]);
  }

  ask(request: ClientRequest, asker: Asker): void {
    if (this.state.phase !== "open") asker.refused(disconnected());
    else this.send(this.#awaited(request, asker));
  }

  resync(): void {
    this.#connection.drop("Lost track of a room");
  }

  left(room: string): void {
    this.#rooms.remove(room, { known: this.state.phase === "open" });
    this.sender.leaveRoom(room);
    this.send(this.#awaited(...leaving(room)));
  }

  /**
   * Sends the hello, joins and unsent messages together. If the server rejects
   * the hello, it rejects the rest too; the client sends all of it again.
   */
  #greet(): void {
    const hello = this.#awaited(
      { ...this.#identity.hello, ...this.#accessToken.forHello() },
      { refused: (error) => this.#helloRefused(error) },
    );
    const rooms = this.#rooms.greetings.map((pair) => this.#awaited(...pair));
    this.#connection.send([hello, ...rooms]);
    this.sender.disconnected();
    this.sender.flush();
  }

  #awaited(request: ClientRequest, asker: Asker): ClientRequest {
    return { ...request, id: this.#requests.open(asker) };
  }

  #helloRefused(error: ClientError): void {
    if (error.code === "disconnected") return;
    if (error.code === "name_taken") {
      this.#identity.nameTaken(error.suggestion);
      if (this.#identity.exhausted) this.#connection.turnAway(error);
      else this.#greet();
    } else if (isAboutToken(error.code)) {
      // `authorize()` may have replaced the token before the reply came.
      if (this.#accessToken.isNewer) this.#greet();
      else this.#connection.lockOut(error.code, error.message);
    } else if (error.retryable) {
      this.#connection.turnAway(error);
    } else {
      this.#connection.refuse(error);
    }
  }

  #welcomed(event: WelcomeEvent): void {
    const { name, resumed } = event;
    const wanted = this.#identity.welcomed(event) ?? event.taken;
    this.#rooms.welcomed();
    this.#connection.welcomed();
    this.#named(name);
    if (wanted !== undefined) {
      this.#events.emit("nametaken", { wanted, instead: name });
    }
    this.#events.emit("welcome", { name, resumed });
    this.sender.save();
  }

  #named(name: string): void {
    const change = this.#identity.named(name);
    if (change) this.#events.emit("name", { name, ...change });
  }

  #heard(event: ServerEvent): void {
    switch (event.type) {
      case "welcome":
        this.#welcomed(event);
        break;
      case "renamed":
        this.#named(event.name);
        break;
      case "ack":
        if (event.cid !== undefined) this.sender.acked(event.cid, event.seq);
        break;
      case "error":
        this.#failed(event);
        return;
      case "reconnect":
        this.#connection.comeBackWithin(event.afterMs);
        break;
      case "joined":
        // A reply goes to the room object that asked, which may have been left
        // and replaced since. The room in the URL is joined without a request.
        if (event.id === undefined) this.#rooms.get(event.room)?.heard(event);
        break;
      case "left":
        // Without an id: the server removed this user from the room.
        if (event.id === undefined) this.#rooms.get(event.room)?.heard(event);
        break;
      case "live":
      case "rules":
      case "message":
      case "own":
      case "presence":
      case "typing":
      case "gap":
        this.#rooms.get(event.room)?.heard(event);
        break;
    }
    if ("id" in event && event.id !== undefined) {
      this.#requests.settle(event.id, event);
    }
  }

  #failed(event: ErrorEvent): void {
    // The request followed a rejected hello, and the client sends it again.
    if (event.code === "hello_first") return;
    // The close that follows sets the state, which reports this error.
    if (event.code === "auth_expired" && event.id === undefined) return;
    if (event.code === "banned" && event.id === undefined) {
      this.#connection.banned(event.retryAfterMs);
    }
    const error = new ClientError(event.code, event);
    if (event.cid !== undefined) this.sender.refused(event.cid, error);
    else if (
      event.id === undefined || !this.#requests.settle(event.id, event)
    ) {
      this.#events.emit("error", error);
    }
  }

  #lost(): void {
    this.#requests.abandon(disconnected());
    this.sender.disconnected();
    for (const room of this.#rooms.all) room.disconnected();
  }

  #changed(state: ConnectionState): void {
    this.#events.emit("state", state);
    if (state.phase !== "closed") return;
    this.sender.close();
    this.#rooms.end();
    this.#closed.resolve(state);
  }

  #save(entries: readonly SavedPublish[]): void {
    const { token, guest } = this.#identity;
    try {
      this.#storage?.save({
        user: this.#user,
        ...(token !== undefined && { token }),
        ...(guest !== undefined && { guest }),
        entries,
        ...(this.#others.length > 0 && { others: this.#others }),
      });
    } catch {
      // The client works without a storage that is full or forbidden.
    }
  }
}
