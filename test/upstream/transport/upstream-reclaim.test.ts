import { expect, test } from "vitest";
import type { ExchangeResponse } from "../../../src/upstream/call.js";
import type { Send } from "../../../src/upstream/transport/upstream.js";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { ended, failure, ok, request, terms, upstreamBy, upstreamOver } from "../outcomes-by-hand.js";

standAtNoon();

const alone = { maxConcurrent: 1, maxPerMinute: 120 };

/** An upstream whose platform takes so long for the first exchange, or for ever, and answers all others at once. */
function slowFirst(ms: number) {
  const sentAt: number[] = [];
  const send: Send = (_, { sending, signal }) => {
    sending?.();
    sentAt.push(Date.now() - noon);
    if (sentAt.length > 1) return Promise.resolve(ok);
    return new Promise<ExchangeResponse>((resolve, reject) => {
      setTimeout(() => resolve(ok), ms);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  };
  return { upstream: upstreamBy(send, alone), sentAt };
}

test("an exchange that nobody waits for any more is left to a platform that is only slow, though others wait for its turn", async () => {
  const { upstream, sentAt } = slowFirst(19_999);
  const first = ended(upstream.exchange(request, terms(1_000)));
  const second = ended(upstream.exchange(request, terms(60_000)));
  await pass(60_000);
  expect(await first).toMatchObject({ status: 200, afterMs: 19_999 });
  expect(await second).toMatchObject({ status: 200 });
  expect(sentAt).toEqual([0, 19_999]);
});

test.each([
  ["nobody waits for any more", 1_000, "interactive"],
  ["only a refresh waits for", 60_000, "refresh"],
] as const)(
  "an exchange that %s gives its turn to who waits for one after 20 s, and may not be joined any more",
  async (_, withinMs, of) => {
    const { upstream, sentAt } = slowFirst(1e9);
    let reclaimed = 0;
    const first = ended(upstream.exchange(request, terms(withinMs, { priority: () => of, reclaimed: () => reclaimed++ })));
    const second = ended(upstream.exchange(request, terms(60_000)));
    await pass(20_000);
    expect(await first).toMatchObject({ code: "UPSTREAM_TIMEOUT", afterMs: 20_000 });
    expect(await second).toMatchObject({ status: 200, afterMs: 20_000 });
    expect([sentAt, reclaimed]).toEqual([[0, 20_000], 1]);
  },
);

test("an exchange that somebody waits for is not given up for others, and one that nobody does only if others wait", async () => {
  const wanted = slowFirst(25_000);
  const first = ended(wanted.upstream.exchange(request, terms(30_000)));
  const second = ended(wanted.upstream.exchange(request, terms(60_000)));
  await pass(60_000);
  expect([await first, await second]).toMatchObject([
    { status: 200, afterMs: 25_000 },
    { status: 200, afterMs: 25_000 },
  ]);
  const unwanted = slowFirst(25_000);
  const only = ended(unwanted.upstream.exchange(request, terms(1_000)));
  await pass(25_000);
  expect(await only).toMatchObject({ status: 200, afterMs: 25_000 });
});

test("after a 429 nobody is sent into the pause, who waited for the turn of the refused exchange neither", async () => {
  const limited = failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 3_000 });
  const { upstream, sentAt } = upstreamOver([limited, ok], alone);
  const ends = [1, 2, 3].map(() => ended(upstream.exchange(request, terms(30_000))));
  await settle();
  await pass(30_000);
  expect(await Promise.all(ends)).toMatchObject(Array(3).fill({ status: 200 }));
  expect(sentAt[1]).toBeGreaterThanOrEqual(3_000);
});

test("the time until a pause ends is told in whole milliseconds", async () => {
  const told: unknown[] = [];
  const { upstream } = upstreamOver([failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 3_000.4 }), ok]);
  const end = ended(
    upstream.exchange(request, terms(30_000, { failing: async ({ extensions }) => void told.push(extensions.retryAfterMs) })),
  );
  await pass(30_000);
  expect(await end).toMatchObject({ status: 200 });
  expect(told).toEqual([3_001]);
});
