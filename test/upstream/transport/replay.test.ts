import { expect, test, vi } from "vitest";
import type { Limits } from "../../../src/upstream/budget/pace.js";
import type { Send } from "../../../src/upstream/transport/upstream.js";
import { noon, pass, settle, standAtNoon } from "../fake-time.js";
import { ended, failure, ok, pause, request, terms, upstreamBy } from "../outcomes-by-hand.js";

standAtNoon();

/** An upstream whose transport sends everything twice, as after a 401. */
function replaying(limits: Limits) {
  const sentAt: number[] = [];
  const send: Send = async (_, { sending, again }) => {
    sending?.();
    sentAt.push(Date.now() - noon);
    await again?.();
    sending?.();
    sentAt.push(Date.now() - noon);
    return ok;
  };
  return { upstream: upstreamBy(send, limits), sentAt };
}

test("a request that is sent again waits for a turn of its own", async () => {
  const { upstream, sentAt } = replaying({ maxConcurrent: 10, maxPerMinute: 4 });
  const ends = Array.from({ length: 4 }, () => ended(upstream.exchange(request, terms(120_000))));
  await pass(120_000);
  expect(await Promise.all(ends)).toMatchObject(Array(4).fill({ status: 200 }));
  expect(sentAt).toEqual([0, 0, 0, 0, 60_250, 60_250, 60_250, 60_250]);
});

test("a request that is sent again is counted as another exchange, which repeats one that failed", async () => {
  const { upstream } = replaying({ maxConcurrent: 1, maxPerMinute: 120 });
  const sent = vi.fn();
  await upstream.exchange(request, terms(1_000, { sent }));
  expect(sent.mock.calls).toEqual([[false], [true]]);
  expect(upstream.budgets()[0]).toMatchObject({ currentlyAvailable: 118 });
});

test("both turns are given back, whichever way it ends", async () => {
  const { upstream } = replaying({ maxConcurrent: 1, maxPerMinute: 3 });
  expect(await ended(upstream.exchange(request, terms(15_000)))).toMatchObject({ status: 200 });
  expect(await ended(upstream.exchange(request, terms(15_000))), "no turn is left for the replay").toMatchObject({
    code: "BUDGET_EXHAUSTED",
  });
  await pass(61_000);
  expect(await ended(upstream.exchange(request, terms(15_000)))).toMatchObject({ status: 200, afterMs: 0 });
});

test("a turn that comes when nobody waits for it any more is given back, and counts as no exchange", async () => {
  const sent = vi.fn();
  let tries = 0;
  const send: Send = async (_, { sending, again }) => {
    sending?.();
    if (++tries > 1) return pause(5_000).then(() => ok);
    const gaveUp = pause(1_000).then(() => Promise.reject(failure("UPSTREAM_TIMEOUT")));
    return Promise.race([gaveUp, again?.().then(() => ok) ?? gaveUp]);
  };
  const upstream = upstreamBy(send, { maxConcurrent: 1, maxPerMinute: 120 });
  const first = ended(upstream.exchange(request, terms(15_000, { sent })));
  // It is due earlier, so it has the turn that the first gives back before its replay.
  const second = ended(upstream.exchange(request, terms(14_000)));
  await pass(1_000);
  expect(await first).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
  await pass(5_000);
  expect(await second).toMatchObject({ status: 200 });
  await settle();
  expect(sent.mock.calls).toEqual([[false]]);
  const third = ended(upstream.exchange(request, terms(15_000)));
  await pass(5_000);
  expect(await third).toMatchObject({ status: 200, afterMs: 5_000 });
});
