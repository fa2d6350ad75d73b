/** Scripts of the lab: their format, and what a run does on each event. */

import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  COMMANDS,
  MOST_STEPS,
  parseScript,
} from "../../protocol/lab_script.ts";
import { type Effect, ScriptRun } from "../../protocol/script_run.ts";
import { fill, variablesIn } from "../../protocol/script_variables.ts";

const URL = "ws://127.0.0.1/";

/** A run against a server that answers at once. */
function play(
  script: string,
  answer: (text: string) => readonly string[] = (text) => [text],
  variables: Record<string, string> = {},
) {
  const run = new ScriptRun(parseScript(script), {
    variables: new Map(Object.entries(variables)),
    random: "42",
    url: URL,
  });
  const sent: (string | Uint8Array)[] = [];
  const done: string[] = [];
  let connects: Extract<Effect, { kind: "connect" }>[] = [];
  let failure: string | undefined = "not over";
  const act = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      switch (effect.kind) {
        case "connect":
          connects = [...connects, effect];
          act(run.opened());
          break;
        case "send":
          sent.push(effect.data);
          if (effect.data === "bye") act(run.closed(1000));
          else if (typeof effect.data === "string") {
            for (const text of answer(effect.data)) act(run.received(text));
          }
          break;
        case "close":
          act(run.closed(effect.code ?? 1005));
          break;
        case "done":
          done.push(`${effect.line} ${effect.command}`);
          break;
        case "end":
          failure = effect.failure;
      }
    }
  };
  act(run.start());
  // Nothing more comes: what still waits runs out of time.
  for (let n = 0; failure === "not over" && n < 100; n++) act(run.timedOut());
  return { sent, done, connects, failure };
}

/** What is wrong with a script. */
function wrong(script: string): string {
  return assertThrows(() => parseScript(script), Error).message;
}

Deno.test("a script sends, expects, repeats, takes and closes", () => {
  const { sent, failure, connects } = play(
    `# comment
connect ws://a.example/x one,two three
set name Ada
send <<END
two
lines {{name}}
END
expect <<END
two
lines Ada
END
repeat 2
  repeat 2
    send in {{n}}
  end
  send out {{n}} {{random}}
  expect-part out {{n}}
end
send {"id":7,"more":{"list":[1,{"a":null}],"x":1}}
expect-json {"more":{"list":[1,{"a":null}]}}
take id id
take item more.list.1
send {{id}} {{item}} {{braces}}x}}
send-hex 00 ff
wait 2 s
close 3001 Good bye
expect-close 3001`,
  );
  assertEquals(failure, undefined);
  assertEquals(connects.map(({ url, protocols }) => [url, protocols]), [
    ["ws://a.example/x", ["one", "two", "three"]],
  ]);
  assertEquals(sent, [
    "two\nlines Ada",
    "in 1",
    "in 2",
    "out 1 42",
    "in 1",
    "in 2",
    "out 2 42",
    '{"id":7,"more":{"list":[1,{"a":null}],"x":1}}',
    '7 {"a":null} {{x}}',
    Uint8Array.of(0, 255),
  ]);
});

Deno.test("a script without connect uses the address it is given", () => {
  const { connects, failure } = play("header A: {{b}}\nsend x", undefined, {
    b: "c d",
  });
  assertEquals(failure, undefined);
  assertEquals(connects.map(({ url, headers }) => [url, headers]), [[URL, []]]);
  const later = play("header A: {{b}}\nconnect ws://x/\nsend x", undefined, {
    b: "c d",
  });
  assertEquals(later.connects[0]?.headers, [["A", "c d"]]);
});

Deno.test("expect skips messages that do not match, and counts a message once", () => {
  const answer = () => ["noise", "a", "b", "a"];
  assertEquals(play("send x\nexpect b\nexpect a", answer).failure, undefined);
  assertEquals(
    play("send x\nexpect b\nexpect b", answer).failure,
    'Line 3: No such message within 5000 ms. Received instead: "a"',
  );
});

