/**
 * Why a server could not start: one line for whoever starts it, and the exit
 * code. 2 stays wrong until somebody changes something, so a supervisor must
 * not start it again; 1 may pass. docs/operating.md lists all. Pure.
 */

import { StoreOpenError } from "../store/store.ts";
import type { Config } from "./schema.ts";

/** How a start ends. */
export interface StartFault {
  /** What is wrong and what to do. */
  readonly message: string;
  readonly code: 1 | 2;
}

/** Says of a file of PEM why it cannot be used. */
export type PemKind = "cert" | "key";

/**
 * Looks whether a file has what its flag asks for.
 *
 * @param kind The flag.
 * @param text What is in the file.
 * @returns What is wrong and what to do, to be put behind the file's name;
 * undefined where nothing is.
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
 * Explains an error of starting.
 *
 * @param error What was thrown.
 * @param config The settings.
 * @returns Undefined for a fault of this program, or one nobody has foreseen.
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
    // It may get it a moment later, from DHCP.
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
