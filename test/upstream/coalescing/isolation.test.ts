import fc from "fast-check";
import { expect, test } from "vitest";
import type { Question } from "../../../src/upstream/question.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { HeldPlatform } from "../held-platform.js";
import { agentRows, intervalRows, keyRows, keyTotal, skillRows } from "../questions-by-hand.js";
import { ownerOf } from "../replies-by-hand.js";

standAtNoon();

const accounts = ["acme1", "acme2", "acme3"];
const credentials = ["own", "caller-digest"];
const ids = fc.subarray(["1", "2", "3", "4", "5"], { minLength: 1 });
const hour = 3_600_000;

const question: fc.Arbitrary<Question> = fc
  .record({ account: fc.constantFrom(...accounts), credential: fc.constantFrom(...credentials), kind: fc.nat(5), ids })
  .map(({ account, credential, kind, ids: wanted }) => {
    const whose = { account, credential };
    const from = Date.UTC(2026, 0, 14) + wanted.length * hour;
    const questions: Question[] = [
      agentRows({ ...whose, agents: wanted, skills: "all" }),
      agentRows({ ...whose, of: "total", agents: "all", everyMinutes: 15 }),
      skillRows({ ...whose, skills: wanted }),
      keyRows({ ...whose, keys: wanted, current: true }),
      keyTotal({ ...whose }),
      intervalRows({ ...whose, window: { from, to: from + hour } }),
    ];
    return questions[kind]!;
  });

/** Every owner that stands in any figure of a reply, however deep. */
function owners(value: unknown): number[] {
  if (value instanceof Map) return [...value.values()].flatMap(owners);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === "owner" ? [part as number] : owners(part)));
}

test("accounts and credentials that know the same ids never share a figure, whatever is asked when", { timeout: 60_000 }, async () => {
  const steps = fc.array(
    fc.record({ asked: fc.array(question, { minLength: 1, maxLength: 12 }), passMs: fc.constantFrom(0, 500, 16_000, 61_000) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (rounds) => {
      const platform = new HeldPlatform({ limits: { maxConcurrent: 2, maxPerMinute: 1_000 } });
      const ended = [];
      for (const { asked, passMs } of rounds) {
        for (const each of asked) ended.push({ each, end: platform.ask([each], { deadlineMs: 600_000 })[0]! });
        await settle();
        for (const sent of platform.sent.slice(-1)) sent.answer();
        await pass(passMs);
      }
      for (let answered = 0; answered < platform.sent.length; answered++) {
        platform.sent[answered]!.answer();
        // Questions may gather behind a call in flight.
        await pass(200);
      }
      for (const { each, end } of ended) {
        const { answered } = await end;
        const seen = new Set(owners(answered?.reply));
        expect(seen).toEqual(new Set([ownerOf(each.account, each.credential)]));
      }
    }),
    { numRuns: 60, seed: 2 },
  );
});
