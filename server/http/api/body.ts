/**
 * Parses API requests: media type, bounded body, parameters. Errors are thrown
 * as the problem that the client receives.
 */

import { checkWhole, parseObject } from "../../../protocol/bounds.ts";
import { HubbubError } from "../../../protocol/errors.ts";
import { type BodyTools, readPieces } from "../read_body.ts";
import { Problem } from "./problem.ts";

/** Same rule as in `hubbub.v1`. */
const CID = /^\P{Cc}{1,64}$/u;

/** Size limits of a body. */
export interface Bounds {
  /** Maximum bytes of the body. */
  readonly bytes: number;
  /** Maximum characters (UTF-16 units) of a line. */
  readonly line?: number;
}

/**
 * Returns the media type of a body, without parameters.
 *
 * @param request Any request.
 * @returns The type in lower case; empty when missing.
 * @throws {Problem} `unsupported_type` when the charset is not UTF-8.
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

/** Yields the body in decoded pieces. */
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
 * Reads a whole body.
 *
 * @param request Any request.
 * @param bounds Size limits.
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
 * Reads a body line by line. Buffers one line and the current piece.
 *
 * @param request Any request.
 * @param bounds Size limits of the body and of a line.
 * @param tools What reading needs.
 * @returns The lines without line ends, including empty ones.
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
 * Parses a JSON object.
 *
 * @param text Any text.
 * @param hint What to send instead, for the error message.
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
 * Returns a string field.
 *
 * @param fields An object from a body.
 * @param field Name of the field.
 * @throws {HubbubError} `bad_field`, also for a lone surrogate.
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
 * Validates a client message ID.
 *
 * @param value Any value.
 * @param name Name of the field or header, for the error message.
 * @returns The ID, in a form that every store accepts.
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
 * Returns a number from the query.
 *
 * @param url An address.
 * @param name Name of the parameter.
 * @returns A whole number from 0; undefined when missing.
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
