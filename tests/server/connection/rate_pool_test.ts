/** Whose rates a connection goes by: the attack on one side, a class of 40
 * behind one address on the other. */

import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { HubbubError } from "../../../protocol/errors.ts";
import type { ConnectionRates } from "../../../server/connection/connection_rates.ts";
import { RatePool } from "../../../server/connection/rate_pool.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { FREE } from "../../helpers/rates.ts";

const RATES = {
  publish: 10,
  bytes: 65_536,
  request: 20,
  join: 300,
  rename: 30,
};
const HOME = "192.0.2.1";

function bench(connects = 50) {
  const clock = new FakeClock();
  const pool = new RatePool({ rates: RATES, connects, clock });
  return { clock, pool };
}

/** Publishes until that is refused; gives how many were taken. */
function publishAll(rates: ConnectionRates, most = Infinity): number {
  for (let count = 0; count < most; count++) {
    try {
      rates.request("publish");
    } catch {
      return count;
    }
  }
  return most;
}

Deno.test("a new connection continues with the same rate limit", () => {
  const { clock, pool } = bench();
  let sent = 0;
  for (let i = 0; i < 80; i++) {
    const rates = pool.connect(HOME);
    rates.request("hello");
    rates.become({ session: `s${i}` });
    sent += publishAll(rates);
    rates.end();
    clock.pass(50);
  }
  assertEquals(sent, 30 + 4 * 10 - 1, "in 4 s");
});

Deno.test("every kind of limit persists across new connections", () => {
  const kinds: Record<string, [most: number, (r: ConnectionRates) => boolean]> =
    {
      renames: [10, (rates) => asks(rates, "rename")],
      joins: [100, (rates) => asks(rates, "join")],
      hellos: [200, (rates) => asks(rates, "hello")],
      bytes: [16, (rates) => rates.frame(65_536 / 2) === 0],
      "empty frames": [8_192, (rates) => rates.frame(0) === 0],
      strikes: [50, (rates) => !rates.strike()],
      "refused requests": [1_024, (rates) => (rates.refuse(), !rates.flooding)],
    };
  for (const [what, [most, act]] of Object.entries(kinds)) {
    const { pool } = bench();
    let done = 0;
    for (let i = 0; i < most + 10; i++) {
      const rates = pool.connect(HOME);
      if (act(rates)) done++;
      rates.end();
    }
    assertEquals(done, most, what);
  }
});

function asks(rates: ConnectionRates, type: "rename" | "join" | "hello") {
  try {
    rates.request(type);
    return true;
  } catch {
    return false;
  }
}

Deno.test("a user has one rate limit across all connections and addresses", () => {
  const { pool } = bench();
  const all = Array.from({ length: 20 }, (_, i) => {
    const rates = pool.connect(`192.0.2.${i}`);
    rates.become({ user: "ada" });
    return rates;
  });
  assertEquals(all.reduce((sum, rates) => sum + publishAll(rates), 0), 30);
  for (const rates of all) rates.end();
  const later = pool.connect(HOME);
  later.become({ user: "ada" });
  assertEquals(publishAll(later), 0, "and keeps it");
  // Scripts with its token too; those of others are others'.
  const address = HOME;
  assertThrows(() => pool.charge("publish", { address, user: "ada" }));
  pool.charge("publish", { address, user: "eve" });
  const guest = pool.connect("192.0.2.3");
  assertEquals(publishAll(guest), 30, "a guest is nobody's user");
});

Deno.test("a session that is resumed from another address has the allowance it had", () => {
  const { pool } = bench();
  const first = pool.connect(HOME);
  first.become({ session: "s" });
  publishAll(first);
  first.end();
  const elsewhere = pool.connect("198.51.100.7");
  elsewhere.become({ session: "s" });
  assertEquals(publishAll(elsewhere), 0);
  // As well while the connection before it still lives.
  const other = pool.connect("203.0.113.7");
  other.become({ session: "s" });
  assertEquals(publishAll(other), 0);
});

Deno.test("40 users behind one address can all reload and write without reaching a limit", () => {
  const { clock, pool } = bench();
  let pupils: ConnectionRates[] = [];
  for (let reload = 0; reload < 5; reload++) {
    for (const rates of pupils) rates.end();
    pupils = Array.from({ length: 80 }, (_, device) => {
      assertEquals(pool.handshake(HOME), 0);
      const rates = pool.connect(HOME);
      assertEquals(rates.frame(200), 0);
      rates.request("hello");
      rates.request("join");
      rates.become({ session: `s${device}` });
      return rates;
    });
    for (let line = 0; line < 5; line++) {
      for (const rates of pupils) {
        assertEquals(rates.frame(4_000), 0);
        rates.request("publish");
        rates.request("typing");
      }
    }
    clock.pass(2_000);
  }
});

Deno.test("a class goes on while one of it floods, in many connections one after the other", () => {
  const { clock, pool } = bench();
  const pupils = Array.from({ length: 40 }, (_, i) => {
    const rates = pool.connect(HOME);
    rates.become({ session: `s${i}` });
    return rates;
  });
  for (let second = 0; second < 60; second++) {
    for (let i = 0; i < 40; i++) {
      const flood = pool.connect(HOME);
      publishAll(flood);
      while (flood.frame(100_000) === 0);
      flood.end();
    }
    for (const rates of pupils) {
      assertEquals(rates.frame(1_000), 0);
      rates.request("publish");
    }
    clock.pass(1_000);
  }
});

