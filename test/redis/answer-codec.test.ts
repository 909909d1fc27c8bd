import fc from "fast-check";
import { expect, test } from "vitest";
import { lookUp } from "../../src/upstream/answers.js";
import { callAlone, scopeOf } from "../../src/upstream/plan.js";
import type { Question } from "../../src/upstream/question.js";
import { decoded, encoded, type SharedAnswer } from "../../src/upstream/redis/answer-codec.js";
import { RedisClock } from "../../src/upstream/redis/redis-clock.js";
import { agentRows, intervalRows, keyRows, skillRows } from "../upstream/questions-by-hand.js";
import { replyTo } from "../upstream/replies-by-hand.js";

const noon = Date.parse("2026-03-11T12:00:00Z");

/** A process whose clocks show `now` and `monotonic` when Redis' clock shows noon. */
function clockOf(now: number, monotonic: number): RedisClock {
  const clock = new RedisClock({ now: () => now, monotonic: () => monotonic });
  clock.learn(noon, monotonic);
  return clock;
}

function answerTo(question: Question, asOf: number, askedMonotonic: number): SharedAnswer {
  const { key } = scopeOf(question);
  const { call } = callAlone(question);
  const reply = replyTo(call, question.account, question.credential, asOf, []);
  return { scope: key, slot: "[]", record: { call, reply, bytes: 10, pages: 1, askedMonotonic }, keepUntil: noon + 60_000 };
}

const questions: Question[] = [
  skillRows({ skills: "all", everyMinutes: 15 }),
  agentRows({ agents: ["1", "2"], skills: "all", groupIds: ["7"] }),
  keyRows({ current: true }),
  keyRows({ keys: { metric: "closedConversations", direction: "desc", first: 3 } }),
  intervalRows({ filters: { SKILL: "1" } }),
];

test.each(questions)("an answer of $api is read by another process as it was written, with the same age by other clocks", (question) => {
  const { api } = scopeOf(question);
  const writer = clockOf(noon + 300, 1_000);
  const reader = clockOf(noon - 200, 77_000);
  const answer = answerTo(question, noon - 4_700, -4_000);
  const read = decoded(api, encoded(api, answer, writer), reader);
  expect(read).toEqual({ ...answer, record: { ...answer.record, askedMonotonic: 72_000 } });
});

test("between machines whose clocks differ by more than a second its dates are those of the reader", () => {
  const [question] = questions as [Question];
  const { api } = scopeOf(question);
  const answer = answerTo(question, noon + 60_000 - 5_000, 5_000);
  const { record } = decoded(api, encoded(api, answer, clockOf(noon + 60_000, 10_000)), clockOf(noon - 30_000, 0));
  expect(record).toMatchObject({ askedMonotonic: -5_000, reply: { asOf: noon - 35_000, newestAskedAt: noon - 35_000 } });
});

test("an answer of an age that nobody can have is refused", () => {
  const [question] = questions as [Question];
  const { api } = scopeOf(question);
  const bytes = encoded(api, answerTo(question, noon, 2_000), clockOf(noon, 0));
  expect(() => decoded(api, bytes, clockOf(noon, 0))).toThrow("dated in the future");
});

test.each(questions)("bytes of $api that were changed are refused, or have the form of an answer all the same", (question) => {
  const { api } = scopeOf(question);
  const clock = clockOf(noon, 0);
  const bytes = encoded(api, answerTo(question, noon, 0), clock);
  const change = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(change, fc.nat(bytes.length), (changes, length) => {
      const broken = Buffer.from(bytes).subarray(0, length > bytes.length / 2 ? bytes.length : length);
      for (const [at, byte] of changes) if (at < broken.length) broken[at] = byte;
      let read: SharedAnswer;
      try {
        read = decoded(api, broken, clock);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        return;
      }
      // Whatever was read can be written again, and asked as any other answer.
      expect(decoded(api, encoded(api, read, clock), clock).record.call).toEqual(read.record.call);
      lookUp(api, [read.record as never], question as never, () => true);
    }),
    { numRuns: 400 },
  );
});
