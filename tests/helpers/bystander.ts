/**
 * Somebody in a room who notices whether another client's rudeness costs
 * anybody anything.
 */

import { assertEquals } from "@std/assert";
import type { ServerEvent } from "../../protocol/events.ts";
import { V1Client } from "./clients.ts";
import { type InProcessOptions, InProcessServer } from "./in_process.ts";

/** A server, and a witness in its room `hall`. */
export class Scene implements AsyncDisposable {
  readonly server: InProcessServer;
  readonly #bystander: V1Client;
  #said = 0;

  private constructor(server: InProcessServer, bystander: V1Client) {
    this.server = server;
    this.#bystander = bystander;
  }

  static async open(options: InProcessOptions = {}): Promise<Scene> {
    const server = await InProcessServer.start(options);
    const url = server.socket("/ws");
    return new Scene(
      server,
      await V1Client.in("hall", { url, name: "Witness" }),
    );
  }

  /** Somebody who speaks `hubbub.v1` in another room. */
  async visitor(): Promise<V1Client> {
    const url = this.server.socket("/ws");
    return await V1Client.in("yard", { url, name: "Visitor" });
  }

  /** The witness can still talk, and heard nothing but its own words. */
  async assertUnnoticed(): Promise<void> {
    const text = `still here ${++this.#said}`;
    this.#bystander.send({
      type: "publish",
      room: "hall",
      text,
      id: this.#said,
    });
    const heard: ServerEvent[] = [];
    const owns = (type: string) => heard.some((event) => event.type === type);
    while (!owns("ack") || !owns("message")) {
      heard.push(...await this.#bystander.sofar());
    }
    assertEquals(heard.map(({ type }) => type).sort(), ["ack", "message"]);
    assertEquals(this.server.errors, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bystander[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
