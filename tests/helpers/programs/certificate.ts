/** Certificates of one test. */

import { run } from "./run.ts";
import type { TempFolder } from "../temp.ts";

/** Makes a key and a certificate for this machine that it has signed itself. */
export async function makeCertificate(folder: TempFolder) {
  const [cert, key] = [folder.file("cert.pem"), folder.file("key.pem")];
  const { code, stderr } = await run([
    "openssl",
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
      .split(" "),
    ..."-days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
      .split(" "),
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-keyout", key, "-out", cert],
  ]);
  if (code !== 0) throw new Error(stderr);
  return { cert, key };
}