Deno.test("an address has 50 times a client's limit, however many clients connect from it", () => {
  const { pool } = bench();
  let sent = 0;
  for (let i = 0; i < 200; i++) sent += publishAll(pool.connect(HOME));
  assertEquals(sent, 50 * 30);
  const error = assertThrows(
    () => pool.connect(HOME).request("publish"),
    HubbubError,
  );
  assertEquals(error.code, "rate_limited");
  assert(error.message.startsWith("Your address is sending too much. Wait "));
  assert((error.details.retryAfterMs ?? 0) > 0);
  // Scripts count there too.
  assertThrows(() =>
    pool.charge("publish", { address: HOME, user: undefined })
  );
  assertEquals(publishAll(pool.connect("192.0.2.2")), 30, "others do not");
});

Deno.test("promise 9: charges a history page by its cost to the client and to its address", () => {
  const { clock, pool } = bench();
  const pages = (rates: ConnectionRates, actual: number) => {
    for (let count = 0;; count++) {
      try {
        rates.request("history", 20);
      } catch {
        return count;
      }
      rates.settle(20, actual);
      if (count > 300) return count;
    }
  };
  assertEquals(pages(pool.connect("192.0.2.2"), 20), 10, "1,000 each");
  assertEquals(pages(pool.connect("192.0.2.3"), 2), 100, "as the chat page");
  assertEquals(pages(pool.connect("192.0.2.4"), 1), 200, "of small rooms");
  let all = 0;
  const crowd = Array.from({ length: 450 }, () => pool.connect(HOME));
  for (const rates of crowd) all += pages(rates, 20);
  assertEquals(all, 50 * 10);
  clock.pass(1_000);
  for (const rates of crowd) all += pages(rates, 20);
  assertEquals(all, 50 * 10 + 50, "one a second for each of 50");
  // A rate that is lower than a page costs gives nothing for nothing.
  const slow = new RatePool({
    rates: { ...RATES, request: 1 },
    connects: 0,
    clock,
  });
  assertEquals(pages(slow.connect(HOME), 20), 1);
  assertEquals(pages(slow.connect("192.0.2.5"), 1), 10);
});

Deno.test("promise 5: a client that goes on far above its rate is a flood, and so are many together", () => {
  const { clock, pool } = bench();
  const refuseFor = (all: readonly ConnectionRates[], perSecond: number) => {
    for (let second = 1; second <= 300; second++) {
      for (const rates of all) {
        for (let n = 0; n < perSecond; n++) rates.refuse();
      }
      if (all.some(({ flooding }) => flooding)) return second;
      clock.pass(1_000);
    }
    return Infinity;
  };
  assertEquals(refuseFor([pool.connect("192.0.2.2")], 20), Infinity);
  assert(refuseFor([pool.connect("192.0.2.3")], 40) < 60);
  const crowd = Array.from({ length: 450 }, () => pool.connect(HOME));
  assert(refuseFor(crowd, 15) < 15);
  const pupils = Array.from({ length: 40 }, () => pool.connect("192.0.2.4"));
  assertEquals(refuseFor(pupils, 15), Infinity);
});

Deno.test("addresses of an IPv6 network are one", () => {
  const { pool } = bench();
  let sent = 0;
  for (let i = 0; i < 100; i++) {
    const rates = pool.connect(`2001:db8::${i.toString(16)}`);
    sent += publishAll(rates);
    rates.end();
  }
  assertEquals(sent, 30);
});

Deno.test("new connections of an address have a rate: 50 a second, 500 at once", () => {
  const { clock, pool } = bench();
  let opened = 0;
  for (let ms = 0; ms < 4_000; ms++) {
    if (pool.handshake(HOME) === 0) opened++;
    clock.pass(1);
  }
  assertEquals(opened, 500 + 4 * 50 - 1);
  assertEquals(bench(0).pool.handshake(HOME), 0, "0 is no limit");
});

Deno.test("drops token buckets that are full again and bounds the number kept", () => {
  const { clock, pool } = bench();
  for (let i = 0; i < 15_000; i++) {
    const rates = pool.connect(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    rates.become(i % 2 ? { user: `u${i}` } : { session: `s${i}` });
    publishAll(rates);
    rates.end();
    pool.charge("publish", {
      address: `11.0.${i >> 8}.${i & 255}`,
      user: `${i}`,
    });
  }
  assertLess(pool.size, 30_001);
  clock.pass(60_000);
  for (let i = 0; i < 60; i++) pool.sweep();
  assertEquals(pool.size, 0);
});

Deno.test("keeps only the emptiest token bucket of an address's closed connections", () => {
  const { pool } = bench();
  const all = Array.from({ length: 300 }, () => pool.connect(HOME));
  const [first] = all;
  assert(first);
  publishAll(first);
  for (const rates of all) rates.request("hello");
  for (const rates of all) rates.end();
  assertLess(pool.size, 66);
  assertEquals(publishAll(pool.connect(HOME)), 0);
});

Deno.test("where there is no limit there is none", () => {
  const clock = new FakeClock();
  const pool = new RatePool({ rates: FREE, connects: 0, clock });
  for (let i = 0; i < 100; i++) {
    const rates = pool.connect(HOME);
    assertEquals(publishAll(rates, 1_000), 1_000);
    assertEquals(rates.frame(1_000_000), 0);
    pool.charge("publish", { address: HOME, user: "ada" });
    rates.end();
  }
  assertEquals(pool.size, 1);
});
