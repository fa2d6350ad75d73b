/** The lab: conversations, states, what is sent and how it is shown. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pageTest } from "../browser.ts";
import { panes, second } from "./lab_page.ts";

pageTest(
  "a lesson runs on its page, and is opened in the lab",
  async ({ open }) => {
    const page = await open("/lessons");
    await page.context().grantPermissions([
      "clipboard-read",
      "clipboard-write",
    ]);
    const echo = page.locator("#echo");
    await echo.getByRole("button", { name: "Run: Echo" }).click();
    const result = echo.getByRole("log");
    await result.getByText("Closed with code 1000").waitFor();
    await result.getByText("Echo: Hello").waitFor();
    await echo.getByRole("button", { name: "Run again: Echo" }).waitFor();
    // A chat asks for a name, and stays open until the reader closes it.
    const chat = page.locator("#chat-1");
    await chat.getByRole("button", { name: "Run: A chat with names" }).click();
    await chat.getByRole("log").getByText("Hello everyone!").waitFor();
    await chat.getByRole("button", { name: "Close: A chat with names" })
      .click();
    await chat.getByRole("log").getByText("Closed with code 1000").waitFor();
    await echo.getByRole("button", { name: "Copy: Echo, server, Deno" })
      .click();
    assertStringIncludes(
      await page.evaluate<string>("navigator.clipboard.readText()"),
      "Deno.upgradeWebSocket(request)",
    );
    // A dropped file does not leave the page.
    const kept = await page.evaluate<boolean>(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["tea"], "tea.txt"));
    const drop = new DragEvent("drop", {
      bubbles: true, cancelable: true, dataTransfer });
    return !document.querySelector("article").dispatchEvent(drop);
  })()`);
    assert(kept);
    await page.getByRole("alert").getByText("Files can’t be used").waitFor();
    await page.locator("#echo").getByRole("link", { name: "Open in the lab" })
      .click();
    const { a } = panes(page);
    await page.getByRole("heading", { name: "Echo" }).waitFor();
    await page.getByText("Send a few messages, then CLOSE_CONNECTION")
      .waitFor();
    assertEquals(await a.path(), { been: [], now: [], ways: [] });
    await a.connect();
    assertEquals((await a.path()).now, ["OPEN"]);
    await a.button("Send Hello").click();
    await a.receives("Echo: Hello");
    await a.details();
    await a.send("one more");
    await a.receives("Echo: one more");
    await a.shows("sent", "2 · 13 B");
    await a.shows("received", "2 · 25 B");
    await a.shows("round-trip", / m?s/);
    await a.button("Send CLOSE_CONNECTION").click();
    await a.status("Closed: 1000, a normal end");
    assertEquals((await a.path()).now, ["CLOSED"]);
  },
);

pageTest(
  "readyState goes its way, and code and reason are shown",
  async ({ open }) => {
    const { a } = panes(await open("/lab?a=/lessons/hello"));
    await a.connect();
    await a.details();
    await a.field("Close code").fill("3001");
    await a.field("Reason").fill("Tea time");
    await a.button("Close").click();
    await a.status("Closed: 3001, a registered code, “Tea time”");
    assertEquals(await a.path(), {
      been: ["CONNECTING", "OPEN", "CLOSING"],
      now: ["CLOSED"],
      ways: ["CLOSING-CLOSED", "CONNECTING-OPEN", "OPEN-CLOSING"],
    });
    await a.rows("3001, “Tea time”, clean").waitFor();
    // The browser's own words on what it does not allow.
    await a.connect();
    await a.field("Close code").fill("1001");
    await a.button("Close").click();
    await a.pane.getByRole("alert").filter({ hasText: "1000" }).waitFor();
    await a.field("Close code").fill("");
    await a.field("Reason").fill("");
    await a.button("Close").click();
    await a.status("Closed: 1005, the close frame had no code");
  },
);

pageTest(
  "explains why a server cannot be reached where the reason is known",
  async ({ open }) => {
    const { a } = panes(await open("/lab"));
    await a.field("Address").fill("ws://127.0.0.1:1/");
    await a.button("Connect").click();
    await a.status("Never opened: 1006");
    const { ways } = await a.path();
    assertEquals(ways.at(-1)?.endsWith("-CLOSED"), true);
    await a.rows("Browsers do not tell pages what went wrong").waitFor();
    await a.field("Address").fill("mailto:ada");
    await a.button("Connect").click();
    await a.pane.getByRole("alert").filter({ hasText: "no address" }).waitFor();
  },
);

pageTest(
  "bytes go out as hex or from a file, and come back",
  async ({ open, server }) => {
    const { a } = panes(await open("/lab?a=/lessons/echo"));
    await a.connect();
    await a.button("Hex").click();
    await a.field("Bytes to send").fill("48 69 0g");
    await a.button("Send").click();
    await a.pane.getByText('"g" is no hex digit').waitFor();
    await a.field("Bytes to send").fill("48 69 00 ff");
    await a.button("Send").click();
    await a.receives("48 69 00 ff");
    await a.rows("48 69 00 ff").first().click();
    await a.pane.getByText("000000  48 69 00 ff              Hi··").waitFor();
    await a.details();
    await a.field("binaryType").selectOption("arraybuffer");
    await a.button("File").click();
    const file = server.folder.file("tea.bin");
    await Deno.writeTextFile(file, "tea");
    await a.field("File to send").setInputFiles(file);
    await a.button("Send").click();
    await a.receives("74 65 61");
    await a.shows("sent", "2 · 7 B");
    await a.shows("received", "2 · 7 B");
  },
);

pageTest("a room in each dialect; JSON opens pretty", async ({ open }) => {
  const page = await open("/lab?a=/ws");
  const { a, b } = panes(page);
  await second(page);
  await b.details();
  await a.connect();
  await a.rows('"event":"welcome"').first().click();
  await a.pane.locator(".opened").getByText('"sender": "Server"').waitFor();
  await b.field("Endpoint of B").selectOption("A room in hubbub.v1");
  const offered = b.field("Subprotocols");
  while (await offered.inputValue() !== "hubbub.v1") { /* drawn in a moment */ }
  await b.connect();
  await b.shows("protocol", "hubbub.v1");
  await b.button("Send Hello").click();
  await b.receives('"type":"welcome"');
  await b.field("Endpoint of B").selectOption("A chat with names");
  await b.connect();
  await b.receives("[Server]: Welcome. What is your name?");
});

