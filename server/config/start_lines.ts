/**
 * The lines that a server prints once it has started: where it listens, who can
 * connect, and whether access tokens are required. Pure.
 */

import type { Config } from "./schema.ts";

/** The settings that decide on access. */
type Access = Pick<
  Config,
  "host" | "authSecret" | "authKeys" | "guests" | "trustProxy"
>;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;
const EVERY_ADDRESS = ["0.0.0.0", "::", "[::]"];

/** Returns what clients need, as a word for the log. */
export function accessOf({ authSecret, authKeys, guests }: Access): string {
  if (authSecret === "" && authKeys === "") return "open";
  return guests === "none" ? "token" : `token, guests ${guests}`;
}

/**
 * Returns the start lines.
 *
 * @param url The address of the chat page.
 * @param config The settings.
 * @returns Two lines: the address, and who can do what there.
 */
export function startLines(url: URL, config: Access): string[] {
  return [
    `Hubbub is listening on ${url.href.replace(/\/$/, "")}`,
    `${reach(config)} ${needs(config)}`,
  ];
}

function reach({ host, trustProxy }: Access): string {
  if (LOOPBACK.test(host)) {
    return trustProxy
      ? "Only this machine and clients of your proxy can connect."
      : "Only this machine can connect.";
  }
  const where = EVERY_ADDRESS.includes(host)
    ? `${host} means every address of this machine`
    : `the server listens on ${host}`;
  return `Everyone on your network can connect (${where}).`;
}

function needs(config: Access): string {
  switch (accessOf(config)) {
    case "open":
      return "Everyone can read and write without an access token. " +
        "Set --auth-secret to require one.";
    case "token":
      return "Clients need an access token.";
    case "token, guests read":
      return "Clients need an access token; guests without one can read.";
    default:
      return "Clients need an access token; guests without one can read and " +
        "write.";
  }
}
