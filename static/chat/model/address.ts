/**
 * The page's address: which room, under which name, at which message. Pure
 * reading and writing; who acts on it is chat.ts.
 */

/** The room of an address that names none. */
export const LOBBY = "lobby";

/** What a fragment with a token begins with. */
const TOKEN = "#token=";

/** What an address of this page says. */
export interface Address {
  readonly room: string;
  /** The name asked for, where the address gives one. */
  readonly name: string | undefined;
  /** The message to show, from a fragment such as `#123`. */
  readonly seq: number | undefined;
  /** The signed token to come in with, from a fragment such as `#token=…`. It
   * is a secret, and not to stay in the address. */
  readonly token: string | undefined;
}

/**
 * Reads an address.
 *
 * @param href An absolute address of this page.
 */
export function readAddress(href: string): Address {
  const { searchParams, hash } = new URL(href);
  const seq = /^#[1-9]\d{0,14}$/.test(hash) ? Number(hash.slice(1)) : undefined;
  return {
    room: searchParams.get("room")?.trim() || LOBBY,
    name: searchParams.get("name")?.trim() || undefined,
    seq,
    token: hash.startsWith(TOKEN) ? readToken(hash) || undefined : undefined,
  };
}

/**
 * Reads a token as people paste it: cut into lines by a mail, or in the link
 * that it came with.
 */
export function readToken(pasted: string): string {
  return pasted.replace(/\s/g, "").split(TOKEN).at(-1) ?? "";
}

/**
 * Whether a token gives its bearer a name, so that nobody need be asked. It is
 * the server that checks it.
 */
export function hasName(token: string | undefined): boolean {
  return typeof claimsOf(token).name === "string";
}

/** What a token says, unchecked; nothing for one that cannot be read. */
function claimsOf(
  token: string | undefined,
): { readonly sub?: unknown; readonly name?: unknown } {
  const [, claims = ""] = token?.split(".") ?? [];
  try {
    const json = atob(claims.replace(/-/g, "+").replace(/_/g, "/"));
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}

/** Returns the key of a token's bearer: its user, or else its name. */
export function personIn(token: string): string | undefined {
  const { sub, name } = claimsOf(token);
  if (typeof sub === "string") return `user ${sub}`;
  return typeof name === "string" ? `name ${name}` : undefined;
}

/**
 * Whether a token makes a tab speak for somebody else than it does. It may come
 * from a link in a message, so the page asks before it takes such a token.
 *
 * @param token The one in the address.
 * @param now The token that the tab has, and the name that this browser goes by.
 */
export function changesPerson(
  token: string,
  now: {
    readonly token?: string | undefined;
    readonly name?: string | undefined;
  },
): boolean {
  if (token === now.token) return false;
  if (now.token === undefined) return now.name !== undefined;
  const [before, after] = [personIn(now.token), personIn(token)];
  // Without either, a token is for whoever has it, under a name of its own.
  return before !== after && (before !== undefined || now.name !== undefined);
}

/**
 * Writes the address of a room, or of one message in it.
 *
 * @param home The chat page, such as `https://chat.example/`.
 * @param room The room's name.
 * @param seq The message, if it is to one.
 */
export function linkTo(home: string, room: string, seq?: number): string {
  const url = new URL(".", home);
  if (room !== LOBBY) url.searchParams.set("room", room);
  if (seq !== undefined) url.hash = String(seq);
  return url.href;
}

/**
 * Writes the address where the server speaks.
 *
 * @param home The chat page, such as `https://chat.example/`.
 * @param path From there, such as `/ws`.
 */
export function socketUrl(home: string, path: string): string {
  return new URL(`.${path}`, home).href.replace(/^http/, "ws");
}
