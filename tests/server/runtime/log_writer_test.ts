import { assertEquals } from "@std/assert";
import { LogWriter } from "../../../server/runtime/log_writer.ts";

/** A sink that keeps what it takes, as much of each write as a test says. */
class Disk {
  text = "";
  /** Bytes of a write that it takes before it is full. */
  room = Infinity;

  write(bytes: Uint8Array): Promise<number> {
    const taken = bytes.subarray(0, this.room);
    if (taken.length === 0) {
      return Promise.reject(new Error("No space left on device"));
    }
    this.room -= taken.length;
    this.text += new TextDecoder().decode(taken);
    return Promise.resolve(taken.length);
  }
}

function writerTo(sink: { write(bytes: Uint8Array): Promise<number> }) {
  const recovered: number[] = [];
  const writer = new LogWriter({
    sink,
    onRecovered: (dropped) => recovered.push(dropped),
  });
  return { writer, recovered };
}

Deno.test("LogWriter writes lines in order", async () => {
  const disk = new Disk();
  const { writer } = writerTo(disk);
  writer.line("one");
  writer.line("two");
  await writer.flush();
  writer.line("three");
  await writer.flush();
  assertEquals(disk.text, "one\ntwo\nthree\n");
});

Deno.test("LogWriter drops lines that a full disk does not take, counts them, and logs the count once there is room", async () => {
  const disk = new Disk();
  const { writer, recovered } = writerTo(disk);
  disk.room = 6;
  writer.line("one");
  await writer.flush();
  for (const line of ["two", "three"]) {
    writer.line(line);
    await writer.flush();
  }
  assertEquals([writer.dropped, recovered], [2, []]);
  disk.room = Infinity;
  writer.line("four");
  await writer.flush();
  // No line is mixed with a part of one that was lost.
  assertEquals(disk.text, "one\ntw\nfour\n");
  assertEquals([writer.dropped, recovered], [2, [2]]);
});

Deno.test("LogWriter holds a bounded number of lines for a reader that does not read", async () => {
  const held = Promise.withResolvers<number>();
  const { writer } = writerTo({ write: () => held.promise });
  const line = "x".repeat(99_999);
  for (let i = 0; i < 100; i++) writer.line(line);
  assertEquals(writer.dropped, 89);
  held.reject(new Error("gone"));
  await writer.flush();
  assertEquals(writer.dropped, 100);
});
