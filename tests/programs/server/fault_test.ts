/** What a fault nobody has foreseen costs (promise 11). */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Program, startCommand } from "../../helpers/programs/program.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { Peer } from "../peer.ts";

/** The command of a program that can be given faults. */
function faultyCommand(folder: TempFolder): string[] {
  const command = startCommand(folder.path).map((word) =>
    word === "main.ts" ? "tests/programs/server/faulty_main.ts" : word
  );
  return [
    ...[Deno.execPath(), ...command, "--port", "0"],
    ...["--store", `sqlite:${folder.file("hubbub.db")}`],
  ];
}

for (
  const [signal, fault] of [
    ["SIGUSR1", "uncaught error"],
    ["SIGUSR2", "unhandled rejection"],
  ] as const
) {
  Deno.test(`promise 11: an ${fault} ends the process with 1, and nothing that was acked is lost`, async () => {
    using folder = new TempFolder();
    const command = faultyCommand(folder);
    await using program = await Program.start({ command, folder });
    await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
    peer.send({ type: "hello", name: "Ada" });
    peer.send({ type: "publish", room: "lobby", text: "Remember me", id: 1 });
    await peer.event({ type: "ack", id: 1 });
    program.signal(signal);
    const { code, stderr } = await program.ended;
    assertEquals(code, 1);
    assertStringIncludes(stderr, fault);
    assertStringIncludes(stderr, "A fault nobody has foreseen");

    await using again = await Program.start({ folder });
    await using reader = await Peer.connect(again.socket("/ws"));
    const { message } = await reader.event({ sender: "Ada" });
    assertEquals(message, "Remember me");
  });
}
