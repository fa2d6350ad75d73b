/** What a proxy says of a request, and when it is believed. */

import { assert, assertEquals } from "@std/assert";
import { behindDeploy, behindProxy } from "../../server/forwarded.ts";
import { InProcessServer } from "../helpers/in_process.ts";
import { RawClient } from "../helpers/raw_client.ts";

for (
  const [title, headers, url, address] of [
    ["nothing", {}, "http://127.0.0.1:8000/ws?name=a", "10.0.0.1"],
    [
      "all of it",
      {
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-host": "chat.example",
        "x-forwarded-proto": "https",
      },
      "https://chat.example/ws?name=a",
      "192.0.2.7",
    ],
    [
      "lists, of which only the last hop is ours",
      {
        "x-forwarded-for": "203.0.113.9, 2001:db8::7",
        "x-forwarded-host": "evil.example, chat.example:8443",
        "x-forwarded-proto": "http,https",
      },
      "https://chat.example:8443/ws?name=a",
      "2001:db8::7",
    ],
    [
      "nonsense",
      {
        "x-forwarded-for": "unknown",
        "x-forwarded-host": "a/b?c",
        "x-forwarded-proto": "javascript",
      },
      "http://127.0.0.1:8000/ws?name=a",
      "10.0.0.1",
    ],
  ] as [string, Record<string, string>, string, string][]
) {
  Deno.test(`behindProxy() reads ${title}`, () => {
    const visit = {
      url: new URL("http://127.0.0.1:8000/ws?name=a"),
      address: "10.0.0.1",
    };
    const seen = behindProxy(visit, new Headers(headers));
    assertEquals([seen.url.href, seen.address], [url, address]);
  });
}

for (
  const [said, known, address] of [
    ["192.0.2.7:4711", "", "192.0.2.7"],
    ["[2001:db8::7]:4711", "", "2001:db8::7"],
    ["[::ffff:192.0.2.7]:4711", "", "192.0.2.7"],
    ["nobody", "", ""],
    // What the runtime has read already, or a client has made up.
    ["203.0.113.9:4711", "192.0.2.7", "192.0.2.7"],
  ] as const
) {
  Deno.test(`behindDeploy() takes ${address || "nothing"} from ${said} where the socket says "${known}"`, () => {
    const visit = {
      url: new URL("http+unix://app.example/ws?name=a"),
      address: known,
    };
    const headers = new Headers({ "x-deno-client-address": said });
    const seen = behindDeploy(visit, headers);
    assertEquals([seen.url.href, seen.address], [
      "https://app.example/ws?name=a",
      address,
    ]);
  });
}

for (const trustProxy of [true, false]) {
  const status = trustProxy ? 101 : 403;
  Deno.test(`a page of the proxy's host gets ${status} when --trust-proxy is ${trustProxy}`, async () => {
    await using server = await InProcessServer.start({ trustProxy });
    using client = await RawClient.connect(server.port);
    const head = await client.handshake("/ws", {
      "Origin": "https://chat.example",
      "X-Forwarded-Host": "chat.example",
      "X-Forwarded-Proto": "https",
    });
    assert(head.startsWith(`HTTP/1.1 ${status} `), head);
  });
}
