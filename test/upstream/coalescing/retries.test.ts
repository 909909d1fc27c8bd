import { describe, expect, test } from "vitest";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { broken, endOf, failure, limitedFor, numbered, platformOver, sentAt } from "../outcomes-by-hand.js";
import { keyRows } from "../questions-by-hand.js";

standAtNoon();

const isAnswered = { answered: { stale: false } };

describe("a 5xx or a broken connection", () => {
  test("is tried again after each of the configured pauses, then told", async () => {
    const platform = platformOver([broken]);
    const end = endOf(platform, numbered(1), { deadlineMs: 120_000 });
    await pass(120_000);
    expect(await end).toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
      facts: { status: 503 },
      afterMs: 30_000,
      seen: [{ outcome: "FAILED", call: { exchanges: 4, retries: 3, pages: 0 } }],
    });
    expect(sentAt(platform)).toEqual([0, 5_000, 15_000, 30_000]);
  });

  test("is forgotten when a later try succeeds", async () => {
    const platform = platformOver([broken, broken, "ok"]);
    const end = endOf(platform, numbered(1), { deadlineMs: 60_000 });
    await pass(60_000);
    expect(await end).toMatchObject({ ...isAnswered, afterMs: 15_000, seen: [{ call: { exchanges: 3, retries: 2, pages: 1 } }] });
    expect(sentAt(platform)).toHaveLength(3);
  });

  test("begins no pause that would end at or behind the deadline", async () => {
    const platform = platformOver([broken]);
    expect(await endOf(platform, numbered(1), { deadlineMs: 5_000 })).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 });
    await pass(60_000);
    expect(sentAt(platform)).toEqual([0]);
  });

  test("is tried on when somebody joined meanwhile who waits longer", async () => {
    const platform = platformOver([broken, broken, "ok"]);
    const hasty = endOf(platform, numbered(1), { deadlineMs: 6_000 });
    await pass(1_000);
    const patient = endOf(platform, numbered(1), { deadlineMs: 60_000 });
    await pass(60_000);
    expect(await hasty).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", afterMs: 5_000 });
    expect(await patient).toMatchObject(isAnswered);
    expect(sentAt(platform)).toEqual([0, 5_000, 15_000]);
  });

  test("gives its permit back while it pauses", async () => {
    const platform = platformOver([broken, "ok"], { limits: { maxConcurrent: 1, maxPerMinute: 120 } });
    const first = endOf(platform, numbered(1), { deadlineMs: 60_000 });
    await settle();
    expect(await endOf(platform, numbered(2), { deadlineMs: 1_000 })).toMatchObject({ ...isAnswered, afterMs: 0 });
    await pass(60_000);
    expect(await first).toMatchObject({ ...isAnswered, afterMs: 5_000 });
  });

  test("of one page is tried again by itself: the pages that came are not read again", async () => {
    const platform = platformOver(["ok", broken, "ok"], { pages: () => 3 });
    const end = endOf(platform, numbered(1));
    await pass(5_000);
    expect(await end).toMatchObject({ ...isAnswered, seen: [{ call: { exchanges: 4, retries: 1, pages: 3 } }] });
    expect(platform.sent.map(({ page }) => page)).toEqual([1, 2, 2, 3]);
  });
});

test.each(["UPSTREAM_REJECTED", "UPSTREAM_UNAUTHORIZED", "UPSTREAM_INVALID_RESPONSE", "UPSTREAM_TIMEOUT"] as const)(
  "%s is never tried again",
  async (code) => {
    const platform = platformOver([failure(code)]);
    expect(await endOf(platform, numbered(1), { deadlineMs: 120_000 })).toMatchObject({ code, afterMs: 0 });
    await pass(120_000);
    expect(platform.sent).toHaveLength(1);
  },
);

test("an error that is none of the contract's is not tried again", async () => {
  const platform = platformOver([new TypeError("undefined is not a function")]);
  const end = endOf(platform, numbered(1), { deadlineMs: 120_000 });
  await pass(120_000);
  expect(await end).toMatchObject({ code: "INTERNAL_SERVER_ERROR", afterMs: 0 });
  expect(platform.sent).toHaveLength(1);
});

