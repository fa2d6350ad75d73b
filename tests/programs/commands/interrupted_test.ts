/** Programs that start servers leave none behind when they are ended. */

import { assertEquals } from "@std/assert";

const decoder = new TextDecoder();

/** The processes that a process has started. */
async function childrenOf(pid: number): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "pid=,comm=", "--ppid", String(pid)],
  }).output();
  return decoder.decode(stdout).split("\n")
    .filter((line) => /deno/.test(line))
    .map((line) => line.trim().split(" ")[0] ?? "");
}

async function lives(pid: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", pid],
  }).output();
  const state = decoder.decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

/** Gives way to what is awaited; the processes tell nobody. */
const moment = () => new Promise((next) => setTimeout(next, 50));

for (
  const [task, ...args] of [
    ["soak:stalled", "--megabytes", "900"],
    ["fuzz", "--count", "1000000"],
  ] as const
) {
  Deno.test(`deno task ${task}: SIGTERM ends its server too, and its files are gone`, async () => {
    const { tasks } = JSON.parse(Deno.readTextFileSync("deno.json"));
    const [, ...words] = String(tasks[task].command).split(" ");
    const folders = () =>
      Array.from(Deno.readDirSync(".tmp"), ({ name }) => name);
    Deno.mkdirSync(".tmp", { recursive: true });
    const before = new Set(folders());
    const child = new Deno.Command(Deno.execPath(), {
      args: [...words, ...args],
      stdout: "null",
      stderr: "null",
    }).spawn();
    let servers: string[] = [];
    while (servers.length === 0) {
      await moment();
      servers = await childrenOf(child.pid);
    }
    const [server = ""] = servers;
    const own = folders().filter((name) => !before.has(name));
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 1);
    while (await lives(server)) await moment();
    const left = new Set(folders());
    assertEquals(own.filter((name) => left.has(name)), []);
  });
}
