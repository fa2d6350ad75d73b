/** Requests byte by byte, as no library would send them. */

const encoder = new TextEncoder();
/** The heads of answers behind which nothing ends by itself. */
const ENDLESS =
  /^HTTP\/1\.\d (101 [^]*|200 [^]*text\/event-stream[^]*)\r\n\r\n/;

/** An answer, as it came. */
export interface RawAnswer {
  /** 0 where the connection ended without one. */
  readonly status: number;
  /** By names in small letters; what came twice, with a comma between. */
  readonly headers: Headers;
  readonly body: string;
}

/** How a request is written. */
export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  /** Lines of the head; `Host` and `Connection: close` have to be among them. */
  readonly head?: readonly string[];
  readonly body?: string;
}

/** The bytes of a request. */
export function rawRequest(
  { method = "GET", target = "/", version = "1.1", head = [], body = "" }:
    RawRequest,
): string {
  const lines = [`${method} ${target} HTTP/${version}`, ...head];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/**
 * Sends bytes, and reads until the other side ends the connection, or has
 * begun what does not end by itself.
 *
 * @param port Of 127.0.0.1.
 * @param bytes One request, which asks for the connection to be closed.
 */
export async function sendRaw(port: number, bytes: string): Promise<RawAnswer> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(encoder.encode(bytes));
  const chunk = new Uint8Array(64 * 1024);
  const decoder = new TextDecoder();
  let text = "";
  while (!ENDLESS.test(text)) {
    const size = await socket.read(chunk).catch(() => null);
    if (size === null) break;
    text += decoder.decode(chunk.subarray(0, size), { stream: true });
  }
  // What may come before the answer (RFC 9110, 15.2).
  const answer = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "");
  const [head = "", ...rest] = answer.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Headers(lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  }));
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  return { status, headers, body: rest.join("\r\n\r\n") };
}
