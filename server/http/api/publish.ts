/**
 * Publishes messages from scripts, one per request. Defines the body, the
 * sender's name and the response to a repeated request.
 */

import { nameKey } from "../../../protocol/names.ts";
import { bodyLimit } from "../read_body.ts";
import { checkText } from "../../rooms/message_text.ts";
import { scriptAuthor, userAuthor } from "../../auth/author.ts";
import {
  checkCid,
  mediaType,
  readObject,
  readString,
  readText,
} from "./body.ts";
import { type Call, json, pathOf, type Tools } from "./call.ts";
import { Problem } from "./problem.ts";
import { deliver } from "./visitor.ts";

/** The sender's name if the script gives none. */
const DEFAULT_NAME = "Script";

/** What a script publishes. */
interface Wanted {
  readonly text: string;
  readonly from: string | undefined;
}

/** Reads the text and the sender's name. */
export async function readWanted(
  tools: Tools,
  { request, url }: Call,
): Promise<Wanted> {
  const bounds = { bytes: bodyLimit(tools.hub.limits.text) };
  const type = mediaType(request);
  const name = url.searchParams.get("name") ?? undefined;
  switch (type) {
    case "":
    case "text/plain": {
      const text = await readText(request, bounds, tools);
      // Shell pipes add a line break.
      return { text: text.replace(/\r?\n$/, ""), from: name };
    }
    case "application/json": {
      const body = await readText(request, bounds, tools);
      const fields = readObject(body, '{"text":"Hello"}');
      return {
        text: readString(fields, "text"),
        from: fields["from"] === undefined ? name : readString(fields, "from"),
      };
    }
    default:
      throw new Problem(
        "unsupported_type",
        `"${type}" is not supported. Send the text with ` +
          "Content-Type: text/plain, or an object with application/json",
        { headers: { "accept": "text/plain, application/json" } },
      );
  }
}

/**
 * Returns the idempotency key, with or without the quotes of the header's draft
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
 */
function keyOf({ headers }: Request): string | undefined {
  const header = headers.get("idempotency-key");
  if (header === null) return undefined;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  return checkCid(key, "Idempotency-Key");
}

/**
 * Publishes a message and returns its seq once it is stored: 201, or 200 when
 * its `Idempotency-Key` was stored before.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @throws {HubbubError} `bad_json`, `bad_field`, `bad_name`, `name_taken`,
 * `empty`, `too_long`, `stopping` or `store_unavailable`.
 * @throws {Problem} `unsupported_type`, `too_large`, `too_slow` or
 * `key_reused`.
 */
export async function publish(tools: Tools, call: Call): Promise<Response> {
  const { hub, storage } = tools;
  const { room, request, address, permissions } = call;
  const cid = keyOf(request);
  const { text, from } = await readWanted(tools, call);
  const wanted = permissions.name ?? from;
  const author = permissions.user === undefined
    // Keys belong to the requested name, so scripts may number them 1, 2, 3.
    ? scriptAuthor(nameKey(wanted ?? ""))
    : userAuthor(permissions.user);
  // A script does not reserve a name, but cannot use one that is taken.
  const name = await hub.sessionService.lendName(wanted, {
    user: permissions.user,
    fallback: DEFAULT_NAME,
    signed: permissions.name !== undefined,
  });
  const guise = { name, author, permissions, address };
  const { seq, duplicate } = await deliver(hub, guise, {
    room,
    text,
    ...(cid !== undefined && { cid }),
  });
  const path = pathOf(call, `messages?after=${seq - 1}&limit=1`);
  if (!duplicate) {
    const headers = { location: path };
    return json({ room, seq, duplicate }, { status: 201, headers });
  }
  const { messages } = await storage.of(address).read(room, {
    after: seq - 1,
    limit: 1,
  });
  const [known] = messages;
  if (
    known?.seq === seq && !known.removed &&
    known.text !== checkText(text, hub.limits.text)
  ) {
    throw new Problem(
      "key_reused",
      `This Idempotency-Key has been used for another message, ${path}. ` +
        "Use a new one for each message",
      { more: { seq } },
    );
  }
  return json({ room, seq, duplicate });
}
