/**
 * The README's first command, in a copy of the sources that nothing was
 * started in: the build, the permissions, the default settings.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { TempFolder } from "../../helpers/temp.ts";
import { Peer } from "../peer.ts";
import { copySources } from "../sources.ts";

Deno.test("deno task start builds, starts, serves the page and keeps messages in ./data", async () => {
  using folder = new TempFolder();
  copySources(folder);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "start", "--port", "0"],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: line } = await lines.read();
  assertMatch(
    line ?? await stderr,
    /^Hubbub is listening on http:\/\/127\.0\.0\.1:\d+\nOnly this machine can connect\. Everyone can read and write without .*\n$/,
  );
  const [first = ""] = (line ?? "").split("\n");
  const url = new URL(first.split(" ").at(-1) ?? "");
  try {
    const page = await fetch(url);
    const html = await page.text();
    assertEquals(page.status, 200);
    const assets = html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g);
    const paths = Array.from(assets, ([, path = ""]) => path);
    assert(paths.some((path) => path.endsWith(".js")), html);
    for (const path of paths) {
      const asset = await fetch(new URL(path, url));
      await asset.body?.cancel();
      assertEquals(`${path} ${asset.status}`, `${path} 200`);
    }
    await using peer = await Peer.connect(`ws://${url.host}/ws?name=Ada`);
    peer.send("Hello everyone!");
    await peer.event({ sender: "Ada", message: "Hello everyone!" });
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await lines.cancel();
  }
  assert(Deno.statSync(folder.file("data/hubbub.db")).isFile);
  assert(!/error/i.test(await stderr), await stderr);
});
