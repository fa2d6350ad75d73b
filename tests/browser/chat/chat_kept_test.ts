/** The page without its server: it opens from what the browser keeps of it,
 * and gives way to a newer one as soon as there is one. */

import { assertEquals } from "@std/assert";
import { readAssets } from "../../../server/http/page_files.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { pageTest } from "../browser.ts";
import { ChatPage } from "./chat_page.ts";

/** The page is there; what else it asks for is not. */
const AWAY = { faults: /Failed to load resource|ERR_CONNECTION_REFUSED/ };

/** Waits until the browser keeps the page. */
async function kept(chat: ChatPage): Promise<void> {
  await chat.value("navigator.serviceWorker.ready.then(() => true)");
}

pageTest(
  "without a server the page opens, with its rooms and unsent messages",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await ada.join("tea");
    await kept(ada);
    await server.stop();
    await ada.state("Reconnecting…");
    await ada.say("unsent");
    await ada.field.fill("half written");
    await ada.page.reload();
    await ada.page.getByText("The server does not answer").waitFor();
    await ada.page.locator(".line.pending", { hasText: "unsent" }).waitFor();
    assertEquals(await ada.field.inputValue(), "half written");
    await ada.room("lobby").waitFor();
    await ada.page.getByText("Messages in tea appear once you").waitFor();
    // As from the home screen, at another address of the page.
    const next = new ChatPage(await ada.page.context().newPage());
    await next.page.goto(`${server.url}?name=Ada&room=cake`);
    await next.page.getByRole("heading", { name: "cake", level: 1 }).waitFor();
    await using _again = await server.startAgain();
    await ada.ready();
    await ada.sees("unsent");
    await next.ready();
  },
  AWAY,
);

pageTest(
  "serves the cached page when the server fails or does not answer",
  async ({ chat, server }) => {
    const ada = await chat("/?name=Ada");
    await kept(ada);
    await server.stop();
    const port = Number(server.url.port);
    let answer = (): Response | Promise<Response> =>
      new Response("Bad gateway", { status: 502 });
    const never = Promise.withResolvers<Response>();
    const proxy = Deno.serve({ port, onListen() {} }, () => answer());
    await ada.page.reload();
    await ada.field.waitFor();
    answer = () => never.promise;
    await ada.page.reload();
    await ada.field.waitFor();
    never.resolve(new Response());
    await proxy.shutdown();
  },
  { faults: /Failed to load resource|ERR_|WebSocket/ },
);

/** The pages' files, with other words in their title. */
async function build(title: string) {
  using temp = new TempFolder();
  for (const folder of ["static", "static/dist"]) {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile) await Deno.copyFile(`${folder}/${name}`, temp.file(name));
    }
  }
  const html = await Deno.readTextFile(temp.file("index.html"));
  const other = html.replace("<body>", `<body data-build="${title}">`);
  await Deno.writeTextFile(temp.file("index.html"), other);
  const directory = `file://${await Deno.realPath(temp.path)}/`;
  return await readAssets(new URL(directory));
}

pageTest(
  "the next load gets and caches an updated page",
  async ({ open }) => {
    const builds = `document.body.dataset.build`;
    const before = await InProcessServer.start({
      assets: await build("one"),
      rate: 0,
    });
    const { port } = before;
    const ada = await new ChatPage(await open(before.url("/?name=Ada")))
      .ready();
    await kept(ada);
    assertEquals(await ada.value(builds), "one");
    await ada.page.addInitScript(
      `navigator.serviceWorker.oncontrollerchange = () => globalThis.newer = true`,
    );
    await before[Symbol.asyncDispose]();
    const after = await InProcessServer.start({
      assets: await build("two"),
      rate: 0,
      port,
    });
    await ada.page.reload();
    assertEquals(await ada.value(builds), "two");
    await ada.until("globalThis.newer");
    await after[Symbol.asyncDispose]();
    await ada.page.reload();
    await ada.field.waitFor();
    assertEquals(await ada.value(builds), "two");
  },
  AWAY,
);
