/**
 * Identifies who wrote a message or performed an action. The only place that
 * writes and reads the stored form of an author.
 */

/** An author. Create it with the functions below only. */
export type Author =
  /** A guest: the id of the session it began with. */
  | { readonly kind: "session"; readonly id: string; readonly key: string }
  /** The bearer of a token, by its `sub`. */
  | { readonly kind: "user"; readonly id: string; readonly key: string }
  /** A script without a token, by the name it publishes under. */
  | { readonly kind: "script"; readonly id: string; readonly key: string }
  /** The sender of imported messages, by name. */
  | { readonly kind: "import"; readonly id: string; readonly key: string }
  /** The server itself: announcements, notices, and actions without a user. */
  | { readonly kind: "system"; readonly id: ""; readonly key: string };

/** Prefixes in the stored form. Session IDs need none: they are hexadecimal and
 * match no prefix. */
const PREFIXES = { user: "user:", script: "script:", import: "import:" };
const SYSTEM_KEY = "house";

/** The server itself. */
export const SYSTEM: Author = { kind: "system", id: "", key: SYSTEM_KEY };

/**
 * Returns a guest as an author.
 *
 * @param id The id of the session it began with, made by the server.
 */
export function sessionAuthor(id: string): Author {
  return { kind: "session", id, key: id };
}

/**
 * Returns the bearer of a token as an author.
 *
 * @param sub The token's `sub`.
 */
export function userAuthor(sub: string): Author {
  return prefixed("user", sub);
}

/**
 * Returns a script without a token as an author.
 *
 * @param nameKey The comparable form of the name it publishes under.
 */
export function scriptAuthor(nameKey: string): Author {
  return prefixed("script", nameKey);
}

/**
 * Returns the sender of imported messages as an author.
 *
 * @param nameKey The comparable form of its name.
 */
export function importAuthor(nameKey: string): Author {
  return prefixed("import", nameKey);
}

/**
 * Reads an author back from a store.
 *
 * @param key What {@linkcode Author.key} was.
 */
export function readAuthor(key: string): Author {
  if (key === SYSTEM_KEY) return SYSTEM;
  for (const kind of ["user", "script", "import"] as const) {
    const prefix = PREFIXES[kind];
    if (key.startsWith(prefix)) return prefixed(kind, key.slice(prefix.length));
  }
  return sessionAuthor(key);
}

/**
 * Returns whether an author may treat a message as its own, to remove it.
 * Only sessions and users are authenticated: scripts and imports are known by
 * a name that anybody may use, and what the server says belongs to moderators.
 *
 * @param author Who asks.
 * @param key The author of the message, as it is stored.
 */
export function owns(author: Author, key: string): boolean {
  const authenticated = author.kind === "session" || author.kind === "user";
  return authenticated && author.key === key;
}

/**
 * Returns whether a message was imported.
 *
 * @param key Its author, as it is stored.
 */
export function isImported(key: string): boolean {
  return key.startsWith(PREFIXES.import);
}

/**
 * Returns whether a message came from a guest, or from a script, without a
 * token that says who it is.
 *
 * @param key Its author, as it is stored.
 */
export function isGuest(key: string): boolean {
  return key !== SYSTEM_KEY && !key.startsWith(PREFIXES.user) &&
    !key.startsWith(PREFIXES.import);
}

function prefixed(kind: keyof typeof PREFIXES, id: string): Author {
  return { kind, id, key: PREFIXES[kind] + id };
}
