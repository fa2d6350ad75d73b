/**
 * Warns about a TLS certificate that clients reject: expired, not yet valid, or
 * for other hosts. Checks at startup and once a day, since a server may outlive
 * its certificate.
 */

import { X509Certificate } from "node:crypto";
import { type Cancel, type Clock, every } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Days before expiry when warnings begin. Tools renew a 90-day certificate 30
 * days before expiry; by then renewal has failed for over two weeks. */
const WARN_DAYS = 14;

/** A problem of a certificate. */
export interface CertificateFault {
  readonly message: string;
  /** ISO 8601 dates, host names, and what to do. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Returns why clients reject a certificate, or soon will.
 *
 * @param pem The certificate chain; only the first certificate is checked.
 * @param options `now` in milliseconds since 1970, and the `hosts` of
 * `--public-host`.
 * @returns All problems; none for an invalid certificate, which the startup
 * reports.
 */
export function certificateFaults(
  pem: string,
  { now, hosts }: { readonly now: number; readonly hosts: readonly string[] },
): CertificateFault[] {
  const certificate = read(pem);
  if (certificate === undefined) return [];
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  const faults: CertificateFault[] = [];
  const dates = { validFrom: iso(from), validTo: iso(to) };
  const prevent = "renew the certificate, then restart the server";
  if (now > to) {
    faults.push({
      message: "certificate has expired; clients refuse it",
      fields: { ...dates, prevent },
    });
  } else if (now < from) {
    faults.push({
      message: "certificate is not valid yet; clients refuse it",
      fields: {
        ...dates,
        prevent: "check this machine's clock, or use another certificate",
      },
    });
  } else if (now > to - WARN_DAYS * DAY_MS) {
    faults.push({
      message: "certificate expires soon",
      fields: { ...dates, prevent },
    });
  }
  const names = namesOf(certificate);
  const missing = hosts.filter((host) => !covers(names, host));
  if (names.length > 0 && missing.length > 0) {
    faults.push({
      message: "certificate is for other hosts; clients refuse it",
      fields: {
        hosts: missing.join(", "),
        certificate: names.join(", "),
        prevent: "use a certificate that names every host of --public-host",
      },
    });
  }
  return faults;
}

/** Parses the first certificate; undefined if invalid. */
function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function iso(date: number): string {
  return Number.isNaN(date) ? "unknown" : new Date(date).toISOString();
}

/** Returns a certificate's DNS names in lower case; empty on Deno 2.5, which
 * does not expose them. */
function namesOf({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? "").split(", ")
    .filter((name) => name.startsWith("DNS:"))
    .map((name) => name.slice("DNS:".length).toLowerCase());
}

/**
 * Returns whether names cover a host (RFC 9525, 6.3): `*` matches one label.
 * For a domain such as `.example.org`, one covered subdomain is enough. IP
 * addresses do not match.
 */
function covers(names: readonly string[], host: string): boolean {
  if (host === "*" || host.startsWith("[") || /^[\d.]+$/.test(host)) {
    return true;
  }
  if (host.startsWith(".")) {
    return names.some((name) => `.${name}`.endsWith(host));
  }
  const parent = host.slice(host.indexOf("."));
  return names.includes(host) || names.includes(`*${parent}`);
}

/**
 * Logs problems of a certificate now and once a day.
 *
 * @param pem The certificate that the server uses.
 * @param options `hosts` as in {@linkcode certificateFaults}; empty behind a
 * proxy with its own certificate.
 * @returns Stops the checks.
 */
export function watchCertificate(
  pem: string,
  { path, hosts, clock, log }: {
    readonly path: string;
    readonly hosts: readonly string[];
    readonly clock: Clock;
    readonly log: Logger;
  },
): Cancel {
  const look = () => {
    const now = clock.now();
    for (const { message, fields } of certificateFaults(pem, { now, hosts })) {
      log.warn(message, { path, ...fields });
    }
  };
  look();
  return every(clock, {
    ms: DAY_MS,
    run: look,
    failed: (error) => log.error("certificate not checked", { error }),
  });
}
