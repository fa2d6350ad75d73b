/** What the page keeps in a browser, by person: nothing crosses. */

import { assert, assertEquals } from "@std/assert";
import { userOf } from "../../client/connection/access_token.ts";
import type { OutboxStorage, SavedPublish } from "../../client/hubbub.ts";
import { ownOutbox } from "../../client/sending/saved_outbox.ts";
import { personIn } from "../../static/chat/model/address.ts";
import { Memory } from "../../static/chat/model/browser_storage.ts";
import { type Person, Persons } from "../../static/chat/model/persons.ts";
import { Tab } from "../../static/chat/tab_storage.ts";
import { seeded } from "../../soak/random.ts";

class FakeStorage {
  readonly entries = new Map<string, string>();
  get length(): number {
    return this.entries.size;
  }
  key(index: number): string | null {
    return [...this.entries.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.entries.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.entries.set(key, value);
  }
  removeItem(key: string): void {
    this.entries.delete(key);
  }
}

/** A token for a user, as far as the page reads it. */
function token(sub: string): string {
  return `h.${btoa(JSON.stringify({ sub }))}.s`;
}

/** A browser: its tabs share a storage and locks. */
class Browser {
  readonly shared = new FakeStorage();
  readonly locks = new Set<string>();
  #ids = 0;

  readonly makeId = () => `id${++this.#ids}`;

  persons(): Persons {
    return new Persons(this.shared, "hubbub.", this.makeId);
  }
}

/** One tab, loaded again and again, as chat.ts loads the page. */
class Page {
  readonly browser: Browser;
  readonly session = new FakeStorage();
  #held = new Set<string>();
  #outbox: OutboxStorage | undefined;
  #person: Person | undefined;
  memory: Memory;
  entries: SavedPublish[] = [];

  constructor(browser: Browser) {
    this.browser = browser;
    this.memory = new Memory(browser.shared);
  }

  get person(): Person {
    assert(this.#person !== undefined);
    return this.#person;
  }

  get tab(): Tab {
    const { locks } = this.browser;
    return new Tab(this.browser.shared, this.session, "hubbub.", {
      hold: (name) => {
        if (locks.has(name)) return Promise.resolve(false);
        locks.add(name);
        this.#held.add(name);
        return Promise.resolve(true);
      },
      held: () => Promise.resolve(new Set(locks)),
    }, this.browser.makeId);
  }

  /** Loads the page: the tab's own token or that of a link, and a name. */
  async load(link: { token?: string; name?: string } = {}): Promise<void> {
    this.close();
    const { tab, browser } = this;
    if (link.token !== undefined) tab.token = link.token;
    const auth = tab.token;
    const user = auth === undefined ? undefined : personIn(auth);
    this.memory = new Memory(browser.shared);
    const persons = browser.persons();
    if (user !== undefined) this.memory.enter(persons.find(auth, ""));
    const name = tab.keptName(link.name, user) ?? link.name ??
      this.memory.name ?? "";
    const person = this.#person = persons.find(auth, name);
    this.memory.enter(person);
    if (name !== "") this.memory.name = name;
    this.#outbox = await tab.claim(person);
    const { own } = ownOutbox(this.#outbox.load(), {
      user: userOf(auth) ?? null,
      guest: person.secret,
    });
    this.entries = [...own?.entries ?? []];
    this.save();
  }

  /** The server welcomes it, and gives a guest a secret. */
  welcome(name = this.person.name): void {
    const { key, isGuest } = this.person;
    tabName(this, name);
    const secret = isGuest ? `secret of ${key}` : undefined;
    this.browser.persons().keep(this.person, name, secret);
    this.save();
  }

  write(text: string): void {
    const cid = this.browser.makeId();
    this.entries.push({ cid, room: "tea", text, at: 0 });
    this.save();
  }

  save(): void {
    const { isGuest, key } = this.person;
    this.#outbox?.save({
      user: isGuest ? null : key.slice("user ".length),
      entries: this.entries,
    });
  }

  close(): void {
    this.memory.flush();
    for (const name of this.#held) this.browser.locks.delete(name);
    this.#held = new Set();
  }
}

/** Keeps the name of a tab, as the page does when it is welcomed. */
function tabName(page: Page, name: string): void {
  const { token } = page.tab;
  page.tab.keepName(
    undefined,
    name,
    token === undefined ? undefined : personIn(token),
  );
}

/** Leaves a tab for another person, as the page does. */
async function signIn(
  page: Page,
  link: { token?: string; name?: string },
): Promise<void> {
  page.tab.leave();
  await page.load(link);
}

const LINKS = [
  { token: token("zoe") },
  { token: token("eve") },
  { name: "Gus" },
  { name: "Mo" },
] as const;

