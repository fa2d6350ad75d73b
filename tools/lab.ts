/**
 * `deno task lab`: runs a script of the lab against a server. The steps are
 * protocol/script_run.ts's; this is its socket, its timer and its output.
 */

import {
  parseScript,
  type RunStep,
  ScriptError,
} from "../protocol/lab_script.ts";
import { type Effect, ScriptRun } from "../protocol/script_run.ts";
import { orFail } from "./arguments.ts";
import { HELP, type LabOptions, readLabOptions } from "./lab_options.ts";
import { complain, print } from "./print.ts";

function fail(message: string, code: 1 | 2 = 2): never {
  complain("lab", message);
  Deno.exit(code);
}

async function read(file: string): Promise<string> {
  try {
    return file === "-"
      ? await new Response(Deno.stdin.readable).text()
      : await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      fail(`There is no file "${file}". Name the script to run`);
    }
    fail(`"${file}" cannot be read: ${(error as Error).message}`);
  }
}

function parse(text: string): RunStep[] {
  try {
    return parseScript(text);
  } catch (error) {
    if (error instanceof ScriptError) fail(error.message);
    throw error;
  }
}

/** Runs the steps; returns why they failed. */
function runSteps(
  steps: readonly RunStep[],
  { url, protocols, variables, headers, isQuiet }: LabOptions,
): Promise<string | undefined> {
  const random = String(Math.floor(Math.random() * 1_000_000));
  const run = new ScriptRun(steps, {
    variables,
    random,
    ...(url !== undefined && { url }),
    protocols,
    headers,
  });
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = (effect: Extract<Effect, { kind: "connect" }>) => {
    const { url, protocols, headers } = effect;
    const mine = new WebSocket(url, {
      protocols: [...protocols],
      headers: headers.map(([name, value]) => [name, value]),
    });
    socket = mine;
    let reason = "";
    mine.binaryType = "arraybuffer";
    mine.onopen = () => act(run.opened());
    mine.onmessage = ({ data }) =>
      act(run.received(typeof data === "string" ? data : undefined));
    mine.onerror = (event) => {
      if (event instanceof ErrorEvent) reason = event.message;
    };
    mine.onclose = ({ code }) => act(run.closed(code, reason));
  };
  const perform = (effect: Effect) => {
    switch (effect.kind) {
      case "connect":
        return open(effect);
      case "send":
        return socket?.send(effect.data);
      case "close":
        return socket?.close(effect.code, effect.reason || undefined);
      case "timer":
        clearTimeout(timer);
        timer = setTimeout(() => act(run.timedOut()), effect.ms);
        return;
      case "stopTimer":
        return clearTimeout(timer);
      case "done":
        if (!isQuiet) print("lab", doneWords(effect));
        return;
      case "end":
        resolve(effect.failure);
    }
  };
  const act = (effects: readonly Effect[]) => {
    try {
      effects.forEach(perform);
    } catch (error) {
      // The runtime refuses an address, a header or a close code.
      clearTimeout(timer);
      resolve((error as Error).message);
    }
  };
  act(run.start());
  return promise;
}

function doneWords(
  { line, command, words }: Extract<Effect, { kind: "done" }>,
): string {
  return `${String(line).padStart(4)}  ${command} ${words}`.trimEnd();
}

const options = orFail(() => readLabOptions(Deno.args), fail);
if (options === "help") {
  print("lab", HELP);
  Deno.exit(0);
}
const steps = parse(await read(options.file));
const connects = steps.some(({ step }) => step.kind === "connect");
if (!connects && options.url === undefined) {
  fail("The script connects nowhere. Write connect, or use --url");
}
const failure = await runSteps(steps, options);
if (failure !== undefined) fail(failure, 1);
if (!options.isQuiet) print("lab", "All steps succeeded");
// The connection may be open still.
Deno.exit(0);
