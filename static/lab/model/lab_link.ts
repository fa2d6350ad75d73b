/**
 * The page's address as a link to share: where the clients connect, such as
 * `?a=/lessons/echo&b=/ws&bp=hubbub.v1`. Pure.
 */

import { isOwn, resolve, type Target, targetOf } from "./target.ts";

/** What a link says. */
export interface LabLink {
  readonly a: Target;
  /** Undefined where there is no second client. */
  readonly b: Target | undefined;
}

/**
 * Reads a link.
 *
 * @param search The query of the page's address.
 * @param options The page's origin, and where A connects if the link does not
 * say it.
 */
export function readLink(
  search: string,
  { here, first }: {
    readonly here: string;
    readonly first: string;
  },
): LabLink {
  const query = new URLSearchParams(search);
  const target = (address: string, protocols: string): Target => ({
    ...targetOf({ path: address, protocols: [] }, here),
    protocols,
  });
  const b = query.get("b");
  return {
    a: target(query.get("a") ?? first, query.get("ap") ?? ""),
    b: b === null ? undefined : target(b, query.get("bp") ?? ""),
  };
}

/**
 * Writes a link.
 *
 * @param link Where the clients connect.
 * @param here The page's origin; addresses there are written as paths.
 * @returns A query, with its question mark.
 */
export function writeLink({ a, b }: LabLink, here: string): string {
  const parts = [...parameters("a", a, here)];
  if (b !== undefined) parts.push(...parameters("b", b, here));
  return `?${parts.join("&")}`;
}

function parameters(name: string, target: Target, here: string): string[] {
  const { address, protocols } = target;
  const url = resolve(address, here);
  const short = url !== undefined && isOwn(url, here) && address === url.href
    ? url.pathname + url.search
    : address;
  return [
    `${name}=${encoded(short)}`,
    ...(protocols === "" ? [] : [`${name}p=${encoded(protocols)}`]),
  ];
}

/** Encodes a value of a query, and leaves alone what people can read. */
function encoded(value: string): string {
  // Half a character, which a field can hold, has no encoding.
  return encodeURIComponent(value.toWellFormed())
    .replaceAll(/%(?:2F|3A|2C|40)/g, decodeURIComponent);
}
