/**
 * Reading what a request brings: its media type, its body in bounds, its
 * parameters. What is wrong is thrown as what the sender is told.
 */

import { checkWhole, parseObject } from "../../../protocol/bounds.ts";
import { HubbubError } from "../../../protocol/errors.ts";
import { type BodyTools, readPieces } from "../read_body.ts";
import { Problem } from "./problem.ts";

/** As `hubbub.v1` has it. */
const CID = /^\P{Cc}{1,64}$/u;

/** How much of a body is read. */
export interface Bounds {
  /** Bytes of all of it. */
  readonly bytes: number;
  /** Characters (UTF-16 units) of a line. */
  readonly line?: number;
}

/**
 * The media type of a body, without parameters.
 *
 * @param request Any request.
 * @returns In lower case; empty when it says none.
 * @throws {Problem} `unsupported_type` when it is not in UTF-8.
 */
export function mediaType({ headers }: Request): string {
  const header = headers.get("content-type") ?? "";
  const [type = "", ...parameters] = header.toLowerCase().split(";");
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=");
    if (name.trim() !== "charset") continue;
    if (/^"?utf-?8"?$/.test(value.trim())) continue;
    throw new Problem("unsupported_type", "Send text as UTF-8");
  }
  return type.trim();
}

/** The body piece by piece, decoded. */
async function* pieces(
  request: Request,
  { bytes: most }: Bounds,
  tools: BodyTools,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (bytes?: Uint8Array<ArrayBuffer>) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new HubbubError("bad_encoding", {
        message: "The body is not valid UTF-8. Send text as UTF-8",
      });
    }
  };
  for await (const bytes of readPieces(request, most, tools)) {
    yield decode(bytes);
  }
  yield decode();
}

/**
 * Reads a body whole.
 *
 * @param request Any request.
 * @param bounds How large it may be.
 * @param tools What reading needs.
 * @throws {Problem} `too_large`, `too_slow` or `incomplete`.
 * @throws {HubbubError} `bad_encoding`.
 */
export async function readText(
  request: Request,
  bounds: Bounds,
  tools: BodyTools,
): Promise<string> {
  let text = "";
  for await (const piece of pieces(request, bounds, tools)) text += piece;
  return text;
}

/**
 * Reads a body line by line, no more than one in memory but for the piece it
 * came in.
 *
 * @param request Any request.
 * @param bounds How large it, and a line of it, may be.
 * @param tools What reading needs.
 * @returns The lines without their ends, empty ones too.
 * @throws {Problem} `too_large`, `too_slow` or `incomplete`.
 * @throws {HubbubError} `bad_encoding`.
 */
export async function* readLines(
  request: Request,
  bounds: Required<Bounds>,
  tools: BodyTools,
): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces(request, bounds, tools)) {
    const [first = "", ...lines] = piece.split("\n");
    rest += first;
    for (const line of lines) {
      checkLine(rest, bounds);
      yield rest;
      rest = line;
    }
    checkLine(rest, bounds);
  }
  if (rest !== "") yield rest;
}

function checkLine(line: string, { line: most }: Required<Bounds>): void {
  if (line.length <= most) return;
  throw new Problem(
    "too_large",
    `A line has more than ${most} characters`,
    { more: { most } },
  );
}

/**
 * Reads JSON that has to be an object.
 *
 * @param text Anything.
 * @param hint What to send instead, for words.
 * @throws {HubbubError} `bad_json`.
 */
export function readObject(
  text: string,
  hint: string,
): Readonly<Record<string, unknown>> {
  return parseObject(
    text,
    `This is not a JSON object. Send one such as ${hint}`,
  );
}

/**
 * Reads a field that is a string.
 *
 * @param fields An object of a body.
 * @param field Which one.
 * @throws {HubbubError} `bad_field`, also for half of a character.
 */
export function readString(
  fields: Readonly<Record<string, unknown>>,
  field: string,
): string {
  const value = fields[field];
  if (typeof value === "string") return checkWhole(field, value);
  throw new HubbubError("bad_field", {
    message: `Field "${field}" must be a string`,
  });
}

/**
 * Checks what a sender calls a message.
 *
 * @param value Anything.
 * @param name Where it stands, for words.
 * @returns It, as every store keeps it.
 * @throws {HubbubError} `bad_field`.
 */
export function checkCid(value: unknown, name: string): string {
  if (typeof value === "string" && CID.test(checkWhole(name, value))) {
    return value;
  }
  throw new HubbubError("bad_field", {
    message:
      `"${name}" must have 1 to 64 characters, and no control characters`,
  });
}

/**
 * Reads a number of the query.
 *
 * @param url An address.
 * @param name The parameter.
 * @returns A whole number from 0; undefined when it is not there.
 * @throws {HubbubError} `bad_field`.
 */
export function readWhole(url: URL, name: string): number | undefined {
  const value = url.searchParams.get(name);
  if (value === null) return undefined;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new HubbubError("bad_field", {
    message: `"${name}" must be a whole number from 0, such as ?${name}=50`,
  });
}
