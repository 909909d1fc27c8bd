import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Limits } from "../../../src/upstream/budget/pace.js";
import { type Permit, type PermitRequest, type PermitTerms, priorities } from "../../../src/upstream/budget/permit.js";
import { pass, standAtNoon } from "../fake-time.js";
import { acquirePermit, exchange, limiterOf, now, within } from "../permits-by-hand.js";

standAtNoon();

const hourMs = 3_600_000;
const settledMs = 100 * hourMs;

interface Asked {
  id: number;
  terms: PermitTerms;
  request?: PermitRequest;
}

type Step =
  | { ask: { waitMs: number; dueMs: number; priority: PermitTerms["priority"] } }
  | { use: number }
  | { release: number }
  | { cancel: number }
  | { move: number; toMs: number; priority: PermitTerms["priority"] }
  | { passMs: number }
  | { stepMs: number }
  | { retryAfterMs: number | undefined };

const priority = fc.constantFrom(...priorities);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ask: fc.record({ waitMs: fc.constantFrom(0, 5_000, 90_000), dueMs: fc.nat(90_000), priority }) }) },
  { weight: 5, arbitrary: fc.record({ use: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ release: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ cancel: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ move: fc.nat(), toMs: fc.nat(90_000), priority }) },
  { weight: 4, arbitrary: fc.record({ passMs: fc.constantFrom(1, 250, 1_000, 20_000) }) },
  { weight: 2, arbitrary: fc.record({ stepMs: fc.constantFrom(-hourMs, hourMs, -120_000) }) },
  { weight: 1, arbitrary: fc.record({ retryAfterMs: fc.constantFrom(undefined, 0, 3_000) }) },
);
const limits: fc.Arbitrary<Limits> = fc
  .record({
    maxConcurrent: fc.integer({ min: 1, max: 5 }),
    maxPerMinute: fc.integer({ min: 1, max: 8 }),
    maxPerSecond: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  .map(({ maxPerSecond, ...rest }) => (maxPerSecond === undefined ? rest : { ...rest, maxPerSecond }));

const isMoreUrgent = (a: PermitTerms, b: PermitTerms): boolean => {
  const rank = priorities.indexOf(a.priority) - priorities.indexOf(b.priority);
  return (rank || (a.due ?? a.deadline) - (b.due ?? b.deadline)) < 0;
};

/** Takes the steps, checks what has to hold after each of them, and returns what happened when. */
async function run(most: Limits, steps: readonly Step[]): Promise<string[]> {
  const limiter = limiterOf(most, () => 0.5);
  const start = now();
  const trace: string[] = [];
  const note = (what: string) => trace.push(`${now() - start} ${what}`);
  const waiting: Asked[] = [];
  const out: { permit: Permit; used: boolean; expires: boolean }[] = [];
  const usedAt: number[] = [];
  const usedIn = (spanMs: number) => usedAt.filter((at) => at > now() - spanMs).length;
  const leave = (asked: Asked) => waiting.splice(waiting.indexOf(asked), 1);
  let asks = 0;

  const ask = ({ waitMs, dueMs, priority }: { waitMs: number; dueMs: number; priority: PermitTerms["priority"] }) => {
    const deadline = now() + waitMs;
    const asked: Asked = { id: asks++, terms: { deadline, due: Math.min(deadline, now() + dueMs), priority } };
    waiting.push(asked);
    asked.request = limiter.request(asked.terms, {
      grant: (permit) => {
        leave(asked);
        out.push({ permit, used: false, expires: false });
        note(`granted ${asked.id}`);
        expect(out.length).toBeLessThanOrEqual(most.maxConcurrent);
        expect(now()).toBeLessThanOrEqual(asked.terms.deadline);
        expect(waiting.filter((other) => isMoreUrgent(other.terms, asked.terms))).toEqual([]);
      },
      refuse: ({ code }) => {
        leave(asked);
        note(`${code} ${asked.id}`);
      },
    });
  };
  const release = (index: number) => {
    const [held] = out.splice(index, 1);
    held?.permit.release();
  };
  const take = (each: Step) => {
    if ("ask" in each) ask(each.ask);
    else if ("retryAfterMs" in each) {
      limiter.rateLimited(each.retryAfterMs);
      for (const held of out) held.expires ||= !held.used;
    } else if ("stepMs" in each) vi.setSystemTime(Date.now() + each.stepMs);
    else if (waiting.length > 0 && "cancel" in each) {
      const asked = waiting[each.cancel % waiting.length]!;
      leave(asked);
      asked.request?.cancel();
    } else if (waiting.length > 0 && "move" in each) {
      const asked = waiting[each.move % waiting.length]!;
      const deadline = Math.max(asked.terms.deadline, now() + each.toMs);
      asked.terms = { deadline, due: now() + each.toMs, priority: each.priority };
      asked.request?.move(asked.terms);
    } else if (out.length > 0 && "release" in each) release(each.release % out.length);
    else if (out.length > 0 && "use" in each) {
      const held = out[each.use % out.length]!;
      const may = !held.used && !(held.expires && limiter.pause);
      // An expired permit is released by its use: the next may be granted before that returns.
      if (!may && !held.used) out.splice(out.indexOf(held), 1);
      if (may) usedAt.push(now());
      held.used = true;
      note(`used ${may}`);
      expect(held.permit.use()).toBe(may);
    }
  };

  for (const each of steps) {
    if ("passMs" in each) await pass(each.passMs);
    else take(each);
    expect(waiting.filter(({ terms }) => terms.deadline < now() - 1)).toEqual([]);
    const unused = out.filter(({ used }) => !used).length;
    expect(usedIn(60_000)).toBeLessThanOrEqual(most.maxPerMinute);
    if (most.maxPerSecond !== undefined) expect(usedIn(1_000)).toBeLessThanOrEqual(most.maxPerSecond);
    expect(limiter.budget()).toMatchObject({
      currentlyAvailable: Math.max(0, most.maxPerMinute - usedIn(60_250) - unused),
      waiting: waiting.length,
    });
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  }
  await pass(settledMs);
  expect(waiting).toEqual([]);
  while (out.length > 0) release(0);
  await pass(settledMs);
  expect(limiter.budget()).toMatchObject({ currentlyAvailable: most.maxPerMinute, waiting: 0 });
  expect(vi.getTimerCount()).toBe(0);
  return trace;
}

test("whatever is asked, used, returned and refused when: the limits hold, the most urgent is served first, and nothing is lost or forgotten", async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { maxLength: 60 }), async (most, steps) => {
      const stepped = await run(most, steps);
      const steady = await run(
        most,
        steps.filter((each) => !("stepMs" in each)),
      );
      expect(stepped, "the wall clock changes nothing").toEqual(steady);
    }),
    { numRuns: 100, seed: 19 },
  );
});

test.each([-hourMs, hourMs])("a step of the wall clock by %i ms blocks no budget and frees none", async (stepMs) => {
  const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 2 });
  const spent = [exchange(limiter, within(0), 0, []), exchange(limiter, within(0), 0, [])];
  await pass(0);
  await Promise.all(spent);
  limiter.rateLimited(2_000);
  await pass(1_000);
  vi.setSystemTime(Date.now() + stepMs);
  expect(limiter.pause).toMatchObject({ extensions: { retryAfterMs: 1_000 } });
  await pass(1_000);
  expect(limiter.pause).toBeUndefined();
  expect(limiter.budget().currentlyAvailable).toBe(0);
  await expect(acquirePermit(limiter, within(58_249))).rejects.toMatchObject({ extensions: { retryAfterMs: 58_250 } });
  const next = acquirePermit(limiter, within(58_250));
  await pass(58_250);
  expect((await next).use()).toBe(true);
});
