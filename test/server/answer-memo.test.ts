import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountConfig } from "../../src/config/account-settings.js";
import { audienceOf } from "../../src/request/request.js";
import { Answer, AnswerMemo, type Asked, keyOf } from "../../src/server/answers.js";
import type { Caller } from "../../src/server/gateway-port.js";

/** Thousands of runs, beside other work. */
const slow = { timeout: 60_000 };

const answerOf = (text: string, stale = false) =>
  new Answer(text, { status: 200, headers: {}, operation: null, errors: [], stale, asOf: null, freshUntil: null });
const at = (ms: number) => ({ now: 1_000_000 + ms, monotonic: ms });
const figure = (version: number, freshMs: number, slot = "a") => {
  const freshUntil = at(freshMs).now;
  return { scope: "s", slot, version, freshUntil, staleUntil: freshUntil };
};
const limits = (...dependencies: ReturnType<typeof figure>[]) => ({
  dependencies,
  holdsUntil: Number.POSITIVE_INFINITY,
  repeatableUntil: Math.min(...dependencies.map(({ freshUntil }) => freshUntil)),
});

describe("the key of an answer", () => {
  const configOf = (id: string, kind: "bearer" | "caller") =>
    ({ id, credentials: kind === "caller" ? { kind } : { kind, token: "t" } }) as AccountConfig;
  const ids = ["a", "b", "c"] as const;
  const accountsOf = fc
    .array(fc.constantFrom("bearer" as const, "caller" as const), { minLength: 1, maxLength: 3 })
    .map((kinds) => kinds.map((kind, index) => ({ id: ids[index]!, config: configOf(ids[index]!, kind) })));
  const caller: fc.Arbitrary<Caller> = fc.record(
    {
      id: fc.constantFrom("ada", "bob"),
      accounts: fc.oneof(fc.constant("*" as const), fc.subarray([...ids, "unknown"])),
      explain: fc.boolean(),
      conversations: fc.boolean(),
      router: fc.boolean(),
      bearer: fc.constantFrom("one", "two"),
    },
    { requiredKeys: ["id", "accounts", "explain", "conversations"] },
  );
  /** Texts that try to look like another part of the key. */
  const text = fc.oneof(
    fc.constantFrom("", "{ a }", "{ b }", "\n", "0 POST", '\n["a"]', '["a"],false,false,"own"]\n{ a }'),
    fc.string({ unit: fc.constantFrom("a", " ", "\n", '"', "[", "]"), maxLength: 6 }),
  );
  const asked: fc.Arbitrary<Omit<Asked, "audience">> = fc.record({
    generation: fc.nat(2),
    method: fc.constantFrom("GET", "POST"),
    url: fc.constantFrom("/graphql", "/graphql?query={a}", "/graphql?documentId=1"),
    mediaType: fc.constantFrom("application/json", "application/graphql-response+json"),
    body: fc.option(
      text.map((each) => Buffer.from(each)),
      { nil: undefined },
    ),
  });

  /** What a caller may see, written down without the code under test. */
  function seen({ accounts: named, conversations, router, bearer }: Caller, accounts: readonly { id: string; config: AccountConfig }[]) {
    const readable = accounts.filter(({ id }) => named === "*" || named.includes(id));
    const asksAsItself = readable.some(({ config }) => config.credentials.kind === "caller");
    return JSON.stringify([readable.map(({ id }) => id), conversations, router === true, asksAsItself ? (bearer ?? null) : null]);
  }

  it("is the same for two callers only when they may see the same, and have asked the same", slow, () => {
    let same = 0;
    fc.assert(
      fc.property(accountsOf, caller, caller, asked, asked, fc.boolean(), (accounts, one, other, first, second, alike) => {
        const [left, right] = [first, alike ? first : second];
        const keys = [keyOf({ ...left, audience: audienceOf(one, accounts) }), keyOf({ ...right, audience: audienceOf(other, accounts) })];
        const isSame = seen(one, accounts) === seen(other, accounts) && JSON.stringify(left) === JSON.stringify(right);
        if (isSame) same++;
        if ((keys[0] === keys[1]) !== isSame) throw new Error(`${isSame ? "Different" : "The same"}: ${JSON.stringify(keys)}`);
      }),
      { numRuns: 5_000 },
    );
    // Both outcomes were among them.
    expect(same).toBeGreaterThan(100);
  });

  it("holds no token", () => {
    const accounts = [{ id: "a", config: configOf("a", "caller") }];
    const anybody = { id: "x", accounts: "*" as const, explain: false, conversations: false };
    expect(audienceOf({ ...anybody, bearer: "s3cret" }, accounts)).not.toMatch("s3cret");
    expect(audienceOf({ ...anybody, bearer: "s3cret" }, accounts)).not.toBe(audienceOf({ ...anybody, bearer: "other" }, accounts));
  });
});