describe("a 429", () => {
  test("is tried again when the platform's pause is over", async () => {
    const platform = platformOver([limitedFor(3_000), "ok"]);
    const end = endOf(platform, numbered(1));
    await pass(15_000);
    expect(await end).toMatchObject({ ...isAnswered, afterMs: 3_000 });
    expect(sentAt(platform)).toEqual([0, 3_000]);
  });

  test("is told at once, with the platform's status and when to ask again, if the pause ends behind the deadline", async () => {
    const platform = platformOver([limitedFor(60_000)]);
    expect(await endOf(platform, numbered(1), { deadlineMs: 15_000 })).toMatchObject({
      code: "UPSTREAM_RATE_LIMITED",
      facts: { status: 429, retryAfterMs: 60_000, retryable: true },
      afterMs: 0,
    });
    await pass(120_000);
    expect(platform.sent).toHaveLength(1);
  });

  test("that asks for years tells the pause that is really made", async () => {
    const platform = platformOver([limitedFor(99_999_999_000)]);
    expect(await endOf(platform, numbered(1))).toMatchObject({
      code: "UPSTREAM_RATE_LIMITED",
      facts: { status: 429, retryAfterMs: 300_000 },
      afterMs: 0,
    });
  });

  test("tells the time until its pause ends in whole milliseconds", async () => {
    const platform = platformOver([limitedFor(3_000.4)]);
    expect(await endOf(platform, numbered(1), { deadlineMs: 2_000 })).toMatchObject({ facts: { retryAfterMs: 3_001 } });
  });

  test("pauses the service for everybody, and other services not", async () => {
    const platform = platformOver([limitedFor(10_000), "ok"]);
    const first = endOf(platform, numbered(1), { deadlineMs: 30_000 });
    await settle();
    const second = endOf(platform, numbered(2), { deadlineMs: 30_000 });
    expect(await endOf(platform, keyRows(), { deadlineMs: 30_000 })).toMatchObject({ ...isAnswered, afterMs: 0 });
    expect(sentAt(platform)).toEqual([0, 0]);
    await pass(30_000);
    expect([await first, await second]).toMatchObject([isAnswered, isAnswered]);
    expect(sentAt(platform)[2]).toBe(10_000);
  });

  test("sends nobody into its pause, not even whoever waited for the permit of the refused exchange", async () => {
    const platform = platformOver([limitedFor(3_000), "ok"], { limits: { maxConcurrent: 1, maxPerMinute: 120 } });
    const ends = [1, 2, 3].map((number) => endOf(platform, numbered(number), { deadlineMs: 30_000 }));
    await pass(30_000);
    expect(await Promise.all(ends)).toMatchObject([isAnswered, isAnswered, isAnswered]);
    expect(sentAt(platform)[1]).toBeGreaterThanOrEqual(3_000);
  });

  test("to the end opens no circuit", async () => {
    const platform = platformOver([failure("UPSTREAM_RATE_LIMITED")]);
    const end = endOf(platform, numbered(1), { deadlineMs: 60_000 });
    await pass(60_000);
    expect(await end).toMatchObject({ code: "UPSTREAM_RATE_LIMITED" });
    const tries = platform.sent.length;
    expect(tries).toBeGreaterThan(5);
    await pass(60_000);
    await endOf(platform, numbered(2), { deadlineMs: 1 });
    expect(platform.sent).toHaveLength(tries + 1);
  });
});

describe("a permit that has expired when its request would leave, because of a 429 meanwhile,", () => {
  /** The first exchange is refused at once; the second looks up its token for a second before it leaves. */
  const refusedFirst = () => platformOver([limitedFor(3_000), "ok"], { lookUpMs: (exchange) => (exchange === 1 ? 1_000 : 0) });

  test("is replaced by another, and counts as no exchange", async () => {
    const platform = refusedFirst();
    const first = endOf(platform, numbered(1), { deadlineMs: 1 });
    const second = endOf(platform, numbered(2), { deadlineMs: 15_000 });
    await pass(15_000);
    expect(await first).toMatchObject({ code: "UPSTREAM_RATE_LIMITED" });
    expect(await second).toMatchObject({ ...isAnswered, seen: [{ call: { exchanges: 1, retries: 0 } }] });
    expect(sentAt(platform)).toEqual([0, 3_000]);
    expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: 118 });
  });

  test("is refused when no other comes in time, and that lengthens no pause", async () => {
    const platform = refusedFirst();
    const first = endOf(platform, numbered(1), { deadlineMs: 1 });
    const second = endOf(platform, numbered(2), { deadlineMs: 2_000 });
    await pass(2_000);
    await first;
    expect(await second).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", facts: { retryAfterMs: 2_000 }, afterMs: 1_000 });
    expect(sentAt(platform)).toEqual([0]);
    await pass(1_000);
    expect(platform.limiter("a").pause).toBeUndefined();
  });
});
