import { assertEquals } from "@std/assert";
import { FakeTime } from "./fake_time.ts";
import { Output, type Sink } from "../../../client/terminal/output.ts";

/** A pipe whose reader goes away when the test says so. */
class Pipe implements Sink {
  text = "";
  error: Error | undefined;

  writeSync(bytes: Uint8Array): number {
    if (this.error) throw this.error;
    // Takes little at a time, as a full pipe does.
    const taken = bytes.subarray(0, 3);
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  }
}

function isBroken(output: Output): Promise<boolean> {
  return Promise.race([output.broken.then(() => true), later(false)]);
}

async function later<T>(value: T): Promise<T> {
  await null;
  await null;
  return value;
}

Deno.test("Output writes whole lines", () => {
  const pipe = new Pipe();
  const output = new Output(pipe);
  output.line("hello");
  output.line("world");
  assertEquals(pipe.text, "hello\nworld\n");
});

Deno.test("Output without a reader says so and writes no more", async () => {
  const pipe = new Pipe();
  const output = new Output(pipe);
  output.line("a");
  pipe.error = new Deno.errors.BrokenPipe();
  assertEquals(await isBroken(output), false);
  output.line("b");
  assertEquals(await isBroken(output), true);
  pipe.error = undefined;
  output.line("c");
  assertEquals(pipe.text, "a\n");
});

Deno.test("Output finds out by a probe, before there is another line", async () => {
  using time = new FakeTime();
  const pipe = new Pipe();
  const output = new Output(pipe, { probe: " " });
  output.line("{}");
  pipe.error = new Deno.errors.BrokenPipe();
  time.tick(99);
  assertEquals(await isBroken(output), false);
  time.tick(1);
  assertEquals(await isBroken(output), true);
});

Deno.test("Output probes only after a line, and lines stay JSON", () => {
  using time = new FakeTime();
  const pipe = new Pipe();
  const output = new Output(pipe, { probe: " " });
  time.tick(60_000);
  output.line("{}");
  output.line("{}");
  time.tick(60_000);
  output.line("{}");
  assertEquals(pipe.text, "{}\n{}\n  {}\n");
  assertEquals(pipe.text.trim().split("\n").map((line) => JSON.parse(line)), [
    {},
    {},
    {},
  ]);
  output.close();
});

Deno.test("Output that can take no more says why", async () => {
  const pipe = new Pipe();
  pipe.error = new Error("No space left");
  const output = new Output(pipe);
  output.line("a");
  assertEquals(await output.broken, pipe.error);
});
