/** What else the lab knows without a page: rows, bytes, addresses, floods. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  durationWords,
  hexDump,
  HexError,
  parseHex,
  sizeWords,
  toHex,
} from "../../static/lab/model/bytes.ts";
import {
  EventLog,
  exportJson,
  opened,
  pretty,
  preview,
  type Row,
} from "../../static/lab/model/event_log.ts";
import { burst, FRAME, startFlood } from "../../static/lab/model/flood_size.ts";
import { slice } from "../../static/lab/model/visible_rows.ts";
import { floodWords } from "../../static/lab/model/lab_words.ts";
import {
  endpointOf,
  mayFlood,
  protocolList,
  resolve,
  targetOf,
  watchedAt,
} from "../../static/lab/model/target.ts";
import { endpointsIn } from "../../server/lessons/endpoints.ts";

const HERE = "http://127.0.0.1:8000";

function row(fields: Partial<Row>): Omit<Row, "id"> {
  return {
    at: 0,
    direction: "received",
    what: "message",
    data: "",
    size: 0,
    ...fields,
  };
}

const ENDPOINTS = endpointsIn("en");

Deno.test("parseHex() reads bytes as people write them", () => {
  for (const text of ["48 69", "4869", "0x48, 0x69", "48:69", " 48\n69 "]) {
    assertEquals(parseHex(text), Uint8Array.of(0x48, 0x69), text);
  }
  assertEquals(parseHex(""), new Uint8Array());
  assertThrows(() => parseHex("4g"), HexError, '"g" is no hex digit');
  assertThrows(() => parseHex("486"), HexError, "one has none beside it");
});

Deno.test("bytes are shown as hex, with offsets and ASCII", () => {
  const bytes = new TextEncoder().encode("Hello, Ada\n");
  assertEquals(toHex(bytes.subarray(0, 2)), "48 65");
  assertEquals(
    hexDump(bytes),
    "000000  48 65 6c 6c 6f 2c 20 41  Hello, A\n" +
      "000008  64 61 0a                 da·",
  );
  assert(hexDump(new Uint8Array(5_000)).endsWith("… and 904 B more"));
});

Deno.test("sizes and durations are short", () => {
  assertEquals(
    [0, 1023, 1536, 20_480, 4_194_304].map(sizeWords),
    ["0 B", "1023 B", "1.5 KiB", "20 KiB", "4.0 MiB"],
  );
  assertEquals(
    [0.84, 12.4, 999, 2_540, 61_000, 600_000].map(durationWords),
    ["0.8 ms", "12 ms", "999 ms", "2.5 s", "61 s", "10 min"],
  );
});

Deno.test("EventLog filters by words and direction, the newest first", () => {
  const log = new EventLog();
  log.add(row({ direction: "event", what: "open" }));
  log.add(row({ direction: "sent", what: "send", data: "Hello" }));
  log.add(row({ data: "Echo: hello" }));
  log.add(row({ data: Uint8Array.of(0xca, 0xfe) }));
  const found = (text: string, direction: Row["direction"] | "all" = "all") =>
    log.filtered({ text, direction }).map(({ id }) => id);
  assertEquals(found(""), [4, 3, 2, 1]);
  assertEquals(found("HELLO"), [3, 2]);
  assertEquals(found("hello", "sent"), [2]);
  assertEquals(found("ca fe"), [4]);
  assertEquals(found("", "event"), [1]);
});

Deno.test("EventLog keeps 5,000 rows and 32 MiB, and counts dropped rows", () => {
  const log = new EventLog();
  for (let n = 0; n < 5_010; n++) log.add(row({}));
  assertEquals([log.rows.length, log.dropped], [5_000, 10]);
  log.clear();
  assertEquals([log.rows.length, log.dropped], [0, 0]);
  for (let n = 0; n < 5; n++) log.add(row({ size: 10 * 1024 * 1024 }));
  assertEquals([log.rows.length, log.dropped], [3, 2]);
});

Deno.test("a row shows one line, opened all of it", () => {
  const log = new EventLog();
  const json = log.add(row({ data: '{"a":[1]}' }));
  assertEquals(preview(json), '{"a":[1]}');
  assertEquals(opened(json), '{\n  "a": [\n    1\n  ]\n}');
  const bytes = log.add(row({ data: Uint8Array.of(0x48) }));
  assertEquals(preview(bytes), "48");
  assert(opened(bytes).startsWith("000000  48 "));
  assertEquals(opened(log.add(row({ note: "With 1000" }))), "With 1000");
});

Deno.test("pretty() shows JSON's structure, and leaves the rest alone", () => {
  assertEquals(pretty("Hello"), "Hello");
  assertEquals(pretty("1.0"), "1.0");
  assertEquals(pretty('{"a":1}\n{"b":2}'), '{\n  "a": 1\n}\n{\n  "b": 2\n}');
  assertEquals(pretty('{"a":1}\nHello'), '{"a":1}\nHello');
});

Deno.test("exportJson() gives rows to other programs", () => {
  const log = new EventLog();
  log.add(row({ at: 1_500, data: "Hi", size: 2 }));
  log.add(row({ at: 1_501, data: Uint8Array.of(1, 255), size: 2 }));
  log.add(row({ direction: "event", what: "close", note: "1000, clean" }));
  assertEquals(JSON.parse(exportJson(log.rows)), [
    {
      time: "1970-01-01T00:00:01.500Z",
      direction: "received",
      what: "message",
      size: 2,
      data: "Hi",
    },
    {
      time: "1970-01-01T00:00:01.501Z",
      direction: "received",
      what: "message",
      size: 2,
      hex: "01 ff",
    },
    {
      time: "1970-01-01T00:00:00.000Z",
      direction: "event",
      what: "close",
      size: 0,
      data: "",
      note: "1000, clean",
    },
  ]);
});

Deno.test("slice() returns the rows in view, and the space of the others", () => {
  const view = { rows: 1_000, rowHeight: 30, height: 300 };
  assertEquals(slice({ ...view, top: 0 }), {
    from: 0,
    to: 18,
    above: 0,
    below: 982 * 30,
  });
  assertEquals(slice({ ...view, top: 15_000 }), {
    from: 492,
    to: 518,
    above: 492 * 30,
    below: 482 * 30,
  });
  const open = { index: 5, height: 180 };
  const far = slice({ ...view, top: 15_000, open });
  assertEquals(far.above, far.from * 30 + 180);
  assert(slice({ ...view, rows: 3, top: 0 }).below === 0);
});

Deno.test("resolve() reads an address as people type it", () => {
  const read = (address: string) => resolve(address, HERE)?.href;
  assertEquals(read("/lessons/echo"), "ws://127.0.0.1:8000/lessons/echo");
  assertEquals(read(" wss://chat.example/x#y "), "wss://chat.example/x");
  assertEquals(read("https://chat.example/x"), "wss://chat.example/x");
  for (const wrong of ["", "ws://", "mailto:ada", "ftp://x/"]) {
    assertEquals(read(wrong), undefined, wrong);
  }
  assertEquals(resolve("/ws", "https://chat.example")?.protocol, "wss:");
});

Deno.test("protocolList() takes commas and spaces", () => {
  assertEquals(protocolList(" a, b c,,"), ["a", "b", "c"]);
  assertEquals(protocolList(""), []);
});

Deno.test("every endpoint is found again by its own form", () => {
  for (const endpoint of ENDPOINTS) {
    assertEquals(
      endpointOf(targetOf(endpoint, HERE), ENDPOINTS, HERE),
      endpoint,
    );
  }
  const elsewhere = { address: "ws://other/lessons/echo", protocols: "" };
  assertEquals(endpointOf(elsewhere, ENDPOINTS, HERE), undefined);
});

Deno.test("only this server and this machine are flooded, only this server is asked", () => {
  const may = (address: string) => mayFlood(new URL(address), HERE);
  assert(may("ws://127.0.0.1:8000/ws"));
  assert(may("ws://localhost:9/"));
  assert(may("ws://[::1]:9/"));
  assert(!may("ws://localhost.example/"));
  assert(!may("wss://127.0.0.1.example/"));
  const watched = (address: string) => watchedAt(new URL(address), "k", HERE);
  assertEquals(
    watched("ws://127.0.0.1:8000/ws"),
    "ws://127.0.0.1:8000/ws?lab=k",
  );
  assertEquals(watched("ws://localhost:9/"), "ws://localhost:9/");
});

Deno.test("a flood goes in bursts, waits when much is buffered, and ends", () => {
  const flood = startFlood(4, 0);
  assertEquals(flood.frames * FRAME, 4 * 1024 * 1024);
  assertEquals(burst(flood, 0), 128);
  assertEquals(burst(flood, 8 * 1024 * 1024), 0);
  assertEquals(burst(flood, 8 * 1024 * 1024 - 3 * FRAME), 3);
  assertEquals(burst({ ...flood, sent: flood.frames - 5 }, 0), 5);
  assertEquals(burst({ ...flood, sent: flood.frames }, 0), 0);
  assertEquals(
    floodWords({ ...flood, sent: 100 }),
    "100 of 256 frames · 1.6 MiB sent",
  );
});
