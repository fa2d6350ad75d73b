/** What a proxy says of a request, and when it is believed. */

import { assert, assertEquals } from "@std/assert";
import {
  behindDeploy,
  behindProxy,
} from "../../../server/http/proxy_headers.ts";
import { assertGrowsLinearly } from "../../helpers/growth.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";

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
      "a port behind the address, as Azure writes it",
      { "x-forwarded-for": "192.0.2.7:4711" },
      "http://127.0.0.1:8000/ws?name=a",
      "192.0.2.7",
    ],
    [
      "IPv6 in brackets",
      { "x-forwarded-for": "203.0.113.9, [2001:DB8::7]:443" },
      "http://127.0.0.1:8000/ws?name=a",
      "2001:db8::7",
    ],
    [
      "IPv4 written as IPv6",
      { "x-forwarded-for": "::ffff:192.0.2.7" },
      "http://127.0.0.1:8000/ws?name=a",
      "192.0.2.7",
    ],
    [
      "Forwarded",
      { "forwarded": "for=192.0.2.7;host=chat.example;proto=https;by=_me" },
      "https://chat.example/ws?name=a",
      "192.0.2.7",
    ],
    [
      "Forwarded in capitals, quoted, with a port and a list",
      {
        "forwarded":
          'For=203.0.113.9, FOR="[2001:db8::7]:443" ; Proto=HTTPS;Host="chat.example:8443"',
      },
      "https://chat.example:8443/ws?name=a",
      "2001:db8::7",
    ],
    [
      "Forwarded that hides who it was",
      { "forwarded": "for=_hidden;host=chat.example" },
      "http://chat.example/ws?name=a",
      "10.0.0.1",
    ],
    [
      "Forwarded that does not know",
      { "forwarded": 'for=unknown, for="_gazonk:123"' },
      "http://127.0.0.1:8000/ws?name=a",
      "10.0.0.1",
    ],
    [
      "Forwarded behind a client's quote that never ends",
      { "forwarded": 'for="203.0.113.9, for=192.0.2.7;proto=https' },
      "https://127.0.0.1:8000/ws?name=a",
      "192.0.2.7",
    ],
    [
      "Forwarded behind a client's nonsense",
      { "forwarded": '@@;"",;;, for="[2001:db8::7]"' },
      "http://127.0.0.1:8000/ws?name=a",
      "2001:db8::7",
    ],
    [
      "Forwarded that is nonsense itself",
      { "forwarded": "for=192.0.2.7, @@" },
      "http://127.0.0.1:8000/ws?name=a",
      "10.0.0.1",
    ],
    [
      "X-Forwarded-For, and not what the client wrote beside it",
      {
        "forwarded": "for=203.0.113.9;host=evil.example",
        "x-forwarded-for": "192.0.2.7",
      },
      "http://127.0.0.1:8000/ws?name=a",
      "192.0.2.7",
    ],
    [
      "addresses in no form that counts",
      { "x-forwarded-for": "0x7f.1" },
      "http://127.0.0.1:8000/ws?name=a",
      "10.0.0.1",
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

Deno.test("behindProxy() reads headers of any length in a time that grows with it", () => {
  const visit = { url: new URL("http://127.0.0.1:8000/"), address: "10.0.0.1" };
  for (const name of ["forwarded", "x-forwarded-for", "x-forwarded-host"]) {
    for (const part of [" ", ",", '"', "for=a;", "for=a,", "1.", ":", "\\"]) {
      assertGrowsLinearly(`${name} ${part}`, (times) => {
        const header = part.repeat(8_000 / part.length * times);
        const headers = new Headers({ [name]: header });
        return () => behindProxy(visit, headers);
      });
    }
  }
});

for (
  const [title, client] of [
    ["X-Forwarded-For with a port", { "X-Forwarded-For": "192.0.2.7:4711" }],
    ["Forwarded", { "Forwarded": 'for="[::ffff:192.0.2.7]:4711"' }],
  ] as const
) {
  Deno.test(`a limit by address applies to requests with ${title}`, async () => {
    const settings = { trustProxy: true, maxPerAddress: 1 };
    await using server = await InProcessServer.start(settings);
    using _first = await RawClient.open(server.port, {
      path: "/ws",
      headers: { "X-Forwarded-For": "192.0.2.7" },
    });
    using second = await RawClient.open(server.port, {
      path: "/ws",
      headers: client,
    });
    assertEquals(await second.ended(), 1013);
    using _other = await RawClient.open(server.port, {
      path: "/ws",
      headers: { "Forwarded": "for=192.0.2.8" },
    });
  });
}
