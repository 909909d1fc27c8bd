import { describe, expect, test } from "vitest";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { broken, endOf, failure, limitedFor, numbered, platformOver, sentAt } from "../outcomes-by-hand.js";
import { keyRows, skillRows } from "../questions-by-hand.js";

standAtNoon();

const isAnswered = { answered: { stale: false } };
const five = Array(5).fill(broken);

/** Of all these questions one after the other, how they ended. */
async function askedInTurn(platform: HeldPlatform, numbers: readonly number[]) {
  const ends = [];
  for (const number of numbers) ends.push(await endOf(platform, numbered(number)));
  return ends;
}
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("many failures in a row", () => {
  test("open the circuit: nothing is sent, and everybody is told at once; another service goes on", async () => {
    const platform = platformOver([broken], { retryPausesMs: [] });
    await askedInTurn(platform, upTo(5));
    expect(await endOf(platform, numbered(6), { deadlineMs: 60_000 })).toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
      facts: { api: "SKILL_SEGMENTS", account: "a", retryAfterMs: 5_000 },
      afterMs: 0,
    });
    expect(platform.sent).toHaveLength(5);
    await endOf(platform, keyRows());
    expect(platform.sent).toHaveLength(6);
  });

  test("of the asker's own making, such as a 400, open no circuit", async () => {
    const platform = platformOver([failure("UPSTREAM_REJECTED")]);
    await askedInTurn(platform, upTo(20));
    expect(platform.sent).toHaveLength(20);
  });

  test("leave a 429 out of account", async () => {
    const platform = platformOver([broken, broken, broken, broken, limitedFor(1_000), broken, "ok"], { retryPausesMs: [] });
    await askedInTurn(platform, upTo(4));
    const limited = endOf(platform, numbered(5));
    await pass(1_000);
    expect(await limited).toMatchObject({ facts: { status: 503 } });
    expect(await endOf(platform, numbered(6)), "the fifth failure came after the 429").toMatchObject({ facts: { retryAfterMs: 5_000 } });
  });
});

describe("an open circuit", () => {
  test("takes no permit: after the platform has recovered the budget is whole but for what was sent", async () => {
    const platform = platformOver([...five, "ok"], { limits: { maxConcurrent: 20, maxPerMinute: 20 }, retryPausesMs: [] });
    await askedInTurn(platform, upTo(5));
    const refused = await Promise.all(upTo(45, 6).map((number) => endOf(platform, numbered(number), { deadlineMs: 60_000 })));
    expect(refused).toMatchObject(Array(40).fill({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 }));
    expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: 15, waiting: 0 });
    await pass(5_000);
    expect(await endOf(platform, numbered(6))).toMatchObject(isAnswered);
    expect(await Promise.all(upTo(20, 7).map((number) => endOf(platform, numbered(number))))).toMatchObject(Array(14).fill(isAnswered));
    expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: 0 });
  });

  test("fails the calls that were queued when it opened; their permits return unspent", async () => {
    const platform = platformOver(five, { limits: { maxConcurrent: 1, maxPerMinute: 20 }, retryPausesMs: [] });
    const ends = await Promise.all(upTo(15).map((number) => endOf(platform, numbered(number), { deadlineMs: 60_000 })));
    expect(ends.map(({ facts }) => facts?.retryAfterMs)).toEqual([...Array(5).fill(undefined), ...Array(10).fill(5_000)]);
    expect(platform.sent).toHaveLength(5);
    expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: 15, waiting: 0 });
  });

  test("gives a stale answer to whoever waited for a call that was queued when it opened", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 20 } });
    await asked(platform, skillRows());
    await pass(60_000);
    const ahead = upTo(5).map((number) => endOf(platform, numbered(number), { deadlineMs: 10_000 }));
    const queued = endOf(platform, skillRows());
    for (let exchange = 1; exchange <= 5; exchange++) {
      await settle();
      platform.sent[exchange]!.fail(broken);
    }
    await Promise.all(ahead);
    expect(await queued).toMatchObject({ answered: { stale: true }, seen: [{ outcome: "STALE", failure: "UPSTREAM_UNAVAILABLE" }, {}] });
    expect(platform.sent).toHaveLength(6);
  });

  test("says when it really tries again", async () => {
    const platform = platformOver([...five, "ok"], { retryPausesMs: [] });
    await askedInTurn(platform, upTo(5));
    await pass(1_500);
    const { facts } = await endOf(platform, numbered(6));
    expect(facts).toMatchObject({ retryAfterMs: 3_500 });
    await pass(3_499);
    expect(await endOf(platform, numbered(7))).toMatchObject({ facts: { retryAfterMs: 1 } });
    await pass(1);
    expect(await endOf(platform, numbered(8))).toMatchObject(isAnswered);
    expect(sentAt(platform)).toEqual([0, 0, 0, 0, 0, 5_000]);
  });

  test("is not tried again by a call that waits for its next try: that call fails with its own error", async () => {
    const platform = platformOver([broken], { retryPausesMs: [1_000] });
    const first = endOf(platform, numbered(1));
    await settle();
    await Promise.all(upTo(5, 2).map((number) => endOf(platform, numbered(number), { deadlineMs: 500 })));
    await pass(1_000);
    expect(await first).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", facts: { status: 503 }, afterMs: 1_000 });
    expect(platform.sent).toHaveLength(5);
  });

  test("is probed by one exchange alone, whose success closes it", async () => {
    const platform = platformOver([...five, "hang"], { retryPausesMs: [] });
    await askedInTurn(platform, upTo(5));
    await pass(5_000);
    const probe = endOf(platform, numbered(6));
    const others = [7, 8].map((number) => endOf(platform, numbered(number)));
    await settle();
    expect(platform.sent).toHaveLength(6);
    platform.sent[5]!.answer();
    expect(await probe).toMatchObject(isAnswered);
    await settle();
    expect(platform.sent).toHaveLength(8);
    platform.sent[6]!.answer();
    platform.sent[7]!.answer();
    expect(await Promise.all(others)).toMatchObject(Array(2).fill(isAnswered));
  });

  test("is probed by one call: whoever needs another one in the meantime waits for it, and is answered when it succeeds", async () => {
    const platform = platformOver([...five, "ok"], { retryPausesMs: [] });
    await askedInTurn(platform, upTo(5));
    await pass(5_000);
    expect(await Promise.all([6, 7, 8].map((number) => endOf(platform, numbered(number))))).toMatchObject(Array(3).fill(isAnswered));
  });

  test("is the error of whoever waited for its probe until the deadline, and not the budget", async () => {
    const platform = platformOver([...five, "hang"], { retryPausesMs: [] });
    await askedInTurn(platform, upTo(5));
    await pass(5_000);
    const probe = endOf(platform, numbered(6), { deadlineMs: 2_000 });
    const waited = endOf(platform, numbered(7), { deadlineMs: 500 });
    await pass(500);
    expect(await waited).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", facts: { retryAfterMs: 1_000 }, afterMs: 500 });
    platform.sent[5]!.answer();
    expect(await probe).toMatchObject(isAnswered);
  });

  test("whose probe fails refuses whoever waited for it at once, without an exchange", async () => {
    const platform = platformOver([...five, broken], { retryPausesMs: [] });
    await askedInTurn(platform, upTo(5));
    await pass(5_000);
    const isRefused = { code: "UPSTREAM_UNAVAILABLE", afterMs: 0 };
    expect(await Promise.all([6, 7, 8].map((number) => endOf(platform, numbered(number))))).toMatchObject(Array(3).fill(isRefused));
    expect(platform.sent).toHaveLength(6);
  });
});
