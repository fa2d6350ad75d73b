/**
 * How starts fail: every reason in docs/operating.md, with its exit code. The
 * program is started for those that a test can bring about.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { startFault } from "../../../server/config/start_faults.ts";
import { databaseFault } from "../../../server/store/sqlite/sqlite_errors.ts";
import { cannotOpen } from "../../../server/store/redis/redis_link.ts";
import { readDocument, section, tables } from "../../docs/markdown.ts";
import { makeCertificate } from "../../helpers/programs/certificate.ts";
import { Program, runProgram } from "../../helpers/programs/program.ts";
import { freePort } from "../../helpers/programs/redis_server.ts";
import { TempFolder } from "../../helpers/temp.ts";

/** What a start ends with, its last words first. */
type End = { code: number; stderr: string };

/** Starts in a folder; a store is chosen where none is. */
async function start(args: string[], folder = new TempFolder()): Promise<End> {
  const { code, stderr } = await runProgram({
    folder,
    args: ["--port", "0", "--store", "memory:", ...args],
  });
  folder[Symbol.dispose]();
  return { code, stderr };
}

/** What an error of a start is turned into. */
function thrown(error: unknown): End {
  const config = { host: "chat", port: 80, cert: "c.pem", key: "k.pem" };
  const fault = startFault(error, config);
  assert(fault !== undefined, String(error));
  return { code: fault.code, stderr: `hubbub: ${fault.message}\n` };
}

/** A folder with files in it, by their names. */
function withFiles(files: Record<string, string>): TempFolder {
  const folder = new TempFolder();
  for (const [name, text] of Object.entries(files)) {
    Deno.writeTextFileSync(folder.file(name), text);
  }
  return folder;
}

/** Starts with a key of another certificate. */
async function mismatch(): Promise<End> {
  using other = new TempFolder();
  const folder = new TempFolder();
  const { cert } = await makeCertificate(folder);
  const key = folder.file("other.pem");
  Deno.copyFileSync((await makeCertificate(other)).key, key);
  return await start(["--cert", cert, "--key", key], folder);
}

/** Starts with a key and a certificate that say these words. */
async function pem(cert: string, key: string): Promise<End> {
  const folder = withFiles({ "cert.pem": cert, "key.pem": key });
  const paths = ["--cert", folder.file("cert.pem")]
    .concat("--key", folder.file("key.pem"));
  return await start(paths, folder);
}

/** Starts on a database that was made by some SQL. */
async function database(sql: string): Promise<End> {
  const folder = new TempFolder();
  const path = folder.file("x.db");
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  return await start(["--store", `sqlite:${path}`], folder);
}

async function inUse(): Promise<End> {
  await using program = await Program.start();
  return await start(["--port", program.url.port]);
}

async function twoServers(): Promise<End> {
  await using program = await Program.start();
  const { code, stderr } = await runProgram({
    folder: program.folder,
    args: ["--port", "0", "--store"]
      .concat(`sqlite:${program.folder.file("hubbub.db")}`),
  });
  return { code, stderr };
}

const CERT = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const REDIS = "redis://127.0.0.1";

/** By the docs' words: the ways to fail so. */
const REASONS: Readonly<Record<string, readonly (() => End | Promise<End>)[]>> =
  {
    "a flag or a variable `HUBBUB_…` is unknown, empty or wrong": [
      () => start(["--prot", "1"]),
      () => start(["--rate", "x"]),
      () => start(["--host="]),
      () => start(["--host", "http://localhost"]),
    ],
    "a file that a flag names cannot be read, is empty, or is not what the flag asks for":
      [
        () => pem(CERT, "nonsense"),
        () => pem("nonsense", "nonsense"),
        () => pem(CERT, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"),
        () => start(["--auth-keys", "/nowhere"]),
      ],
    "the certificate and the key do not match": [mismatch],
    "the host name in `--host` does not exist": [
      () => thrown(new Error("getaddrinfo ENOTFOUND chat")),
      () =>
        thrown(
          new Error(
            "failed to lookup address information: Name or service not known",
          ),
        ),
    ],
    "no name server answers for `--host`": [
      () => thrown(new Error("getaddrinfo EAI_AGAIN chat")),
      () =>
        thrown(
          new Error(
            "failed to lookup address information: Temporary failure in name resolution",
          ),
        ),
    ],
    "the address in `--host` is not one of this machine": [
      () => start(["--host", "192.0.2.1"]),
    ],
    "the port is in use": [inUse],
    "the user may not listen on the port": [
      () => thrown(new Deno.errors.PermissionDenied("os error 13")),
    ],
    "the database is not writable, or its path is not a file": [
      () => start(["--store", "sqlite:/nowhere/x.db"]),
      () => {
        const folder = new TempFolder();
        return start(["--store", `sqlite:${folder.path}`], folder);
      },
    ],
    "the database is damaged, or from another program or a newer version": [
      () => database("CREATE TABLE songs (title TEXT)"),
      () => {
        const folder = withFiles({ "x.db": "Dear diary,\n".repeat(500) });
        return start(["--store", `sqlite:${folder.file("x.db")}`], folder);
      },
    ],
    "another server has the database open, or another program has locked it": [
      twoServers,
    ],
    "the disk is full or fails": [
      // full_disk_test.ts starts on one.
      () => ({
        code: databaseFault(new Error("database or disk is full"))?.lasting
          ? 2
          : 1,
        stderr: "hubbub: x. y\n",
      }),
    ],
    "Redis rejects the user, password or database number, or is a Cluster": [
      // redis_access_test.ts starts on these.
      ...[
        "WRONGPASS invalid username-password pair or user is disabled.",
        "NOAUTH Authentication required.",
        "NOPERM User x has no permissions to run the 'ping' command",
        "ERR DB index is out of range",
      ].map((words) => () => thrown(cannotOpen(REDIS, new Error(words)))),
    ],
    "Redis does not answer, or refuses connections": [
      () => start(["--store", `${REDIS}:${freePort()}`]),
      () =>
        thrown(cannotOpen(REDIS, new Error("Redis did not answer in 3000 ms"))),
      () =>
        thrown(
          cannotOpen(REDIS, new Error("LOADING Redis is loading the dataset")),
        ),
    ],
    "an internal fault (`start failed`)": [],
  };

const [, table] = tables(
  section(readDocument("docs/operating.md"), "How it ends"),
);
const rows = table?.rows ?? [];

Deno.test("every reason in docs/operating.md why a start fails is tested", () => {
  const docs = rows.map(([reason = ""]) => reason.trim());
  assertEquals(docs.toSorted(), Object.keys(REASONS).toSorted());
});

for (const [reason = "", code] of rows) {
  const ways = REASONS[reason.trim()] ?? [];
  Deno.test(`a start ends with ${code} when ${reason}`, async () => {
    for (const way of ways) {
      const end = await way();
      assertEquals(end.code, Number(code), end.stderr);
      // One line that says what is wrong and what to do.
      assertMatch(end.stderr, /^hubbub: [^\n]+\n$/);
    }
  });
}
