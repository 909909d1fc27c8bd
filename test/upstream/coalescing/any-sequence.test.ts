import fc from "fast-check";
import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { scopeOf } from "../../../src/upstream/plan.js";
import { canonical, type Question } from "../../../src/upstream/question.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { type Ended, HeldPlatform, one, type Sent } from "../held-platform.js";
import { agentRows, keyRows, skillRows } from "../questions-by-hand.js";

standAtNoon();

const failures = {
  broken: new GatewayError("UPSTREAM_UNAVAILABLE", "It failed.", { status: 503 }),
  limited: new GatewayError("UPSTREAM_RATE_LIMITED", "Too many.", { status: 429, retryAfterMs: 2_000 }),
  rejected: new GatewayError("UPSTREAM_REJECTED", "It rejects that.", { status: 400 }),
  invalid: new GatewayError("UPSTREAM_INVALID_RESPONSE", "It is not as documented."),
  late: new GatewayError("UPSTREAM_TIMEOUT", "It did not answer in time."),
};

const anyQuestion: fc.Arbitrary<Question> = fc.oneof(
  fc.subarray(["1", "2", "3"], { minLength: 1 }).map((skills) => skillRows({ skills })),
  fc.subarray(["1", "2", "3"], { minLength: 1 }).map((agents) => agentRows({ agents, lastMinutes: 30 })),
  fc.subarray(["1", "2", "3"], { minLength: 1 }).map((keys) => keyRows({ keys })),
);

type Step =
  | { does: "ask"; question: Question; deadlineMs: number; priority: "interactive" | "refresh"; caller: string }
  | { does: "answer" | "renew" | keyof typeof failures; which: number }
  | { does: "pass"; ms: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("ask" as const),
      question: anyQuestion,
      deadlineMs: fc.constantFrom(500, 3_000, 15_000, 60_000),
      priority: fc.constantFrom("interactive" as const, "interactive" as const, "refresh" as const),
      caller: fc.constantFrom("one", "other"),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constantFrom("answer" as const, "renew" as const, ...(Object.keys(failures) as (keyof typeof failures)[])),
      which: fc.nat({ max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("pass" as const), ms: fc.constantFrom(0, 50, 1_000, 2_500, 20_000) }) },
);

test("whatever the platform does, whenever it does it, every question has its answer or a documented error, and no permit is lost", async () => {
  const limits = { maxConcurrent: 4, maxPerMinute: 60 };
  const anyRun = fc.record({
    steps: fc.array(anyStep, { minLength: 1, maxLength: 40, size: "max" }),
    pages: fc.constantFrom(1, 2, 4, 4),
    sideBySide: fc.boolean(),
    usualMs: fc.constantFrom(undefined, 300),
    stops: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(anyRun, async ({ steps, pages, sideBySide, usualMs, stops }) => {
      const platform = new HeldPlatform({ limits, pages: () => pages, sideBySide, retryPausesMs: [1_000, 3_000] });
      if (usualMs !== undefined)
        for (const api of ["skill-segments", "agent-segments", "key-metrics"] as const) platform.times.ended(api, usualMs);
      const ends: Promise<Ended>[] = [];
      let open = 0;
      const handled = new Set<Sent>();
      for (const step of steps) {
        if (step.does === "ask") {
          const deadline = performance.now() + step.deadlineMs;
          const end = one(platform.ask([step.question], step)).then((ended) => {
            expect(performance.now(), "nobody waits behind a deadline").toBeLessThanOrEqual(deadline);
            open--;
            return ended;
          });
          open++;
          ends.push(end);
        } else if (step.does === "pass") await pass(step.ms);
        else {
          const underWay = platform.sent.filter((sent) => !handled.has(sent) && !sent.closed);
          const sent = underWay[step.which % Math.max(1, underWay.length)];
          if (!sent) continue;
          handled.add(sent);
          if (step.does === "answer") sent.answer();
          else if (step.does === "renew") sent.renew();
          else sent.fail(failures[step.does]);
        }
        await settle();
        for (const question of [skillRows(), agentRows({ lastMinutes: 30 }), keyRows()]) {
          const calls = platform.coalescer.calls(scopeOf(question)).map(({ call }) => canonical(call));
          const equal = calls.map((call) => calls.filter((other) => other === call).length);
          expect(Math.max(0, ...equal), "never a third call for the same").toBeLessThan(3);
        }
      }
      if (stops) {
        platform.coalescer.stop();
        await settle();
        expect(open, "whoever waits is answered when the gateway stops").toBe(0);
      }
      const sentUntilNow = platform.sent.length;
      // From here on the platform answers.
      for (let rounds = 0; rounds < 200; rounds++) {
        await pass(1_000);
        for (const sent of platform.sent) if (!handled.has(sent)) sent.answer();
      }
      if (stops) expect(platform.sent).toHaveLength(sentUntilNow);
      const failed = (await Promise.all(ends)).flatMap(({ outcome }) => outcome.failed);
      expect(failed.map(({ error }) => error.code)).not.toContain("INTERNAL_SERVER_ERROR");
      expect(platform.warnings.filter((warning) => warning !== "A refresh failed")).toEqual([]);
      for (const service of ["operations", "keyMetrics"] as const) {
        const limiter = platform.limiter("a", service);
        const { waiting, concurrencyLimit } = limiter.budget();
        let granted = 0;
        for (let asked = 0; asked < concurrencyLimit; asked++) {
          limiter.request(
            { deadline: performance.now() + 600_000, priority: "tick" },
            {
              grant: (permit) => {
                if (permit.use()) granted++;
              },
              refuse: () => undefined,
            },
          );
          await pass(70_000);
        }
        expect([waiting, granted]).toEqual([0, concurrencyLimit]);
      }
    }),
    { numRuns: 100, seed: 4 },
  );
}, 60_000);
