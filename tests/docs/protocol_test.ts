/** What docs/protocol.md says is so. */

import { assert, assertEquals } from "@std/assert";
import {
  afterClose,
  CLOSE,
  type CloseReason,
} from "../../protocol/close_codes.ts";
import { ERRORS } from "../../protocol/errors.ts";
import { Program } from "../helpers/programs/program.ts";
import { blocks, codes, readDocument, section, tables } from "./markdown.ts";
import { play } from "./transcript.ts";

const protocol = readDocument("docs/protocol.md");

/** The only table under a heading. */
function table(heading: string, header: readonly string[]) {
  const [found] = tables(section(protocol, heading));
  assertEquals(found?.header, header);
  return found?.rows ?? [];
}

Deno.test("docs/protocol.md lists every close code as the code has it", () => {
  assertEquals(
    table("Close codes", ["code", "reason", "then"]),
    Object.values<CloseReason>(CLOSE).map(({ code, reason, then }) => [
      String(code),
      reason,
      then,
    ]),
  );
});

Deno.test("docs/protocol.md lists every error as the code has it", () => {
  const rows = table("Errors", ["code", "retryable", "when"]);
  assertEquals(
    rows.map(([code, retryable]) => [code, retryable]),
    Object.entries(ERRORS).map(([code, { retryable }]) => [
      `\`${code}\``,
      retryable ? "yes" : "no",
    ]),
  );
});

Deno.test("docs/protocol.md: a client can reconnect after a close that follows a retryable error", () => {
  const errors = table("Errors", ["code", "retryable", "when"])
    .map(([code = "", , when = ""]) => [codes(code)[0] ?? "", when]);
  const limits = table("Limits", ["what", "limit", "beyond it"])
    .map(([, , beyond = ""]) => [codes(beyond)[0] ?? "", beyond]);
  let found = 0;
  for (const [code = "", words = ""] of [...errors, ...limits]) {
    if (!(code in ERRORS)) continue;
    for (const [, number] of words.matchAll(/\b(1\d{3}|4\d{3})\b/g)) {
      found++;
      const { retryable } = ERRORS[code as keyof typeof ERRORS];
      const comesBack = afterClose(Number(number)) !== "stop";
      assertEquals(comesBack, retryable, `${code} ${number}`);
    }
  }
  assert(found > 1);
});

/** The events and requests of `hubbub.v1` by type, with their own fields. */
function declared(suffix: "Request" | "Event"): Map<string, string[]> {
  const source = Deno.readTextFileSync(
    suffix === "Request" ? "protocol/requests.ts" : "protocol/events.ts",
  );
  const message = Deno.readTextFileSync("protocol/message.ts");
  const fields = (body: string) =>
    Array.from(body.matchAll(/^ {2}readonly (\w+\??):/gm), ([, f = ""]) => f);
  const inherited = fields(
    /interface Message \{([\s\S]*?)\n\}/.exec(message)?.[1] ?? "",
  );
  const found = source.matchAll(
    new RegExp(
      `interface \\w+${suffix} extends? ?(\\w*) ?\\{([\\s\\S]*?)\\n\\}|` +
        `interface \\w+${suffix} \\{([\\s\\S]*?)\\n\\}`,
      "g",
    ),
  );
  return new Map(Array.from(found, ([, parent, one, other]) => {
    const body = one ?? other ?? "";
    const type = /readonly type: "(\w+)"/.exec(body)?.[1] ?? "";
    const all = [...(parent === "Message" ? inherited : []), ...fields(body)];
    return [type, all.filter((field) => field !== "type")];
  }));
}

/** Types that other dialects have, but not `hubbub.v1`; and fields that are
 * for them alone. */
const NOT_V1 = new Set([
  "help",
  "quit",
  "name_wanted",
  "join.only?",
  "history.numbered?",
]);

for (
  const [heading, suffix] of [["Requests", "Request"], [
    "Events",
    "Event",
  ]] as const
) {
  Deno.test(`docs/protocol.md lists all ${suffix.toLowerCase()}s and their fields`, () => {
    const [found] = tables(section(protocol, heading));
    const written = new Map(
      found?.rows.map(([type = "", fields = ""]) => [
        codes(type)[0] ?? "",
        Array.from(
          fields.matchAll(/`(\w+)`(\??)/g),
          ([, name, mark]) => `${name}${mark}`,
        ),
      ]),
    );
    const wanted = declared(suffix);
    for (const type of NOT_V1) wanted.delete(type);
    assertEquals([...written.keys()].sort(), [...wanted.keys()].sort());
    for (const [type, fields] of wanted) {
      // A room is required in hubbub.v1, where one can be in several.
      const own = fields.filter((field) => !NOT_V1.has(`${type}.${field}`))
        .map((field) => field === "room?" ? "room" : field);
      assertEquals(written.get(type)?.toSorted(), own.toSorted(), type);
    }
  });
}

const transcripts = blocks(protocol).filter(({ info }) =>
  info === "transcript"
);

for (const [index, { code }] of transcripts.entries()) {
  const [first = ""] = code.split("\n");
  Deno.test(`transcript ${index + 1} of docs/protocol.md matches the server (${first})`, async () => {
    await using program = await Program.start();
    await play(code, (path) => program.socket(path));
  });
}

Deno.test("docs/protocol.md has transcripts of all dialects", () => {
  assert(transcripts.length >= 4);
});
