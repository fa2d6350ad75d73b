/** A disk that is full, and has room again: a limit on the size of files. */

import { assert, assertEquals } from "@std/assert";
import { Program, runProgram } from "../../helpers/programs/program.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { Peer } from "../peer.ts";

/** A file may have this many KiB; the signal that tells of more is ignored, so
 * that writing fails as it does on a full disk. */
const FULL = ["bash", "-c", `trap "" XFSZ; ulimit -Sf 300; exec "$@"`, "bash"];

/** Whether the machine has the program that takes the limit away. */
async function hasPrlimit(): Promise<boolean> {
  try {
    return (await new Deno.Command("prlimit", { args: ["--version"] }).output())
      .success;
  } catch {
    return false;
  }
}

const found = Deno.env.get("CI") === "true" || await hasPrlimit();

Deno.test({
  name: `a full disk refuses messages, loses none that was acked, and heals${
    found ? "" : " (ignored: prlimit is not installed)"
  }`,
  ignore: !found,
  async fn() {
    await using program = await Program.start({
      args: ["--rate", "0", "--byte-rate", "0", "--log-level", "error"],
      through: FULL,
    });
    await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
    peer.send({ type: "hello", name: "Ada" });
    const publish = async (n: number) => {
      const text = `${n} ${"x".repeat(3_000)}`;
      peer.send({
        type: "publish",
        room: "lobby",
        text,
        cid: String(n),
        id: n,
      });
      const line = await peer.until((line) => JSON.parse(line).id === n);
      return JSON.parse(line);
    };
    const health = async () => {
      const answer = await fetch(new URL("/readyz", program.url));
      return [answer.status, (await answer.text()).trim()];
    };

    let acked = 0;
    let answer = await publish(1);
    while (answer.type === "ack") {
      acked = answer.seq;
      answer = await publish(acked + 1);
    }
    assert(acked > 10, "it took some");
    assertEquals([answer.code, answer.retryable], ["store_unavailable", true]);
    assertEquals(await health(), [503, "store fails"]);
    // Reads go on, and nobody sees what was refused.
    peer.send({ type: "history", room: "lobby", limit: 1, id: "read" });
    const { head } = await peer.event({ type: "history" });
    assertEquals(head, acked);

    // It looks once a second, and does not take room for little for room.
    const until = Date.now() + 3_500;
    while (Date.now() < until) {
      assertEquals(await health(), [503, "store fails"]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }

    const free = ["--pid", String(program.pid), "--fsize=unlimited"];
    const freed = await new Deno.Command("prlimit", { args: free }).output();
    assert(freed.success);
    while ((await health())[0] !== 200) { /* it looks once a second */ }
    // The repeat of what was refused is stored now, once.
    assertEquals((await publish(acked + 1)).seq, acked + 1);
    assertEquals((await publish(acked + 1)).duplicate, true);
  },
});

Deno.test({
  name: "a database on a full disk is told in one line with what to do",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = new TempFolder();
    {
      await using program = await Program.start({ folder });
      await program.stop();
    }
    const { code, stderr } = await runProgram({
      folder,
      args: ["--port", "0", "--store", `sqlite:${folder.file("hubbub.db")}`],
      // Nothing can be written to a file, nor to the -shm of SQLite.
      through: ["bash", "-c", `trap "" XFSZ; ulimit -Sf 0; exec "$@"`, "bash"],
    });
    assertEquals([code, stderr], [
      1,
      `hubbub: Cannot open "${folder.file("hubbub.db")}": the disk is full. ` +
      "Make room there\n",
    ]);
  },
});
