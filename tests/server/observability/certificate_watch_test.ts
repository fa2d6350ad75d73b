/** The TLS certificate that clients refuse. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  certificateFaults,
  watchCertificate,
} from "../../../server/observability/certificate_watch.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

/** For chat.example.org, *.rooms.example.org and 127.0.0.1, from 2026-11-27 to
 * 2027-02-25, 11:48:22 UTC. */
const PEM = `-----BEGIN CERTIFICATE-----
MIIBxTCCAWugAwIBAgIUcGfu5/E+aAZnqJ+l4Ky2QwWazMQwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQY2hhdC5leGFtcGxlLm9yZzAeFw0yNjExMjcxMTQ4MjJaFw0y
NzAyMjUxMTQ4MjJaMBsxGTAXBgNVBAMMEGNoYXQuZXhhbXBsZS5vcmcwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAT16orG95fl9Hdfrf7gHLBBwOCfEW68ffRPycnW
kyg4EYp6b7JqahwP10AlLuOwa0IHvO/OHQ2j6bHE/eeoL7Wgo4GMMIGJMB0GA1Ud
DgQWBBRbQL9Cae1zPH6RUmq5GQ6oG0nAmjAfBgNVHSMEGDAWgBRbQL9Cae1zPH6R
Umq5GQ6oG0nAmjAPBgNVHRMBAf8EBTADAQH/MDYGA1UdEQQvMC2CEGNoYXQuZXhh
bXBsZS5vcmeCEyoucm9vbXMuZXhhbXBsZS5vcmeHBH8AAAEwCgYIKoZIzj0EAwID
SAAwRQIhAJVcDpvLb4LwRs9dIuslgxes1sj+IG5/1Ihoeznfg9JpAiBlq4ImSftD
IbFX5Bd1cOfciBnZ8aVljqoM+rinBjfP3w==
-----END CERTIFICATE-----
`;
const [FROM, TO] = ["2026-11-27T11:48:22.000Z", "2027-02-25T11:48:22.000Z"];
const VALID = Date.parse("2027-01-01T00:00:00Z");
/** Deno 2.5 cannot read the names of a certificate. */
const READS_NAMES = Deno.version.deno.split(".").map(Number)[1]! > 5;

/** The messages about the certificate on a day, or for hosts. */
function messages(date: string | number, ...hosts: string[]): string[] {
  const now = new Date(date).getTime();
  return certificateFaults(PEM, { now, hosts }).map(({ message }) => message);
}

Deno.test("a certificate that has expired, is not valid yet or expires soon is reported with its dates", () => {
  const dated: readonly (readonly [string, string[]])[] = [
    ["2026-11-27T11:48:21Z", [
      "certificate is not valid yet; clients refuse it",
    ]],
    ["2026-11-27T11:48:22Z", []],
    ["2027-02-11T11:48:22Z", []],
    ["2027-02-11T11:48:23Z", ["certificate expires soon"]],
    ["2027-02-25T11:48:22Z", ["certificate expires soon"]],
    ["2027-02-25T11:48:23Z", ["certificate has expired; clients refuse it"]],
  ];
  for (const [date, expected] of dated) {
    assertEquals(messages(date), expected, date);
  }
  const now = Date.parse(TO) + 1_000;
  const [{ fields } = { fields: undefined }] = certificateFaults(PEM, {
    now,
    hosts: [],
  });
  assertEquals([fields?.["validFrom"], fields?.["validTo"]], [FROM, TO]);
  assertStringIncludes(fields?.["prevent"] ?? "", "renew the certificate");
});

Deno.test("a certificate that does not name a host of --public-host is reported", () => {
  const covered = [
    "chat.example.org",
    "a.rooms.example.org",
    ".rooms.example.org",
    ".example.org",
    "*",
    "192.0.2.1",
    "[2001:db8::1]",
  ];
  assertEquals(messages(VALID, ...covered), []);
  for (
    const host of [
      "example.org",
      "other.example.org",
      "rooms.example.org",
      "a.b.rooms.example.org",
      ".example.com",
      "localhost",
    ]
  ) {
    const faults = certificateFaults(PEM, {
      now: VALID,
      hosts: ["chat.example.org", host],
    });
    const expected = {
      message: "certificate is for other hosts; clients refuse it",
      hosts: host,
      certificate: "chat.example.org, *.rooms.example.org",
    };
    assertEquals(
      faults.map(({ message, fields }) => ({
        message,
        hosts: fields["hosts"],
        certificate: fields["certificate"],
      })),
      READS_NAMES ? [expected] : [],
    );
  }
});

Deno.test("ignores invalid certificate files, which the start refuses", () => {
  for (const pem of ["", "nonsense", PEM.replace("MIIB", "AAAA")]) {
    assertEquals(certificateFaults(pem, { now: VALID, hosts: [] }), []);
  }
});

Deno.test("watchCertificate() looks at the start and once a day", () => {
  const DAY_MS = 86_400_000;
  const clock = new FakeClock(Date.parse(TO) - 15 * DAY_MS);
  const warned: string[] = [];
  const ignore = () => {};
  const warn = (message: string, fields?: Record<string, unknown>) =>
    void warned.push(`${fields?.["path"]}: ${message}`);
  const stop = watchCertificate(PEM, {
    path: "data/cert.pem",
    hosts: ["chat.example.org"],
    clock,
    log: { debug: ignore, info: ignore, warn, error: ignore },
  });
  assertEquals(warned, []);
  clock.pass(2 * DAY_MS);
  assertEquals(warned, ["data/cert.pem: certificate expires soon"]);
  clock.setForth(14 * DAY_MS);
  clock.pass(DAY_MS);
  assertEquals(
    warned.slice(1),
    ["data/cert.pem: certificate has expired; clients refuse it"],
  );
  stop();
  assertEquals(clock.waiting, 0);
});
