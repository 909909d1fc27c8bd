import { expect, test } from "vitest";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { HeldPlatform, type Sent } from "../held-platform.js";
import { endOf, failure, numbered, sentAt } from "../outcomes-by-hand.js";

standAtNoon();

const isAnswered = { answered: { stale: false } };

/** A platform that says 401 to every request when it comes first, and answers it when it is sent again with other credentials. */
function renewing(limits: { maxConcurrent: number; maxPerMinute: number }): HeldPlatform {
  const renewed = new Set<unknown>();
  const receives = (sent: Sent) => {
    if (renewed.has(sent.call)) sent.answer();
    else {
      renewed.add(sent.call);
      sent.renew();
    }
  };
  return new HeldPlatform({ limits, receives });
}

test("a request that is sent again waits for a permit of its own", async () => {
  const platform = renewing({ maxConcurrent: 10, maxPerMinute: 4 });
  const ends = [1, 2, 3, 4].map((number) => endOf(platform, numbered(number), { deadlineMs: 120_000 }));
  await pass(120_000);
  expect(await Promise.all(ends)).toMatchObject(Array(4).fill(isAnswered));
  expect(sentAt(platform)).toEqual([0, 0, 0, 0, 60_250, 60_250, 60_250, 60_250]);
});

test("a request that is sent again is counted as another exchange, which repeats one that failed", async () => {
  const platform = renewing({ maxConcurrent: 1, maxPerMinute: 120 });
  const end = await endOf(platform, numbered(1));
  expect(end).toMatchObject({ ...isAnswered, seen: [{ call: { exchanges: 2, retries: 1, pages: 1 } }] });
  expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: 118 });
});

test("both permits are given back, and without a second one the platform's refusal is the answer", async () => {
  const platform = renewing({ maxConcurrent: 1, maxPerMinute: 3 });
  expect(await endOf(platform, numbered(1))).toMatchObject(isAnswered);
  expect(await endOf(platform, numbered(2)), "no permit is left").toMatchObject({ code: "UPSTREAM_UNAUTHORIZED", afterMs: 0 });
  await pass(61_000);
  expect(await endOf(platform, numbered(3))).toMatchObject({ ...isAnswered, afterMs: 0 });
});

test("a permit that comes when the exchange is over is given back, and counts as no exchange", async () => {
  const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 120 } });
  const first = endOf(platform, numbered(1), { deadlineMs: 15_000 });
  await settle();
  // It is due earlier, so it has the permit that the first gives back before it is sent again.
  const second = endOf(platform, numbered(2), { deadlineMs: 14_000 });
  await settle();
  platform.sent[0]!.renew();
  await pass(1_000);
  platform.sent[0]!.fail(failure("UPSTREAM_TIMEOUT"));
  expect(await first).toMatchObject({ code: "UPSTREAM_TIMEOUT", afterMs: 1_000, seen: [{ call: { exchanges: 1 } }] });
  platform.sent[1]!.answer();
  expect(await second).toMatchObject(isAnswered);
  await settle();
  expect(platform.sent).toHaveLength(2);
  expect(platform.limiter("a").budget()).toMatchObject({ currentlyAvailable: 118, waiting: 0 });
  const third = endOf(platform, numbered(3));
  await settle();
  platform.sent[2]!.answer();
  expect(await third).toMatchObject({ ...isAnswered, afterMs: 0 });
});
