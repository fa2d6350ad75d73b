/**
 * Explains why a server could not start: one line and the exit code. 2 means
 * that somebody must change something, so a supervisor must not restart it; 1
 * may be temporary. docs/operating.md lists all. Pure.
 */

import { StoreOpenError } from "../store/store.ts";
import type { Config } from "./schema.ts";

/** Message and exit code of a failed start. */
export interface StartFault {
  /** What is wrong and what to do. */
  readonly message: string;
  readonly code: 1 | 2;
}

/** Kind of a PEM file. */
export type PemKind = "cert" | "key";

/**
 * Checks that a file contains what its flag requires.
 *
 * @param kind The flag.
 * @param text The file's content.
 * @returns What is wrong and what to do, to follow the file's name; undefined
 * if valid.
 */
export function pemFault(kind: PemKind, text: string): string | undefined {
  if (kind === "cert") {
    return /-----BEGIN CERTIFICATE-----/.test(text)
      ? undefined
      : "has no certificate (PEM, BEGIN CERTIFICATE). Name the file with the " +
        "certificate and its chain";
  }
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type:.*ENCRYPTED/.test(text)) {
    return "is encrypted, and the server asks for no passphrase. Make a copy " +
      "without one: openssl pkey -in FILE -out NEW";
  }
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)
    ? undefined
    : "has no private key (PEM, BEGIN PRIVATE KEY). Name the file with the " +
      "certificate's key";
}

/**
 * Explains an error at startup.
 *
 * @param error The thrown value.
 * @param config The settings.
 * @returns Undefined for a bug or an unknown error.
 */
export function startFault(
  error: unknown,
  { host, port, cert, key }: Pick<Config, "host" | "port" | "cert" | "key">,
): StartFault | undefined {
  const lasting = (message: string): StartFault => ({ message, code: 2 });
  const passing = (message: string): StartFault => ({ message, code: 1 });
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreOpenError) {
    return error.lasting ? lasting(words) : passing(words);
  }
  if (error instanceof Deno.errors.AddrInUse) {
    return passing(
      `Port ${port} is in use. Choose another one with --port, or 0 for any`,
    );
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    // The address may become available later, from DHCP.
    return passing(
      `Cannot listen on "${host}": this machine does not have that address. ` +
        "Choose one that it has with --host, or 0.0.0.0 for all",
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return lasting(
      `Cannot listen on port ${port}: not allowed. Choose one above 1023`,
    );
  }
  if (/KeyMismatch/.test(words)) {
    return lasting(
      "--cert and --key do not belong together: it is the key of another " +
        "certificate. Name the key that the certificate was made for",
    );
  }
  if (error instanceof Deno.errors.InvalidData) {
    return lasting(
      `--cert "${cert}" or --key "${key}" is damaged: ${words}. Make both anew`,
    );
  }
  if (/EAI_AGAIN|Temporary failure|Try again/i.test(words)) {
    return passing(
      `Cannot listen on "${host}": no name server answers. Choose an address ` +
        "with --host, or start again later",
    );
  }
  if (/lookup address|ENOTFOUND/.test(words)) {
    return lasting(
      `Cannot listen on "${host}": there is no such host. Choose another one ` +
        "with --host",
    );
  }
  return undefined;
}
