import { describe, expect, test, vi } from "vitest";
import type { Permit } from "../../../src/upstream/budget/permit.js";
import type { RateLimiter } from "../../../src/upstream/budget/rate-limiter.js";
import { pass, standAtNoon } from "../fake-time.js";
import { acquirePermit, limiterOf, now, within } from "../permits-by-hand.js";

standAtNoon();

interface Held {
  permit: Permit;
  overdueAt: number;
  wanted: boolean;
}

/** Exchanges under way, by name; each releases its permit when it is closed, unless told otherwise. */
class Exchanges {
  readonly closed: string[] = [];
  /** How often the limiter has looked at an exchange. */
  looks = 0;
  readonly granted: string[] = [];

  constructor(private readonly limiter: RateLimiter) {}

  async begin(name: string, { overdueInMs = 2_000, wanted = false, lingers = false } = {}): Promise<Held> {
    const permit = await acquirePermit(this.limiter, within(0));
    permit.use();
    const held: Held = { permit, overdueAt: now() + overdueInMs, wanted };
    permit.reclaimable({
      overdueAt: () => held.overdueAt,
      isWanted: () => {
        this.looks++;
        return held.wanted;
      },
      reclaim: () => {
        this.closed.push(name);
        if (!lingers) permit.release();
      },
    });
    return held;
  }

  queue(name: string): void {
    this.limiter.request(within(120_000), {
      grant: () => this.granted.push(name),
      refuse: (error) => this.granted.push(`${name}: ${error.code}`),
    });
  }
}

const withExchanges = (maxConcurrent: number, maxPerMinute = 100) => {
  const limiter = limiterOf({ maxConcurrent, maxPerMinute });
  return { limiter, exchanges: new Exchanges(limiter) };
};

describe("an overdue exchange that nobody waits for", () => {
  test("is closed when all permits are out and another request waits, the oldest first, as many as wait", async () => {
    const { exchanges } = withExchanges(3);
    await exchanges.begin("first", { overdueInMs: 3_000 });
    await exchanges.begin("second", { overdueInMs: 1_000 });
    await exchanges.begin("third", { overdueInMs: 2_000 });
    await pass(5_000);
    expect(exchanges.closed).toEqual([]);
    exchanges.queue("a");
    expect(exchanges).toMatchObject({ closed: ["first"], granted: ["a"] });
    exchanges.queue("b");
    exchanges.queue("c");
    exchanges.queue("d");
    expect(exchanges).toMatchObject({ closed: ["first", "second", "third"], granted: ["a", "b", "c"] });
  });

  test("is closed the moment it is overdue, by a single timer", async () => {
    const { exchanges } = withExchanges(2);
    await exchanges.begin("late", { overdueInMs: 3_000 });
    await exchanges.begin("soon", { overdueInMs: 2_000 });
    exchanges.queue("a");
    exchanges.queue("b");
    expect(vi.getTimerCount()).toBe(1);
    await pass(1_999);
    expect(exchanges.closed).toEqual([]);
    await pass(1);
    expect(exchanges).toMatchObject({ closed: ["soon"], granted: ["a"] });
    expect(vi.getTimerCount()).toBe(1);
    await pass(1_000);
    expect(exchanges).toMatchObject({ closed: ["soon", "late"], granted: ["a", "b"] });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is closed in time though it began after the other request", async () => {
    const { limiter, exchanges } = withExchanges(1);
    const begun = exchanges.begin("hung");
    exchanges.queue("a");
    await begun;
    expect(limiter.budget().waiting).toBe(1);
    await pass(2_000);
    expect(exchanges).toMatchObject({ closed: ["hung"], granted: ["a"] });
  });

  test("is given longer when its moment has moved", async () => {
    const { exchanges } = withExchanges(1);
    const held = await exchanges.begin("paged");
    exchanges.queue("a");
    await pass(1_000);
    held.overdueAt += 1_000;
    await pass(1_999);
    expect(exchanges.closed).toEqual([]);
    await pass(1);
    expect(exchanges).toMatchObject({ closed: ["paged"], granted: ["a"] });
  });

  test("is left alone while a permit is free, or while the limits would keep the queue waiting", async () => {
    const free = withExchanges(2);
    await free.exchanges.begin("hung");
    await pass(5_000);
    free.exchanges.queue("a");
    expect(free.exchanges).toMatchObject({ closed: [], granted: ["a"] });

    const spent = withExchanges(1, 1);
    await spent.exchanges.begin("hung");
    await pass(5_000);
    spent.exchanges.queue("a");
    expect(spent.exchanges.closed).toEqual([]);
    await pass(55_249);
    expect(spent.exchanges.closed).toEqual([]);
    await pass(1);
    expect(spent.exchanges).toMatchObject({ closed: ["hung"], granted: ["a"] });
  });

  test("is closed alone for one request, however long it takes to give its permit back", async () => {
    const { exchanges } = withExchanges(2);
    const slow = await exchanges.begin("slow to close", { lingers: true });
    await exchanges.begin("other");
    await pass(5_000);
    exchanges.queue("a");
    const { looks } = exchanges;
    await pass(5_000);
    expect(exchanges).toMatchObject({ closed: ["slow to close"], granted: [], looks });
    slow.permit.release();
    expect(exchanges).toMatchObject({ closed: ["slow to close"], granted: ["a"] });
  });

  test("is closed with others where a 429 has left fewer permits than are out", async () => {
    const { limiter, exchanges } = withExchanges(4);
    for (const name of ["first", "second", "third", "fourth"]) await exchanges.begin(name);
    exchanges.queue("a");
    limiter.rateLimited(1_000);
    await pass(3_000);
    expect(exchanges).toMatchObject({ closed: ["first", "second", "third"], granted: ["a"] });
  });
});

test("an exchange that somebody waits for is closed only when its last waiter has left", async () => {
  const { limiter, exchanges } = withExchanges(1);
  const held = await exchanges.begin("wanted", { wanted: true });
  exchanges.queue("a");
  await pass(2_000);
  const { looks } = exchanges;
  await pass(30_000);
  expect(exchanges.closed).toEqual([]);
  expect(exchanges.looks, "nothing is polled").toBe(looks);
  held.wanted = false;
  limiter.reclaim();
  expect(exchanges).toMatchObject({ closed: ["wanted"], granted: ["a"] });
});

test("an exchange that is over is not closed", async () => {
  const { exchanges } = withExchanges(1);
  const held = await exchanges.begin("over");
  held.permit.release();
  await exchanges.begin("next");
  exchanges.queue("a");
  await pass(5_000);
  expect(exchanges).toMatchObject({ closed: ["next"], granted: ["a"] });
});
