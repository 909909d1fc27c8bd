import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { CallerBudget, CallerBudgets, type Charge } from "../../../src/upstream/budget/caller-budget.js";
import type { AskTerms } from "../../../src/upstream/coalescing/ask.js";
import type { Question } from "../../../src/upstream/question.js";
import { HeldPlatform } from "../held-platform.js";
import { agentRows, keyRows, skillRows } from "../questions-by-hand.js";

const minuteMs = 60_000;

function charged(outcome: Charge | GatewayError): Charge {
  if (outcome instanceof GatewayError) throw outcome;
  return outcome;
}

const still = { monotonic: () => 0 };
const clock = { monotonic: () => performance.now() };

describe("a caller's budget", () => {
  it("ends in a sliding minute, and says when the next call can be had", () => {
    let now = 1_000;
    const budget = new CallerBudget(3, { monotonic: () => now });
    charged(budget.charge(2));
    now += 10_000;
    charged(budget.charge(1));
    now += 5_000;
    const refusal = budget.charge(1);
    expect(refusal).toMatchObject({ extensions: { code: "CALLER_BUDGET_EXHAUSTED", retryable: true, retryAfterMs: 45_000 } });
    now += 44_999;
    expect(budget.charge(1)).toBeInstanceOf(GatewayError);
    now += 1;
    charged(budget.charge(2));
    expect(budget.charge(1)).toMatchObject({ extensions: { retryAfterMs: 10_000 } });
  });

  it("counts what a call really took, more or less than expected, and nothing for one that was not made", () => {
    const budget = new CallerBudget(10, still);
    charged(budget.charge(8)).settle(2);
    charged(budget.charge(8)).settle(0);
    charged(budget.charge(1)).settle(7);
    charged(budget.charge(1));
    expect(budget.charge(1)).toBeInstanceOf(GatewayError);
  });

  it("lets a call that needs more than a minute's share be made when nothing else was", () => {
    let now = 0;
    const budget = new CallerBudget(2, { monotonic: () => now });
    charged(budget.charge(5));
    now = minuteMs - 1;
    expect(budget.charge(5)).toMatchObject({ extensions: { retryAfterMs: 1 } });
    now = minuteMs;
    charged(budget.charge(5));
  });

  it("is charged page by page for what nobody knew of, each from when it was charged", () => {
    let now = 0;
    const budget = new CallerBudget(3, { monotonic: () => now });
    const charge = charged(budget.charge(1));
    now = 20_000;
    expect(charge.more(1)).toBeNull();
    now = 40_000;
    expect(charge.more(1)).toBeNull();
    expect(charge.more(1)).toMatchObject({ extensions: { code: "CALLER_BUDGET_EXHAUSTED", retryAfterMs: 20_000 } });
    now = minuteMs;
    expect(charge.more(1)).toBeNull();
    expect(charge.more(1)).toMatchObject({ extensions: { retryAfterMs: 20_000 } });
  });

  it("takes no page beyond itself, though its call alone was larger", () => {
    const budget = new CallerBudget(2, still);
    const charge = charged(budget.charge(5));
    expect(charge.more(1)).toMatchObject({ extensions: { code: "CALLER_BUDGET_EXHAUSTED", retryAfterMs: minuteMs } });
  });

  it("gets back what a call did not take, of what was charged last first", () => {
    let now = 0;
    const budget = new CallerBudget(4, { monotonic: () => now });
    const charge = charged(budget.charge(2));
    now = 30_000;
    charge.more(2);
    charge.settle(3);
    expect(budget.charge(2)).toMatchObject({ extensions: { retryAfterMs: 30_000 } });
    charged(budget.charge(1));
    now = minuteMs;
    charged(budget.charge(2));
    expect(budget.charge(1)).toMatchObject({ extensions: { retryAfterMs: 30_000 } });
  });

  test("is never exceeded in any minute by calls that take no more than they were charged, and a refusal names the earliest time", () => {
    const step = fc.oneof(
      fc.record({ passMs: fc.integer({ min: 0, max: 30_000 }) }),
      fc.record({ charge: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ more: fc.nat() }),
      fc.record({ settle: fc.nat(), took: fc.nat(6) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), fc.array(step, { maxLength: 80 }), (perMinute, steps) => {
        let now = 0;
        const budget = new CallerBudget(perMinute, { monotonic: () => now });
        const open: { charge: Charge; spent: number[] }[] = [];
        const settled: number[] = [];
        const refused = (outcome: Charge | GatewayError | null, exchanges: number): boolean => {
          if (!(outcome instanceof GatewayError)) return false;
          const before = now;
          const { retryAfterMs } = outcome.extensions;
          now = before + retryAfterMs! - 1;
          expect(budget.charge(exchanges)).toBeInstanceOf(GatewayError);
          now = before;
          return true;
        };
        for (const each of steps) {
          if ("passMs" in each) now += each.passMs;
          else if ("charge" in each) {
            const charge = budget.charge(each.charge);
            if (!refused(charge, each.charge)) open.push({ charge: charged(charge), spent: Array(each.charge).fill(now) });
          } else if (open.length > 0 && "more" in each) {
            const { charge, spent } = open[each.more % open.length]!;
            if (!refused(charge.more(1), 1)) spent.push(now);
          } else if (open.length > 0 && "settle" in each) {
            const [{ charge, spent } = open[0]!] = open.splice(each.settle % open.length, 1);
            const took = Math.min(each.took, spent.length);
            charge.settle(took);
            settled.push(...spent.slice(0, took));
          }
          const spent = [...settled, ...open.flatMap((call) => call.spent)];
          expect(spent.filter((at) => at > now - minuteMs).length).toBeLessThanOrEqual(perMinute);
        }
      }),
      { numRuns: 300, seed: 17 },
    );
  });

  it("is each caller's own, and the same for all requests of one", () => {
    const budgets = new CallerBudgets(1, still);
    charged(budgets.of("a").charge(1));
    expect(budgets.of("a").charge(1)).toBeInstanceOf(GatewayError);
    charged(budgets.of("b").charge(1));
  });
});

