/** The settings, as who starts the program meets them. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program, runProgram } from "../../helpers/programs/program.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { Peer } from "../peer.ts";

/** Every setting: flag, variable, default. */
const SETTINGS = [
  ["--host", "HOST", "127.0.0.1"],
  ["--port", "PORT", "8000"],
  ["--store", "HUBBUB_STORE", "sqlite:./data/hubbub.db"],
  ["--history", "HUBBUB_HISTORY", "50"],
  ["--retain-messages", "HUBBUB_RETAIN_MESSAGES", "10000"],
  ["--retain-days", "HUBBUB_RETAIN_DAYS", "0"],
  ["--max-text", "HUBBUB_MAX_TEXT", "4096"],
  ["--rate", "HUBBUB_RATE", "10"],
  ["--connect-rate", "HUBBUB_CONNECT_RATE", "50"],
  ["--byte-rate", "HUBBUB_BYTE_RATE", "65536"],
  ["--max-connections", "HUBBUB_MAX_CONNECTIONS", "10000"],
  ["--max-per-address", "HUBBUB_MAX_PER_ADDRESS", "500"],
  ["--max-rooms", "HUBBUB_MAX_ROOMS", "10000"],
  ["--max-stored-rooms", "HUBBUB_MAX_STORED_ROOMS", "100000"],
  ["--room-rate", "HUBBUB_ROOM_RATE", "20"],
  ["--max-rooms-per-session", "HUBBUB_MAX_ROOMS_PER_SESSION", "100"],
  ["--hello-timeout", "HUBBUB_HELLO_TIMEOUT", "10"],
  ["--idle-timeout", "HUBBUB_IDLE_TIMEOUT", "30"],
  ["--slow-timeout", "HUBBUB_SLOW_TIMEOUT", "30"],
  ["--grace", "HUBBUB_GRACE", "15"],
  ["--origins", "HUBBUB_ORIGINS", "none"],
  ["--trust-proxy", "HUBBUB_TRUST_PROXY", "no"],
  ["--cert", "HUBBUB_CERT", "none"],
  ["--key", "HUBBUB_KEY", "none"],
  ["--log-level", "HUBBUB_LOG_LEVEL", "info"],
] as const;

Deno.test("--help lists every setting with its variable and default", async () => {
  const { code, stdout, stderr } = await runProgram({ args: ["--help"] });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  for (const [flag, variable, fallback] of SETTINGS) {
    assertMatch(stdout, new RegExp(`^  ${flag} [A-Z]+ +\\S.*$`, "m"));
    assertStringIncludes(stdout, `(default ${fallback}, or ${variable})`);
  }
});

const WRONG: readonly (readonly [args: string[], words: string])[] = [
  [["--port", "x"], '--port must be a whole number from 0 to 65535, not "x"'],
  [["--port=65536"], "--port must be a whole number from 0 to 65535"],
  [["--port"], "--port is empty. Give it a value, or leave it out"],
  [["--host="], "--host is empty. Give it a value, or leave it out"],
  [["--auth-secret="], "--auth-secret is empty. Give it a value, or"],
  [
    ["--auth-secret", ""],
    "--auth-secret is empty. Give it a value, or leave it out",
  ],
  [
    ["--store", "memory:", "--auth-keys", "keys.json"],
    '--auth-keys "keys.json" cannot be read: the server may read only below ./data',
  ],
  [["--store", "/tmp/x"], "--store must be sqlite:PATH"],
  [["--store", "sqlite:"], "--store must be sqlite:PATH"],
  [["--history=-1"], "--history must be a whole number from 0 to 1000"],
  [["--history", "1.5"], "--history must be a whole number from 0 to 1000"],
  [["--retain-messages", "0"], "--retain-messages must be a whole number"],
  [["--retain-days", "1d"], "--retain-days must be a whole number"],
  [["--max-text", "0"], "--max-text must be a whole number"],
  [["--rate", "fast"], "--rate must be a whole number"],
  [["--idle-timeout", "0"], "--idle-timeout must be a whole number"],
  [["--slow-timeout", "0"], "--slow-timeout must be a whole number"],
  [["--grace", "x"], "--grace must be a whole number"],
  [["--log-level", "loud"], "--log-level must be one of debug, info"],
  [["--cert", "cert.pem"], "--cert and --key are needed together"],
  [
    ["--store", "memory:", "--cert", "no.pem", "--key", "no.pem"],
    '--cert "no.pem" cannot be read',
  ],
  [["--prot", "80"], 'Unknown setting "--prot"'],
  [["8080"], 'Unknown setting "8080"'],
];