pageTest("two clients receive each other's messages", async ({ open }) => {
  const page = await open("/lab?a=/lessons/broadcast");
  const { a, b } = panes(page);
  assertEquals(await b.pane.count(), 0);
  await second(page);
  // The address is the link to what is seen.
  await page.waitForURL("**/lab?a=/lessons/broadcast&b=/lessons/broadcast");
  await b.field("Address").fill("ws://b.example/x?y=z");
  await page.waitForURL(
    "**/lab?a=/lessons/broadcast&b=ws://b.example/x%3Fy%3Dz",
  );
  await page.reload();
  await b.field("Address").fill("/lessons/broadcast");
  await a.connect();
  await b.connect();
  await a.send("from A");
  await b.receives("Broadcast: from A");
  await b.send("from B");
  await a.receives("Broadcast: from B");
  await a.receives("Broadcast: from A");
  await b.button("Remove").click();
  await b.pane.waitFor({ state: "detached" });
});

pageTest("rows are filtered, exported and cleared", async ({ open }) => {
  const page = await open("/lab?a=/lessons/echo");
  const { a } = panes(page);
  await a.connect();
  await a.send("tea");
  await a.receives("Echo: tea");
  await a.send("milk");
  await a.receives("Echo: milk");
  await a.field("Filter the events of A").fill("TEA");
  await a.pane.getByText(/^2 of \d+ rows$/).waitFor();
  await a.field("Which events of A").selectOption("received");
  await a.pane.getByText(/^1 of \d+ rows$/).waitFor();
  const download = page.waitForEvent("download");
  await a.button("Export").click();
  const file = await download;
  assertEquals(file.suggestedFilename(), "lab-a.json");
  const [row, ...others] = JSON.parse(
    await Deno.readTextFile(await file.path()),
  );
  assertEquals(others, []);
  assertEquals(row.data, "Echo: tea");
  assertEquals(row.direction, "received");
  assertEquals(row.size, 9);
  assert(Math.abs(Date.now() - Date.parse(row.time)) < 60_000);
  await a.button("Clear").click();
  await a.pane.getByText("0 rows", { exact: true }).waitFor();
});