Deno.test("the page never shares stored data between users", async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seeded(seed);
    const pick = <T>(list: readonly T[]): T =>
      list[Math.floor(random() * list.length)] as T;
    const browser = new Browser();
    const pages = [new Page(browser), new Page(browser)];
    /** By person: what was written and is not sent. */
    const unsent = new Map<string, Set<string>>();
    const of = (key: string) => {
      const texts = unsent.get(key) ?? new Set();
      unsent.set(key, texts);
      return texts;
    };
    const check = (page: Page) => {
      const { key } = page.person;
      for (const { text } of page.entries) {
        assert(of(key).has(text), `seed ${seed}: ${key} would send ${text}`);
      }
      const draft = page.memory.draft("tea");
      assert(
        draft === "" || draft === `draft of ${key}`,
        `seed ${seed}: ${key} sees ${draft}`,
      );
      const { seq } = page.memory.place("tea") ?? {};
      assert(
        seq === undefined || seq === key.length,
        `seed ${seed}: place of another in ${key}`,
      );
      for (const room of page.memory.rooms) assertEquals(room, `room ${key}`);
    };
    for (const page of pages) await page.load(pick(LINKS));
    for (let step = 0; step < 40; step++) {
      const page = pick(pages);
      const { key } = page.person;
      switch (Math.floor(random() * 7)) {
        case 0:
          await signIn(page, pick(LINKS));
          break;
        case 1: // A link followed in a living tab, its tab id kept.
          await page.load(pick(LINKS));
          break;
        case 2:
          await page.load();
          break;
        case 3: {
          const text = `${key} ${step}`;
          of(key).add(text);
          page.write(text);
          break;
        }
        case 4:
          page.memory.saveDraft("tea", `draft of ${key}`);
          page.memory.savePlace("tea", { epoch: "e", seq: key.length });
          page.memory.rooms = [`room ${key}`];
          break;
        case 5:
          page.welcome();
          break;
        case 6: // The server takes all.
          for (const { text } of page.entries) of(key).delete(text);
          page.entries = [];
          page.save();
          break;
      }
      check(page);
    }
    // Each comes back, and finds in the end all that it has not sent.
    for (const page of pages) page.close();
    for (const [key, texts] of unsent) {
      const link = LINKS.find((link) => {
        const token = "token" in link ? link.token : undefined;
        const name = "name" in link ? link.name : "";
        return browser.persons().find(token, name).key === key;
      });
      assert(link !== undefined, `seed ${seed}: nobody is ${key} any more`);
      for (let tabs = 0; texts.size > 0; tabs++) {
        assert(tabs < 50, `seed ${seed}: ${key} lost ${[...texts]}`);
        const page = new Page(browser);
        await page.load(link);
        check(page);
        for (const { text } of page.entries) texts.delete(text);
        page.entries = [];
        page.save();
        page.close();
      }
    }
  }
});

Deno.test("data stored by an earlier version stays with its guest or user", async () => {
  const entry = { cid: "c", room: "tea", text: "unsent", at: 0 };
  for (
    const [owner, link, other, saved] of [
      [undefined, { name: "Gus" }, { token: token("eve") }, {
        guest: "gus's",
        user: null,
      }],
      ["eve", { token: token("eve") }, { name: "Gus" }, { user: "eve" }],
    ] as const
  ) {
    const browser = new Browser();
    const { shared } = browser;
    const put = (key: string, value: unknown) =>
      shared.setItem(`hubbub.${key}`, JSON.stringify(value));
    put("name", "Gus");
    if (owner !== undefined) put("user", owner);
    put("rooms", ["tea"]);
    put("draft.tea", "half");
    put("place.tea", { epoch: "e", seq: 3 });
    put("guests", [["Gus", "gus's"]]);
    put("outbox.1-2", { ...saved, entries: [entry] });
    const page = new Page(browser);
    await page.load(other);
    assertEquals([page.memory.rooms, page.memory.draft("tea")], [[], ""]);
    assertEquals(page.entries, []);
    await signIn(page, link);
    const { memory } = page;
    assertEquals([memory.rooms, memory.draft("tea")], [["tea"], "half"]);
    assertEquals(memory.place("tea"), { epoch: "e", seq: 3 });
    assertEquals(page.entries, [entry]);
  }
});

Deno.test("a guest keeps its secret when it signs in, and when it is renamed", () => {
  const persons = new Browser().persons();
  const gus = persons.find(undefined, "Gus");
  persons.keep(gus, "Gus", "gus's");
  const zoe = persons.find(token("zoe"), "Gus");
  persons.keep(zoe, "Zoe", "gus's");
  assertEquals(persons.find(undefined, "Gus").secret, "gus's");
  assertEquals(persons.find(undefined, "Zoe").secret, undefined);
  persons.keep(gus, "Gustav");
  assertEquals(persons.find(undefined, "Gustav"), {
    ...gus,
    name: "Gustav",
    secret: "gus's",
  });
  assert(persons.find(undefined, "Gus").key !== gus.key);
});
