/**
 * Warns of a TLS certificate that clients refuse: one that has expired, is not
 * valid yet or is for other hosts. Looks at the start and then once a day, since
 * a server can run for longer than its certificate is valid.
 */

import { X509Certificate } from "node:crypto";
import { type Cancel, type Clock, every } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Days before the end at which the warnings begin: tools renew a certificate
 * of 90 days 30 days before its end, and what is not renewed by then has
 * failed to be for more than two weeks. */
const WARN_DAYS = 14;

/** What is wrong with a certificate. */
export interface CertificateFault {
  readonly message: string;
  /** Dates in ISO 8601, names of hosts, and what to do. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Finds out why clients refuse a certificate, or soon will.
 *
 * @param pem The certificate and its chain; only the first one is looked at.
 * @param options `now` is the date in milliseconds since 1970, `hosts` are the
 * hosts of `--public-host` as the settings have them.
 * @returns All faults; none for what is no certificate, which the start itself
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

/** Reads the first certificate of a file; undefined when it is none. */
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

/** The DNS names of a certificate, in small letters. Empty on Deno 2.5, which
 * does not tell them. */
function namesOf({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? "").split(", ")
    .filter((name) => name.startsWith("DNS:"))
    .map((name) => name.slice("DNS:".length).toLowerCase());
}

/** Whether names cover a host (RFC 9525, 6.3): `*` stands for one label. Of a
 * tree such as `.example.org` it is enough that some of its names are covered;
 * addresses are no names. */
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
 * Logs what is wrong with a certificate, now and once a day.
 *
 * @param pem The certificate as it is served.
 * @param options `hosts` as in {@linkcode certificateFaults}; empty behind a
 * proxy, which has the certificate that clients see.
 * @returns Stops it.
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