pageTest("a flood raises bufferedAmount, and ends", async ({ open }) => {
  const page = await open("/lab?a=/lessons/hello");
  const { a } = panes(page);
  await a.connect();
  await a.details();
  await a.field("Size of the flood").selectOption("4 MiB");
  await a.button("Flood").click();
  await a.shows("flood", "256 of 256 frames · 4.0 MiB sent");
  await a.shows("buffered", "0 B");
  const most = await a.gauge("peak").textContent() ?? "";
  assert(/iB$/.test(most) && parseFloat(most) > 0, most);
  await a.shows("sent", "256 · 4.0 MiB");
  await a.shows("received", "256 · ");
  await a.shows("server-in", "256 · 4.0 MiB");
  // Of many rows those in view are drawn.
  await a.pane.getByText("260 rows").waitFor();
  assert(await a.rows().count() < 60);
  await a.pane.locator(".scroller").evaluate((scroller) => {
    scroller.scrollTop = scroller.scrollHeight;
  });
  await a.rows("connecting").waitFor();
  // Its end has a row too, among the answers.
  await a.field("Which events of A").selectOption("event");
  await a.rows("256 of 256 frames").waitFor();
}, {
  settings: ["--rate", "0", "--byte-rate", "0", "--request-rate", "0"],
});

pageTest(
  "a flood is closed with 4003 by a server that has limits, but for a small one",
  async ({ open }) => {
    const { a } = panes(await open("/lab?a=/lessons/hello"));
    await a.connect();
    await a.details();
    await a.button("Flood").click();
    await a.shows("flood", "16 of 16 frames · 256 KiB sent");
    await a.field("Size of the flood").selectOption("4 MiB");
    await a.button("Flood").click();
    await a.rows("4003").first().waitFor();
  },
  { settings: [] },
);

pageTest(
  "another server is connected to, not flooded, and not asked",
  async ({ open, server }) => {
    // A name of this machine, which to the page is somebody else's.
    const { a } = panes(await open("/lab"));
    await a.connect(`ws://hubbub.test:${server.url.port}/lessons/echo`);
    await a.details();
    await a.pane.getByText("Not to the servers of others").waitFor();
    await a.button("Flood").click({ force: true });
    await a.send("Hello");
    await a.receives("Echo: Hello");
    await a.shows("sent", "1 · 5 B");
    await a.shows("server-in", "unknown");
  },
);

pageTest(
  "shows the server's view of the connection beside the page's",
  async ({ open }) => {
    const page = await open("/lab?a=/lessons/echo");
    // A page may see the end before its server does.
    let late = false;
    await page.route("**/lab/connections/*", async (route) => {
      const response = await route.fetch();
      const report = await response.json();
      if (report?.closed && !late) {
        late = true;
        report.closed = null;
      }
      await route.fulfill({ response, json: report });
    });
    const { a } = panes(page);
    await a.connect();
    await a.details();
    await a.shows("server-heard", "no frame yet");
    await a.send("Hello");
    await a.shows("server-in", "1 · 5 B");
    await a.shows("server-out", "1 · 11 B");
    await a.shows("server-heard", "ago");
    await a.pane.getByText("Pings never reach a page").click();
    await a.pane.getByText("The browser answers a ping by itself").waitFor();
    await a.shows("heartbeat", "gives up after 30");
    await a.button("Close").click();
    await a.shows("heartbeat", "with code 1000");
    assert(late);
  },
);

pageTest("the same in code, to copy", async ({ open, server }) => {
  const page = await open("/lab?a=/lessons/farewell");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const code = page.getByRole("region", { name: /^Client for/ });
  for (
    const [kind, words] of [
      ["Python", "websockets.connect"],
      ["Terminal", "npx -y wscat"],
      ["Deno", "await new Promise"],
      ["Browser", "socket.onmessage"],
    ] as const
  ) {
    await page.getByRole("button", { name: kind, exact: true }).click();
    const text = await code.textContent() ?? "";
    assertStringIncludes(text, words);
    assertStringIncludes(text, server.socket("/lessons/farewell"));
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Copied").waitFor();
    assertEquals(
      await page.evaluate("navigator.clipboard.readText()"),
      text,
    );
  }
});