Deno.test("a step that fails says its line, what was expected and what came", () => {
  const failures: [script: string, words: string][] = [
    ["send {{who}}", "Line 1: There is no variable who. Give it a value first"],
    [
      "send bye\nwait 1\nsend x",
      "Line 3: The connection was closed with 1000.",
    ],
    ["send bye\nexpect x", "Line 2: No such message came."],
    ["send bye\nexpect-close 1001", "closed with 1000 instead of 1001"],
    ["expect-close", "Line 1: The connection did not close within 5000 ms"],
    ["timeout 1 s\nexpect x", "within 1000 ms. Nothing else was received"],
    ["send x\nexpect x\ntake a b", "Line 3: The message has no JSON field b"],
    ["send-hex 0", "Line 1: These are no bytes."],
    ["connect ws://a/\nconnect ws://b/", "Line 2: The connection is open"],
    ["connect http://a/", '"http://a/" is no WebSocket address'],
    [
      "set h x{{braces}}\nheader A: {{h}}\nconnect ws://{{h}} y z\nexpect-json {{h}}",
      "Line 4: This is not JSON",
    ],
  ];
  for (const [script, words] of failures) {
    assertStringIncludes(play(script).failure ?? "", words, script);
  }
  const header = play("header A: {{a}}\nsend x", undefined, { a: "b\r\nC: d" });
  assertStringIncludes(header.failure ?? "", "Write the header on one line");
});

Deno.test("a message that could command a terminal is shown escaped", () => {
  const { failure } = play("send x\nexpect y", () => ["\x1b[2J\x9b\u202e"]);
  assertStringIncludes(failure ?? "", String.raw`"\u001b[2J\u009b\u202e"`);
});

Deno.test("a script that is wrong says in which line and what to do", () => {
  const faults: [script: string, words: string][] = [
    ["", "Line 1: The script has no step. Write connect and send"],
    ["\n# x\n", "Line 1: The script has no step"],
    ["say x", 'Line 1: There is no command "say". Use connect, header, set'],
    ["repeat 2\nsend x", "Line 1: This repeat has no end."],
    ["send x\nend", "Line 2: end closes no repeat."],
    ["repeat x\nend", 'Line 1: "x" is not valid. Write a whole number from 1'],
    ["repeat 0\nend", "a whole number from 1 to 10000"],
    ["wait 1 h", 'Line 1: "1 h" is not valid. Write a time such as 500 ms'],
    ["wait 601 s", "is not valid"],
    ["wait", '"" is not valid'],
    ["close 99", "a whole number from 1000 to 4999"],
    ["send <<END\nx", "Line 1: The text has no end. Write END alone"],
    ["connect", "Line 1: Something is missing. Write an address after it"],
    ["set a-! x", '"a-!" cannot name a variable'],
    ["take a", "Write the path of a JSON field after it"],
    ["header x", "Write a header as header NAME: VALUE"],
    ["expect-json {", "Line 1: This is not JSON. Check quotes and commas"],
    [
      "repeat 101\nrepeat 100\nsend x\nend\nend",
      `The script has more than ${MOST_STEPS} steps`,
    ],
    ["x".repeat(300_000), "The script is too long"],
  ];
  for (const [script, words] of faults) {
    assertStringIncludes(wrong(script), words, script.slice(0, 40));
  }
});

/** Writes a command with any text as docs/lab.md says. */
function stepLine(command: string, text: string): string {
  const isPlain = !/[\r\n]/.test(text) && !text.startsWith("<<");
  if (isPlain) return text === "" ? command : `${command} ${text}`;
  const lines = text.split("\n");
  let word = "END";
  while (lines.includes(word)) word += "_";
  return `${command} <<${word}\n${text}\n${word}`;
}

Deno.test("any text can be written in a script, and is read unchanged", () => {
  const texts = [
    "",
    " ",
    " a ",
    "a\nb",
    "<<END",
    "END\nx",
    "\n",
    "# a",
    "{{a}}",
  ]
    .concat('{"a":"\\n"}', "a\tb", "\u2028", "END\nEND_");
  for (const text of texts) {
    const [{ step } = { step: undefined }] = parseScript(
      stepLine("send", text.replaceAll("{{", "{{braces}}")),
    );
    assert(step?.kind === "send");
    assertEquals(fill(step.text, new Map()), text, JSON.stringify(text));
  }
});

Deno.test("every command that exists is known, and no other", () => {
  for (const command of COMMANDS) {
    const text = { repeat: "repeat 1\nend\nsend", end: "repeat 1\nend\nsend" }[
      command
    ] ?? command;
    let words = "";
    try {
      parseScript(`${text} 1000 ms: x\nsend x`);
    } catch (error) {
      words = (error as Error).message;
    }
    assert(!words.includes("There is no command"), words);
  }
});

Deno.test("variables are found by their names, and their values are not searched", () => {
  assertEquals(variablesIn("{{a}} {{a}} {{b-1}} {{1}} {{ a }} {{}}"), [
    "a",
    "b-1",
  ]);
  const values = new Map([["a", "{{b}}"], ["b", "$&"]]);
  assertEquals(fill("{{a}} {{b}} {{ a }}", values), "{{b}} $& {{ a }}");
});