describe("a kept answer", () => {
  it("ends when a figure in it is no longer fresh, by whichever clock gets there first", () => {
    const memo = new AnswerMemo(100_000);
    memo.keep("k", answerOf("x"), limits(figure(1, 5_000), figure(1, 9_000, "b")), at(0), at(1_000));
    expect(memo.get("k", at(4_999))).toBeDefined();
    expect(memo.get("k", { now: at(4_000).now, monotonic: 5_000 })).toBeUndefined();
    memo.keep("k", answerOf("x"), limits(figure(1, 5_000)), at(0), at(1_000));
    // To a wall clock that was set back, the figures are dated in the future.
    expect(memo.get("k", { now: at(999).now, monotonic: 1_000 })).toBeUndefined();
    memo.keep("k", answerOf("x"), limits(figure(1, 5_000)), at(0), at(1_000));
    // A machine that was suspended stops the other.
    expect(memo.get("k", { now: at(5_000).now, monotonic: 2_000 })).toBeUndefined();
  });

  it("ends at a boundary that its window passes, and after a minute in any case", () => {
    const memo = new AnswerMemo(100_000);
    memo.keep("k", answerOf("x"), { ...limits(figure(1, 5_000)), repeatableUntil: at(2_000).now }, at(0), at(1_000));
    expect(memo.get("k", at(1_999))).toBeDefined();
    expect(memo.get("k", at(2_000))).toBeUndefined();
    memo.keep("k", answerOf("x"), { ...limits(), repeatableUntil: Number.POSITIVE_INFINITY }, at(0), at(1_000));
    expect(memo.get("k", at(60_999))).toBeDefined();
    expect(memo.get("k", at(61_000))).toBeUndefined();
  });

  it("that is stale ends when newer figures come, when it is too old for that, and after a second in any case", () => {
    const memo = new AnswerMemo(100_000);
    const keep = (staleMs: number) =>
      memo.keep("k", answerOf("x", true), { ...limits(figure(1, -500)), repeatableUntil: at(staleMs).now }, at(0), at(0));
    keep(9_000);
    expect(memo.get("k", at(999))).toBeDefined();
    expect(memo.get("k", at(1_000))).toBeUndefined();
    keep(300);
    expect(memo.get("k", at(299))).toBeDefined();
    expect(memo.get("k", at(300))).toBeUndefined();
    keep(9_000);
    memo.stored({ scope: "s", slot: "a", version: 2 }, at(1));
    expect(memo.get("k", at(1))).toBeUndefined();
  });

  it("is not kept when it is over before it is there", () => {
    const memo = new AnswerMemo(100_000);
    memo.keep("k", answerOf("x"), limits(figure(1, 1_000)), at(0), at(1_000));
    expect(memo.get("k", at(0))).toBeUndefined();
  });

  it("ends when a newer record takes the place of one that it was made from, and for no other", () => {
    const memo = new AnswerMemo(100_000);
    const keep = () => memo.keep("k", answerOf("x"), limits(figure(5, 9_000), figure(7, 9_000, "b")), at(0), at(0));
    keep();
    memo.stored({ scope: "s", slot: "c", version: 9 }, at(1));
    memo.stored({ scope: "other", slot: "b", version: 9 }, at(1));
    memo.stored({ scope: "s", slot: "b", version: 7 }, at(1));
    expect(memo.get("k", at(1))).toBeDefined();
    memo.stored({ scope: "s", slot: "b", version: 8 }, at(1));
    expect(memo.get("k", at(1))).toBeUndefined();
    // By a clock that was set back, the newer one has the earlier date.
    memo.keep("k", answerOf("x"), limits(figure(8, 9_000, "b")), at(2), at(2));
    memo.stored({ scope: "s", slot: "b", version: 3 }, at(3));
    expect(memo.get("k", at(3))).toBeUndefined();
  });

  it("is not kept when something newer was stored while it was made", () => {
    const memo = new AnswerMemo(100_000);
    memo.stored({ scope: "s", slot: "a", version: 6 }, at(50));
    memo.keep("k", answerOf("x"), limits(figure(5, 9_000)), at(10), at(100));
    expect(memo.get("k", at(100))).toBeUndefined();
    memo.keep("k", answerOf("x"), limits(figure(6, 9_000)), at(10), at(100));
    expect(memo.get("k", at(100))).toBeDefined();
  });

  it("goes when there is no room, the one asked for longest ago first; one that is larger than all is not kept", () => {
    const memo = new AnswerMemo(20_000);
    const text = "x".repeat(3_000);
    for (const key of ["a", "b"]) memo.keep(key, answerOf(text), limits(figure(1, 9_000)), at(0), at(0));
    memo.get("a", at(0));
    memo.keep("c", answerOf(text), limits(figure(1, 9_000)), at(0), at(0));
    expect(["a", "b", "c"].map((key) => memo.get(key, at(0)) !== undefined)).toEqual([true, false, true]);
    memo.keep("d", answerOf("x".repeat(30_000)), limits(figure(1, 9_000)), at(0), at(0));
    expect(memo.get("d", at(0))).toBeUndefined();
  });

  it("counts a key as well, which holds the whole body of a request", () => {
    const memo = new AnswerMemo(20_000);
    memo.keep("k".repeat(20_000), answerOf("x"), limits(figure(1, 9_000)), at(0), at(0));
    expect(memo.get("k".repeat(20_000), at(0))).toBeUndefined();
  });

  it("is gone after `forget`, and what was begun before is kept under no key that is asked for", () => {
    const memo = new AnswerMemo(100_000);
    const key = () => keyOf({ generation: memo.generation, method: "POST", url: "/", body: undefined, mediaType: "m", audience: "a" });
    const before = key();
    memo.keep(before, answerOf("x"), limits(figure(1, 9_000)), at(0), at(0));
    memo.forget();
    memo.keep(before, answerOf("x"), limits(figure(1, 9_000)), at(0), at(0));
    expect(memo.get(key(), at(0))).toBeUndefined();
  });
});

