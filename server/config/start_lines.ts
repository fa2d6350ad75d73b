/**
 * What a server says when it has started: where it listens, who reaches it and
 * what they need. Pure.
 */

import type { Config } from "./schema.ts";

/** What counts of the settings. */
type Access = Pick<
  Config,
  "host" | "authSecret" | "authKeys" | "guests" | "trustProxy"
>;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;
const EVERY_ADDRESS = ["0.0.0.0", "::", "[::]"];

/** What somebody needs to come in, in a word for the log. */
export function accessOf({ authSecret, authKeys, guests }: Access): string {
  if (authSecret === "" && authKeys === "") return "open";
  return guests === "none" ? "token" : `token, guests ${guests}`;
}

/**
 * The words of a server that has started.
 *
 * @param url Where its page is.
 * @param config What was asked for.
 * @returns Two lines: the address, and who may do what there.
 */
export function startLines(url: URL, config: Access): string[] {
  return [
    `Hubbub is listening on ${url.href.replace(/\/$/, "")}`,
    `${reach(config)} ${needs(config)}`,
  ];
}

function reach({ host, trustProxy }: Access): string {
  const proxy = trustProxy ? ", and whoever comes through its proxy" : "";
  if (LOOPBACK.test(host)) return `This machine reaches it${proxy}.`;
  const where = EVERY_ADDRESS.includes(host)
    ? `${host} is every address of this machine`
    : `it listens on ${host}`;
  return `Everyone on your network reaches it (${where}).`;
}

function needs(config: Access): string {
  switch (accessOf(config)) {
    case "open":
      return "It asks for no token: all of them may read and write. " +
        "--auth-secret changes that.";
    case "token":
      return "It asks for a token.";
    case "token, guests read":
      return "It asks for a token; guests without one may read.";
    default:
      return "It asks for a token; guests without one may read and write.";
  }
}
