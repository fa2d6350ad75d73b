import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createLogger, type LogLevel } from "../../../server/runtime/logger.ts";

function lines(level: LogLevel, pretty: boolean) {
  const written: string[] = [];
  const log = createLogger({
    level,
    pretty,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    write: (line) => written.push(line),
  });
  return { written, log };
}

Deno.test("createLogger() writes a JSON object a line for programs", () => {
  const { written, log } = lines("info", false);
  log.info("room opened", { room: "hall", members: 3 });
  assertEquals(written.map((line) => JSON.parse(line)), [{
    time: "2026-01-02T03:04:05.678Z",
    level: "info",
    message: "room opened",
    room: "hall",
    members: 3,
  }]);
});

Deno.test("createLogger() writes a short line for people", () => {
  const { written, log } = lines("info", true);
  log.warn("slow", { room: "hall", behind: [1, 2] });
  assertEquals(written, ["03:04:05 warn  slow room=hall behind=[1,2]"]);
});

Deno.test("createLogger() drops lines below its level", () => {
  const { written, log } = lines("warn", true);
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  assertEquals(written.length, 2);
});

for (const pretty of [true, false]) {
  Deno.test(`createLogger() leaves out absent fields (pretty: ${pretty})`, () => {
    const { written, log } = lines("info", pretty);
    log.info("moderated", { room: undefined, by: "Ada" });
    assertStringIncludes(written[0] ?? "", "Ada");
    assert(!/room|undefined/.test(written[0] ?? ""));
  });

  Deno.test(`createLogger() says where an error came from (pretty: ${pretty})`, () => {
    const { written, log } = lines("error", pretty);
    log.error("broke", { error: new TypeError("No such thing") });
    assertStringIncludes(written[0] ?? "", "TypeError: No such thing");
    assertStringIncludes(written[0] ?? "", "logger_test.ts");
  });

  Deno.test(`promise 5: createLogger() writes whatever it is given (pretty: ${pretty})`, () => {
    const { written, log } = lines("error", pretty);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const error of [circle, 5n, undefined, Symbol("x"), () => {}]) {
      log.error("broke", { error });
    }
    assertEquals(written.length, 5);
    assert(written.every((line) => line.includes("broke")));
  });
}

for (const pretty of [true, false]) {
  Deno.test(`createLogger() writes an error's causes (pretty: ${pretty})`, () => {
    const { written, log } = lines("error", pretty);
    const refused = new AggregateError([new Error("connect ECONNREFUSED")]);
    const cause = new Error("Socket closed", { cause: refused });
    log.error("broke", { error: new Error("Out of reach", { cause }) });
    for (const words of ["Out of reach", "Socket closed", "ECONNREFUSED"]) {
      assertStringIncludes(written[0] ?? "", words);
    }
  });

  Deno.test(`createLogger() ends a circle of causes (pretty: ${pretty})`, () => {
    const { written, log } = lines("error", pretty);
    const error = new Error("One");
    error.cause = new Error("Two", { cause: error });
    log.error("broke", { error });
    assertStringIncludes(written[0] ?? "", "Two");
  });
}

for (const pretty of [true, false]) {
  Deno.test(`createLogger() escapes controls of terminals, line ends and directions (pretty: ${pretty})`, () => {
    const codes = [
      ...Array.from({ length: 0x20 }, (_, code) => code),
      ...Array.from({ length: 0x21 }, (_, index) => 0x7f + index),
      ...[0x61c, 0x200e, 0x200f, 0x2066, 0x2067, 0x2068, 0x2069],
      ...[0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
    ];
    for (const code of codes) {
      const text = `a${String.fromCharCode(code)}b`;
      const { written, log } = lines("info", pretty);
      log.warn(text, { [text]: text, list: [text], of: { [text]: text } });
      const line = written.join("");
      assert(!line.includes(text), `U+${code.toString(16)} stands in the log`);
      if (!pretty) {
        const { message, list } = JSON.parse(line);
        assertEquals([message, list], [text, [text]]);
      }
    }
  });
}

Deno.test("createLogger() indents the further lines of an error's text", () => {
  const { written, log } = lines("info", true);
  log.error("broke", {
    error: new Error("a\n17:00:00 error  database is damaged\x1b[2J\x9b"),
  });
  const line = written.join("");
  assert(!line.includes("\n17"), line);
  assertStringIncludes(line, "\n    17:00:00");
  assert(!line.includes("\x1b") && !line.includes("\x9b"));
});