for (const [args, words] of WRONG) {
  Deno.test(`${args.join(" ")} is one clear line and exit code 2`, async () => {
    const { code, stdout, stderr } = await runProgram({ args });
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertStringIncludes(stderr, `hubbub: ${words}`);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  });
}

Deno.test("a wrong environment variable is named in the one line", async () => {
  const env = { HUBBUB_RATE: "fast" };
  const { code, stderr } = await runProgram({ env });
  assertEquals({ code, stderr }, {
    code: 2,
    stderr:
      'hubbub: HUBBUB_RATE must be a whole number from 0 to 1000000, not "fast"\n',
  });
});

Deno.test("a mistyped environment variable stops the start with an error that suggests the right name", async () => {
  const env = { HUBBUB_AUTH_SECRETS: "x".repeat(32) };
  const { code, stdout, stderr } = await runProgram({ env });
  assertEquals({ code, stdout, stderr }, {
    code: 2,
    stdout: "",
    stderr: "hubbub: Unknown variable HUBBUB_AUTH_SECRETS. Did you mean " +
      "HUBBUB_AUTH_SECRET? --help lists them all\n",
  });
});

Deno.test("a variable that is meant for the port, but is not its own, is no other port", async () => {
  const env = { HUBBUB_PORT: "9650" };
  const { code, stdout, stderr } = await runProgram({ env });
  assertEquals({ code, stdout, stderr }, {
    code: 2,
    stdout: "",
    stderr: "hubbub: Unknown variable HUBBUB_PORT. Did you mean PORT? " +
      "--help lists them all\n",
  });
});

Deno.test("a variable of Deno Deploy that is empty means nothing, and one that is set elsewhere is named", async () => {
  const started = { env: { DENO_DEPLOYMENT_ID: "" } };
  await using program = await Program.start(started);
  assertEquals((await program.stop()).code, 0);
  const env = { DENO_DEPLOYMENT_ID: "x" };
  const { code, stderr } = await runProgram({ env, args: ["--port", "0"] });
  assertEquals(code, 2);
  assertMatch(stderr, /^hubbub: DENO_DEPLOYMENT_ID is set, .*\n$/);
});

Deno.test("environment variables set options, and flags take precedence", async () => {
  const env = {
    PORT: "0",
    HUBBUB_STORE: "memory:",
    HUBBUB_MAX_TEXT: "5",
    HUBBUB_RATE: "3",
    HUBBUB_IDLE_TIMEOUT: "77",
  };
  await using program = await Program.start({ env, args: ["--rate", "4"] });
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello" });
  const { limits } = await peer.event({ type: "welcome" });
  assertEquals(
    { text: limits.text, rate: limits.rate, idle: limits.idleSeconds },
    { text: 5, rate: 4, idle: 77 },
  );
});

Deno.test("--host determines which clients can connect", async () => {
  const args = ["--host", "localhost", "--store", "memory:"];
  await using program = await Program.start({ args });
  const response = await fetch(new URL("/healthz", program.url));
  assertEquals(await response.text(), "alive\n");
});

Deno.test("a port in use is one line and exit code 1", async () => {
  await using program = await Program.start();
  const args = ["--port", program.url.port, "--store", "memory:"];
  const { code, stdout, stderr } = await runProgram({ args });
  assertEquals({ code, stdout, stderr }, {
    code: 1,
    stdout: "",
    stderr: `hubbub: Port ${program.url.port} is in use. ` +
      "Choose another one with --port, or 0 for any\n",
  });
});

for (
  const [name, content, words] of [
    ["empty", "\n", "is empty"],
    ["neither key nor set", "nonsense", "is neither a public key"],
    ["broken JSON", "{", "is neither a public key"],
    ["no set", "{}", "is neither a public key"],
  ] as const
) {
  Deno.test(`a file of keys that is ${name} is one clear line, and no open server`, async () => {
    using folder = new TempFolder();
    const keys = folder.file("keys");
    Deno.writeTextFileSync(keys, content);
    const { code, stdout, stderr } = await runProgram({
      folder,
      args: ["--port", "0", "--store", "memory:", "--auth-keys", keys],
    });
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertMatch(stderr, /^hubbub: --auth-keys ".*" is .*\n$/);
    assertStringIncludes(stderr, words);
  });
}
