/**
 * `deno task token`: makes a signed access token.
 */

import { SignJWT } from "jose";
import { orFail } from "./arguments.ts";
import { complain, print } from "./print.ts";
import { HELP, readTokenOptions } from "./token_options.ts";

function fail(message: string): never {
  complain("token", message);
  Deno.exit(2);
}

const options = orFail(() => readTokenOptions(Deno.args), fail);
if (options === "help") {
  print("token", HELP);
  Deno.exit(0);
}
const { key, name, rooms, rights, user, audience, issuer, ...token } = options;
const claims = { ...(name !== undefined && { name }), rooms, rights };
const jwt = new SignJWT(claims).setProtectedHeader({ alg: "HS256" })
  .setIssuedAt().setExpirationTime(
    Math.floor(Date.now() / 1000) + token.seconds,
  );
if (user !== undefined) jwt.setSubject(user);
if (audience !== undefined) jwt.setAudience(audience);
if (issuer !== undefined) jwt.setIssuer(issuer);
print("token", await jwt.sign(new TextEncoder().encode(key)));
