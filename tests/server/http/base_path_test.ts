/** Serving below a path of a site. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { readAssets } from "../../../server/http/page_files.ts";
import {
  readBase,
  rebased,
  withoutBase,
} from "../../../server/http/base_path.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";
import { Client } from "../../helpers/clients.ts";
import { EventReader } from "../../helpers/events.ts";
import { InProcessServer } from "../../helpers/in_process.ts";

for (
  const [words, base] of [
    ["/", ""],
    ["/chat", "/chat"],
    ["/chat/", "/chat"],
    ["chat", "/chat"],
    ["/a/b-c/~d.e/", "/a/b-c/~d.e"],
    ["/api", undefined],
    ["/ws/chat", undefined],
    ["/metrics", undefined],
    ["/a b", undefined],
    ["/../x", undefined],
    ["/.x", undefined],
    ["/chat?x", undefined],
    ['/"', undefined],
    ["https://example.org/chat", undefined],
    ["/x".repeat(200), undefined],
  ] as const
) {
  Deno.test(`readBase() of "${words.slice(0, 30)}" is ${base}`, () => {
    assertEquals(readBase(words), base);
  });
}

for (
  const [path, inside] of [
    ["/chat", "/"],
    ["/chat/", "/"],
    ["/chat/ws/hall?name=a", "/ws/hall?name=a"],
    ["/chat/chat", "/chat"],
    ["/chatter", "/chatter"],
    ["/ws", "/ws"],
    ["/", "/"],
  ] as const
) {
  Deno.test(`withoutBase() of ${path} is ${inside}`, () => {
    const url = withoutBase(new URL(path, "http://h"), "/chat");
    assertEquals(url.pathname + url.search, inside);
  });
}

Deno.test("rebased() puts the base before paths, and before nothing else", () => {
  const html = '<a href="/lab" src="/assets/a.js" title="a / b">"x"</a>';
  assertEquals(
    rebased(html, "/chat"),
    '<a href="/chat/lab" src="/chat/assets/a.js" title="a / b">"x"</a>',
  );
});

const STATIC = new URL("../../../static/", import.meta.url);

for (const transport of TRANSPORTS) {
  Deno.test(`below a path all is served over ${transport}, and names its addresses with it`, async () => {
    const assets = await readAssets(STATIC, "/chat");
    await using server = await InProcessServer.start({
      base: "/chat",
      assets,
      transport,
    });
    const get = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(server.url(path), {
        redirect: "manual",
        ...init,
      });
      return { ...response, response, text: await response.text() };
    };
    // The pages, which load and link to nothing outside of the path.
    for (const path of ["/chat/", "/chat/lab", "/chat/lessons"]) {
      const { response, text } = await get(path);
      assertEquals(response.status, 200, path);
      const links = Array.from(
        text.matchAll(/(?:href|src)="(\/[^"]*)"/g),
        ([, link = ""]) => link,
      );
      assert(links.length > 3, path);
      assertEquals(links.filter((link) => !link.startsWith("/chat/")), []);
    }
    const manifest = JSON.parse(
      (await get("/chat/assets/manifest.webmanifest")).text,
    );
    assertEquals(
      [manifest.id, manifest.start_url, manifest.scope],
      ["/chat/", "/chat/", "/chat/"],
    );
    assertEquals((await get("/chat/assets/icon.svg")).response.status, 200);
    // What leads elsewhere.
    for (
      const [path, location] of [
        ["/chat?room=tea", "/chat/?room=tea"],
        ["/chat/lab/?a=x", "/chat/lab?a=x"],
        ["/chat/lessons/", "/chat/lessons"],
      ] as const
    ) {
      const { response } = await get(path);
      assertEquals([response.status, response.headers.get("location")], [
        308,
        location,
      ]);
    }
    assertMatch((await get("/chat/ws/hall")).text, /\/chat\/ws\/hall"\)/);
    assertMatch((await get("/chat/nowhere")).text, /\/chat\/lessons/);
    assertMatch((await get("/chat/lessons")).text, /ws:[^"]+\/chat\/lessons\//);
    const endpoints: { path: string }[] = JSON.parse(
      (await get("/chat/lessons.json")).text,
    );
    assert(endpoints.every(({ path }) => path.startsWith("/chat/")));
    for (const path of ["/chat/readyz", "/readyz", "/chat/metrics"]) {
      assertEquals((await get(path)).response.status, 200, path);
    }

    // The API, whose links can be followed.
    const posted = await get("/chat/api/rooms/hall/messages", {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: "Hello",
    });
    const location = posted.response.headers.get("location") ?? "";
    assertMatch(location, /^\/chat\/api\/rooms\/hall\/messages\?/);
    const { messages, newer } = JSON.parse((await get(location)).text);
    assertEquals(messages[0].text, "Hello");
    assertEquals((await get(newer)).response.status, 200);
    const audit = await get("/chat/api/audit", { headers: server.operator });
    assertMatch(JSON.parse(audit.text).newer, /^\/chat\/api\/audit\?/);
    const nowhere = await get("/chat/api/nowhere");
    assertEquals(JSON.parse(nowhere.text).code, "not_found");
    await using events = await EventReader.open(
      server.url("/chat/api/rooms/hall/events"),
    );
    assertEquals((await events.next())?.type, "joined");

    // WebSockets, with the path and, behind a proxy that takes it away, without.
    for (const path of ["/chat/ws?name=Ada", "/ws?name=Bob", "/chat?name=x"]) {
      await using client = await Client.native(server.socket(path));
      assert((await client.inbox.next()).length > 0, path);
    }
    await using echo = await Client.native(server.socket("/chat/lessons/echo"));
    echo.send("x");
    assertMatch(await echo.inbox.next(), /x/);
    assertEquals(server.errors, []);
  });
}