describe("an answer of an equal request under way", () => {
  const memo = new AnswerMemo(100_000);
  memo.stored({ scope: "s", slot: "a", version: 5 }, at(100));
  const isFresh = (begun: number, ...of: ReturnType<typeof figure>[]) => memo.isGoodFor(at(begun), limits(...of));

  it("is good for one that began while its figures were fresh", () => {
    expect(isFresh(50, figure(4, 51))).toBe(true);
    expect(isFresh(50, figure(4, 50))).toBe(false);
    expect(isFresh(50, figure(4, 51), figure(4, 49, "b"))).toBe(false);
  });

  it("is good for one that began before the call that brought them ended, however short their time to live", () => {
    expect(isFresh(100, figure(5, 0))).toBe(true);
    expect(isFresh(101, figure(5, 0))).toBe(false);
    expect(isFresh(100, figure(4, 0))).toBe(false);
  });

  it("is not good beyond a boundary that its window passes", () => {
    const held = { ...limits(figure(5, 500)), holdsUntil: at(200).now, repeatableUntil: at(200).now };
    expect([199, 200].map((begun) => memo.isGoodFor(at(begun), held))).toEqual([true, false]);
  });
});

describe("over any sequence of requests, records, steps of clocks and renewals", () => {
  interface World {
    now: number;
    monotonic: number;
    generation: number;
    versions: number[];
    askedAt: number[];
  }
  const ttlMs = 10_000;
  const slotsOf = [[0], [0, 1], [2]] as const;
  const step = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        ask: fc.nat(2),
        durationMs: fc.nat(1_000),
        landsMeanwhile: fc.constantFrom(0, 1, 2, ...Array<null>(20).fill(null)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ lands: fc.nat(2) }) },
    { weight: 3, arbitrary: fc.record({ passMs: fc.nat(4_000) }) },
    { weight: 1, arbitrary: fc.record({ setClockMs: fc.integer({ min: -20_000, max: 20_000 }) }) },
    { weight: 1, arbitrary: fc.constant({ renew: true }) },
  );

  it("no kept answer holds a figure that is older than its time to live, was replaced, or was made before the renewal", slow, () => {
    let hits = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 80 }), (steps) => {
        const memo = new AnswerMemo(20_000);
        const world: World = { now: 1_000_000, monotonic: 0, generation: 0, versions: [1, 1, 1], askedAt: [0, 0, 0] };
        const lands = (slot: number) => {
          world.versions[slot]! += 1;
          world.askedAt[slot] = world.monotonic;
          memo.stored({ scope: "s", slot: String(slot), version: world.versions[slot]! }, world);
        };
        for (const each of steps) {
          if ("lands" in each) lands(each.lands);
          else if ("passMs" in each) {
            world.now += each.passMs;
            world.monotonic += each.passMs;
          } else if ("setClockMs" in each) world.now += each.setClockMs;
          else if ("renew" in each) {
            world.generation += 1;
            memo.forget();
          } else {
            const key = keyOf({
              generation: memo.generation,
              method: "POST",
              url: "/",
              body: Buffer.from(String(each.ask)),
              mediaType: "m",
              audience: "a",
            });
            const slots = slotsOf[each.ask]!;
            const kept = memo.get(key, world);
            if (kept) {
              hits++;
              const said = JSON.parse((kept.body("identity") as { bytes: Buffer }).bytes.toString()) as World;
              const isRight = (slot: number) =>
                said.versions[slot] === world.versions[slot] && world.monotonic - said.askedAt[slot]! < ttlMs;
              if (!slots.every(isRight) || said.generation !== world.generation)
                throw new Error(`Wrong: ${JSON.stringify({ said, world })}`);
              continue;
            }
            // It is executed: what is too old is asked for anew.
            const begun = { ...world };
            for (const slot of slots) if (world.monotonic - world.askedAt[slot]! >= ttlMs) lands(slot);
            const text = JSON.stringify(world);
            const dependencies = slots.map((slot) => ({
              scope: "s",
              slot: String(slot),
              version: world.versions[slot]!,
              freshUntil: world.now + ttlMs - (world.monotonic - world.askedAt[slot]!),
              staleUntil: 0,
            }));
            world.now += each.durationMs;
            world.monotonic += each.durationMs;
            if (each.landsMeanwhile !== null) lands(each.landsMeanwhile);
            const repeatableUntil = Math.min(...dependencies.map(({ freshUntil }) => freshUntil));
            memo.keep(key, answerOf(text), { dependencies, repeatableUntil, holdsUntil: Number.POSITIVE_INFINITY }, begun, world);
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(hits).toBeGreaterThan(1_000);
  });
});