describe("calls of callers", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 12) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const tick = () => vi.advanceTimersByTimeAsync(0);
  const paying = (platform: HeldPlatform, budget: CallerBudget): AskTerms => ({ ...platform.terms(), charge: budget.charge });
  const budgetOf = (perMinute: number) => new CallerBudget(perMinute, clock);
  const exhausted = { error: { code: "CALLER_BUDGET_EXHAUSTED" } };

  it("are refused beyond the budget, each question by itself; what one call can answer is one call", async () => {
    const platform = new HeldPlatform();
    const budget = budgetOf(2);
    const told = platform.askOn(paying(platform, budget), [
      skillRows({ skills: ["1"] }),
      skillRows({ skills: ["2"] }),
      agentRows({ agents: ["1"] }),
      keyRows({ keys: ["1"] }),
    ]);
    await tick();
    expect(platform.sent).toHaveLength(2);
    for (const sent of platform.sent) sent.answer();
    await tick();
    const ends = await Promise.all(told);
    expect(ends.map(({ error }) => error?.code)).toEqual([undefined, undefined, undefined, "CALLER_BUDGET_EXHAUSTED"]);
    expect(ends[3]?.error?.extensions).toMatchObject({ api: "KEY_METRICS", retryAfterMs: minuteMs });
  });

  it("are free where an answer is stored, or a call of somebody else waits or is under way", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 100 } });
    const none = budgetOf(1);
    charged(none.charge(1));
    const rich = budgetOf(10);
    const paid = platform.askOn(paying(platform, rich), [skillRows({ skills: ["1"] })]);
    await tick();
    const joinsFlying = platform.askOn(paying(platform, none), [skillRows({ skills: ["1"] })]);
    const waits = platform.askOn(paying(platform, rich), [skillRows({ skills: ["2"], lastMinutes: 30 })]);
    await tick();
    const joinsWaiting = platform.askOn(paying(platform, none), [skillRows({ skills: ["2"], lastMinutes: 30 })]);
    await tick();
    platform.sent[0]?.answer();
    await tick();
    platform.sent[1]?.answer();
    await tick();
    const stored = platform.askOn(paying(platform, none), [skillRows({ skills: ["1"] })]);
    const more = platform.askOn(paying(platform, none), [skillRows({ skills: ["4"], lastMinutes: 15 })]);
    await tick();
    for (const told of [paid, joinsFlying, waits, joinsWaiting, stored]) expect((await told[0])?.error).toBeUndefined();
    expect(await more[0]).toMatchObject(exhausted);
    expect(platform.sent).toHaveLength(2);
  });

  it("cost nothing when they were given up before their turn", async () => {
    const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 100 } });
    const budget = budgetOf(1);
    platform.ask([skillRows({ skills: ["1"] })], { deadlineMs: minuteMs });
    await tick();
    const [waits] = platform.askOn({ ...platform.terms([], { deadlineMs: 1_000 }), charge: budget.charge }, [agentRows({ agents: ["1"] })]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waits).toMatchObject({ error: { code: "BUDGET_EXHAUSTED" } });
    expect(budget.charge(1)).not.toBeInstanceOf(GatewayError);
  });

  it("are refused with a stale answer where there is one, and the refresh behind one is charged too", async () => {
    const platform = new HeldPlatform();
    const [first] = platform.ask([skillRows({ skills: ["1"] })]);
    await tick();
    platform.sent[0]?.answer();
    await first;
    await vi.advanceTimersByTimeAsync(20_000);
    const budget = budgetOf(1);
    const [stale] = platform.askOn(paying(platform, budget), [skillRows({ skills: ["1"] })]);
    expect((await stale)?.answered?.stale).toBe(true);
    await tick();
    expect(platform.sent).toHaveLength(2);
    platform.sent[1]?.fail(new GatewayError("UPSTREAM_UNAVAILABLE", "No."));
    await tick();
    await vi.advanceTimersByTimeAsync(20_000);
    const [older] = platform.askOn(paying(platform, budget), [skillRows({ skills: ["1"] })]);
    expect((await older)?.answered?.stale).toBe(true);
    expect(platform.sent).toHaveLength(2);
    expect(platform.warnings).toEqual(["A refresh failed"]);
  });

  test("of any callers at any times: together they never cause more than their shares, and everybody is answered or refused", async () => {
    const perMinute = 3;
    const ask = fc.record({
      caller: fc.nat(2),
      kind: fc.nat(2),
      ids: fc.subarray(["1", "2", "3"], { minLength: 1 }),
      length: fc.constantFrom(15, 30, 60),
    });
    const steps = fc.array(fc.record({ asks: fc.array(ask, { minLength: 1, maxLength: 5 }), passMs: fc.constantFrom(0, 5_000, 20_000) }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (rounds) => {
        const platform = new HeldPlatform({ limits: { maxConcurrent: 2, maxPerMinute: 1_000 } });
        const budgets = [0, 1, 2].map(() => budgetOf(perMinute));
        const causedAt: number[] = [];
        const ends = [];
        let answered = 0;
        const answerAll = async () => {
          for (; answered < platform.sent.length; answered++) {
            platform.sent[answered]?.answer();
            await tick();
          }
        };
        for (const { asks, passMs } of rounds) {
          for (const { caller, kind, ids, length } of asks) {
            const question: Question = [
              skillRows({ skills: ids, lastMinutes: length }),
              agentRows({ agents: ids, lastMinutes: length }),
              keyRows({ keys: ids, window: { lastMinutes: length } }),
            ][kind]!;
            const terms: AskTerms = {
              ...platform.terms([], { deadlineMs: 600_000 }),
              memory: { answers: new Map(), failures: new Map() },
              charge: budgets[caller]!.charge,
              saw: ({ own, call }) => own && call && causedAt.push(call.sentAt),
            };
            ends.push(platform.askOn(terms, [question])[0]!);
          }
          await tick();
          if (passMs > 0) await answerAll();
          await vi.advanceTimersByTimeAsync(passMs);
        }
        await answerAll();
        await tick();
        await answerAll();
        for (const { error, answered: reply } of await Promise.all(ends)) {
          expect(error ? error.code : reply).toEqual(error ? "CALLER_BUDGET_EXHAUSTED" : expect.anything());
        }
        const within = (from: number) => causedAt.filter((at) => at >= from && at < from + minuteMs).length;
        for (const at of causedAt) expect(within(at)).toBeLessThanOrEqual(perMinute * budgets.length);
      }),
      { numRuns: 60, seed: 5 },
    );
  }, 60_000);
});
