import { describe, expect, test } from "vitest";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { broken, ended, failure, ok, request, terms, upstreamOver } from "../outcomes-by-hand.js";

standAtNoon();

describe("a 5xx or a broken connection", () => {
  test("is tried again after each of the configured pauses, then told", async () => {
    const { upstream, sentAt } = upstreamOver([broken]);
    const end = ended(upstream.exchange(request, terms(120_000)));
    await pass(120_000);
    expect(await end).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", facts: { status: 503 }, afterMs: 30_000 });
    expect(sentAt).toEqual([0, 5_000, 15_000, 30_000]);
  });

  test("is forgotten when a later try succeeds", async () => {
    const { upstream, sentAt } = upstreamOver([broken, broken, ok]);
    const end = ended(upstream.exchange(request, terms(60_000)));
    await pass(60_000);
    expect(await end).toMatchObject({ status: 200, afterMs: 15_000 });
    expect(sentAt).toHaveLength(3);
  });

  test("begins no pause that would end at or behind the deadline", async () => {
    const { upstream, sentAt } = upstreamOver([broken]);
    expect(await ended(upstream.exchange(request, terms(5_000)))).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 });
    expect(sentAt).toEqual([0]);
  });

  test("is tried on when somebody joined meanwhile who waits longer", async () => {
    const { upstream, sentAt } = upstreamOver([broken, broken, ok]);
    let deadline = noon + 6_000;
    const end = ended(upstream.exchange(request, terms(0, { deadline: () => deadline })));
    await pass(1_000);
    deadline = noon + 60_000;
    await pass(60_000);
    expect(await end).toMatchObject({ status: 200 });
    expect(sentAt).toEqual([0, 5_000, 15_000]);
  });

  test("gives its turn back while it pauses", async () => {
    const { upstream } = upstreamOver([broken, ok], { maxConcurrent: 1, maxPerMinute: 120 });
    const first = ended(upstream.exchange(request, terms(60_000)));
    await settle();
    expect(await ended(upstream.exchange(request, terms(1_000)))).toMatchObject({ status: 200, afterMs: 0 });
    await pass(60_000);
    expect(await first).toMatchObject({ status: 200, afterMs: 5_000 });
  });
});

test.each(["UPSTREAM_REJECTED", "UPSTREAM_UNAUTHORIZED", "UPSTREAM_INVALID_RESPONSE", "UPSTREAM_TIMEOUT"] as const)(
  "%s is never tried again",
  async (code) => {
    const { upstream, sentAt } = upstreamOver([failure(code)]);
    expect(await ended(upstream.exchange(request, terms(120_000)))).toMatchObject({ code, afterMs: 0 });
    expect(sentAt).toHaveLength(1);
  },
);

describe("a 429", () => {
  test("is tried again when the platform's pause is over", async () => {
    const { upstream, sentAt } = upstreamOver([failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 3_000 }), ok]);
    const end = ended(upstream.exchange(request, terms(15_000)));
    await pass(15_000);
    expect(await end).toMatchObject({ status: 200 });
    expect(sentAt).toEqual([0, 3_000]);
  });

  test("is told at once, with the platform's status and when to ask again, if the pause ends behind the deadline", async () => {
    const { upstream, sentAt } = upstreamOver([failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 60_000 })]);
    expect(await ended(upstream.exchange(request, terms(15_000)))).toMatchObject({
      code: "UPSTREAM_RATE_LIMITED",
      facts: { status: 429, retryAfterMs: 60_000, retryable: true },
      afterMs: 0,
    });
    expect(sentAt).toHaveLength(1);
  });

  test("that asks for years tells the pause that is really made", async () => {
    const { upstream } = upstreamOver([failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 99_999_999_000 })]);
    expect(await ended(upstream.exchange(request, terms(15_000)))).toMatchObject({
      code: "UPSTREAM_RATE_LIMITED",
      facts: { status: 429, retryAfterMs: 300_000 },
      afterMs: 0,
    });
  });

  test("pauses the service for everybody, and other services not", async () => {
    const { upstream, sentAt } = upstreamOver([failure("UPSTREAM_RATE_LIMITED", { retryAfterMs: 10_000 }), ok]);
    const first = ended(upstream.exchange(request, terms(30_000)));
    await settle();
    const second = ended(upstream.exchange(request, terms(30_000)));
    await ended(upstream.exchange({ ...request, service: "keyMetrics" }, terms(30_000)));
    expect(sentAt).toEqual([0, 0]);
    await pass(30_000);
    await Promise.all([first, second]);
    expect(sentAt[2]).toBe(10_000);
  });

  test("to the end opens no circuit", async () => {
    const { upstream, sentAt } = upstreamOver([failure("UPSTREAM_RATE_LIMITED")]);
    const end = ended(upstream.exchange(request, terms(60_000)));
    await pass(60_000);
    expect((await end).code).toBe("UPSTREAM_RATE_LIMITED");
    const tries = sentAt.length;
    expect(tries).toBeGreaterThan(5);
    await pass(60_000);
    await ended(upstream.exchange(request, terms(0)));
    expect(sentAt.length).toBe(tries + 1);
  });
});
