import { expect, test } from "vitest";
import type { Send } from "../../../src/upstream/transport/upstream.js";
import { noon, pass, standAtNoon } from "../fake-time.js";
import { ended, failure, ok, pause, request, terms, upstreamBy } from "../outcomes-by-hand.js";

standAtNoon();

/** An upstream whose platform refuses the first exchange with 429 at once; the second looks up its token for a second before it leaves. */
function refusedFirst() {
  const sentAt: number[] = [];
  let exchanges = 0;
  const send: Send = async (_, { sending }) => {
    const isFirst = exchanges++ === 0;
    if (exchanges === 2) await pause(1_000);
    sending?.();
    sentAt.push(Date.now() - noon);
    if (isFirst) throw failure("UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 3_000 });
    return ok;
  };
  return { upstream: upstreamBy(send), sentAt };
}

test("a request whose permit has expired when it would leave is sent with another, and counts once", async () => {
  const { upstream, sentAt } = refusedFirst();
  const first = ended(upstream.exchange(request, terms(0)));
  let sent = 0;
  const second = ended(upstream.exchange(request, terms(15_000, { sent: () => sent++ })));
  await pass(15_000);
  expect(await first).toMatchObject({ code: "UPSTREAM_RATE_LIMITED" });
  expect(await second).toMatchObject({ status: 200 });
  expect([sentAt, sent]).toEqual([[0, 3_000], 1]);
  expect(upstream.budgets()[0]).toMatchObject({ currentlyAvailable: 118 });
});

test("a request whose permit has expired is refused when no other comes in time, and that lengthens no pause", async () => {
  const { upstream, sentAt } = refusedFirst();
  const first = ended(upstream.exchange(request, terms(0)));
  const second = ended(upstream.exchange(request, terms(2_000)));
  await pass(2_000);
  await first;
  expect(await second).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", facts: { retryAfterMs: 2_000 }, afterMs: 1_000 });
  expect(sentAt).toEqual([0]);
  await pass(1_000);
  expect(upstream.lane("operations").pause).toBeUndefined();
});
