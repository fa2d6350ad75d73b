/**
 * A restart in the middle of a chat: clients of every dialect go on with the
 * whole history.
 */

import { assertEquals } from "@std/assert";
import {
  connect,
  type Room,
  type RoomMessage,
} from "../../../client/hubbub.ts";
import { Program } from "../../helpers/programs/program.ts";
import { Peer } from "../peer.ts";

/** What a room's reader has got so far. */
class Transcript {
  readonly texts: string[] = [];
  readonly seqs: number[] = [];
  #wake = () => {};

  constructor(room: Room) {
    room.on("message", ({ text, seq }: RoomMessage) => {
      this.texts.push(text);
      this.seqs.push(seq);
      this.#wake();
    });
  }

  async until(count: number): Promise<void> {
    while (this.texts.length < count) {
      await new Promise<void>((wake) => this.#wake = wake);
    }
  }
}

/** The texts a text client is shown between the two marks. */
async function history(peer: Peer): Promise<string[]> {
  await peer.until((line) => line.startsWith("--- the last"));
  const lines: string[] = [];
  for (;;) {
    const line = await peer.line();
    if (line === "--- end of history ---") return lines;
    lines.push(line);
  }
}

/** The replayed messages of a simple client, up to one text. */
async function replayed(peer: Peer, last: string): Promise<string[]> {
  const texts: string[] = [];
  while (texts.at(-1) !== last) {
    texts.push((await peer.event({ replay: true })).message);
  }
  return texts;
}

Deno.test("promise 3: a restart in the middle of a chat loses and repeats nothing", async () => {
  await using program = await Program.start();
  await using text = await Peer.connect(program.socket("/text/team"));
  await using simple = await Peer.connect(program.socket("/ws/team?name=Sim"));
  const client = connect(program.socket("/ws"), {
    name: "Vera",
    backoffBaseMs: 20,
  });
  const room = client.join("team");
  const transcript = new Transcript(room);
  const lived = Promise.withResolvers<void>();
  room.on("joined", () => lived.resolve());
  await lived.promise;

  text.send("Tess");
  await text.until((line) => line.includes("You are in team"));
  text.send("from text");
  await simple.event({ message: "from text" });
  simple.send("from simple");
  await transcript.until(2);
  await room.publish("from v1").done;
  const before = ["from text", "from simple", "from v1"];
  await transcript.until(3);
  assertEquals(transcript.texts, before);

  assertEquals((await program.stop()).code, 0);
  assertEquals((await text.closed).code, 1012);
  assertEquals((await simple.closed).code, 1012);
  const outgoing = room.publish("said while nobody could hear it");

  await using again = await program.startAgain();
  assertEquals((await outgoing.done).phase, "sent");
  const after = [...before, "said while nobody could hear it"];

  await using textAgain = await Peer.connect(again.socket("/text/team"));
  textAgain.send("Tess");
  assertEquals(await history(textAgain), [
    "[Tess]: from text",
    "[Sim]: from simple",
    "[Vera]: from v1",
    "[Vera]: said while nobody could hear it",
  ]);
  await using simpleAgain = await Peer.connect(
    again.socket("/ws/team?name=Sim"),
  );
  assertEquals(
    await replayed(simpleAgain, "said while nobody could hear it"),
    after,
  );

  textAgain.send("and on");
  await transcript.until(5);
  assertEquals(transcript.texts, [...after, "and on"]);
  assertEquals(transcript.seqs, [1, 2, 3, 4, 5]);
  assertEquals((await simpleAgain.event({ sender: "Tess" })).seq, 5);
  assertEquals(client.name, "Vera");
  await client.close();
});
