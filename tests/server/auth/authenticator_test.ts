/** What tokens grant, and with which keys they count. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { HubbubError } from "../../../protocol/errors.ts";
import {
  Authority,
  type TokenRefusal,
} from "../../../server/auth/authenticator.ts";

const SECRET = "a secret that is long enough to be one";
const bytes = (text: string) => new TextEncoder().encode(text);

function signed(claims: object, key: string, header = { alg: "HS256" }) {
  return new SignJWT({ ...claims }).setProtectedHeader(header)
    .sign(bytes(key));
}

Deno.test("a token's rooms are spelled like rooms", async () => {
  const spellings = [
    "\uFF4Cobby",
    "LOBBY",
    " lobby ",
    "lo\u200Dbby",
    "\uFF2Cob*",
  ];
  const authority = await Authority.create({ secret: SECRET, guests: "none" });
  for (const room of spellings) {
    const permissions = await authority.verify(
      await signed({ rooms: [room] }, SECRET),
    );
    assertEquals(permissions.allows("read", "lobby"), true, room);
    assertEquals(permissions.allows("read", "hall"), false, room);
  }
});

Deno.test("a token's rooms may have stars, and all else in them stands for itself", async () => {
  const authority = await Authority.create({ secret: SECRET, guests: "none" });
  const permissions = await authority.verify(
    await signed({ rooms: ["team.*", "Hall"] }, SECRET),
  );
  const rooms = ["team.a", "team.", "hall", "team-a", "ateam.a", "hall2"];
  assertEquals(
    rooms.filter((room) => permissions.allows("read", room)),
    ["team.a", "team.", "hall"],
  );
});

Deno.test("a public key cannot be used to sign tokens", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", {
    extractable: true,
  });
  const pem = await exportSPKI(publicKey);
  const set = JSON.stringify({
    keys: [
      await exportJWK(publicKey),
      // Has no place in a set of public keys.
      { kty: "oct", kid: "x", k: btoa(SECRET).replaceAll("=", "") },
    ],
  });
  const good = await new SignJWT({ sub: "ada" })
    .setProtectedHeader({ alg: "ES256" }).sign(privateKey);
  for (const keys of [pem, set]) {
    const authority = await Authority.create({ keys, guests: "none" });
    assertEquals((await authority.verify(good)).user, "ada");
    for (
      const forged of [
        await signed({ sub: "ada" }, pem),
        await signed({ sub: "ada" }, SECRET),
      ]
    ) {
      const error = await assertRejects(
        () => authority.verify(forged),
        HubbubError,
      );
      assertEquals(error.code, "auth_invalid");
    }
  }
});

Deno.test("the server learns which check a token failed, its bearer only of clocks and claims", async () => {
  const now = Math.floor(Date.now() / 1000);
  const sign = (claims: object, secret = SECRET, alg = "HS256") =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(bytes(secret));
  const authority = await Authority.create({ secret: SECRET, guests: "none" });
  const refusals: TokenRefusal[] = [];
  authority.watch((refusal) => refusals.push(refusal));
  const plain = new HubbubError("auth_invalid").message;
  for (
    const [token, check, words, ahead] of [
      [
        await sign({ nbf: now + 10_800 }),
        "claim nbf",
        "Check the clocks",
        10_800,
      ],
      [await sign({ nbf: now + 10_800 }, SECRET + "x"), "signature", plain],
      [await sign({ exp: now - 60 }), "claim exp", "", -60],
      [await sign({ nbf: "soon" }), "claim nbf", plain],
      [await sign({}, SECRET + "x"), "signature", plain],
      [await sign({}, SECRET.repeat(2), "HS512"), "algorithm", plain],
      ["no token", "format", plain],
      ["a.b.c", "format", plain],
      [await sign({ rooms: 5 }), 'claim "rooms"', 'claim "rooms"'],
    ] as const
  ) {
    const error = await assertRejects(
      () => authority.verify(token),
      HubbubError,
    );
    assertStringIncludes(error.message, words);
    const { check: failed, secondsAhead } = refusals.pop() ?? { check: "" };
    assertStringIncludes(failed, check);
    assertEquals(refusals, []);
    if (ahead === undefined) assertEquals(secondsAhead, undefined);
    else assert(Math.abs((secondsAhead ?? 0) - ahead) < 30);
  }
});
