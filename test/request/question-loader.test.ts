import { describe, expect, test } from "vitest";
import { GatewayError } from "../../src/errors.js";
import { cut, QuestionLoader, singles } from "../../src/request/question-loader.js";
import { dayMs, hourMs } from "../../src/time.js";
import { rowsBySlot } from "../../src/upstream/apis/interval-metrics/rows-by-slot.js";
import { RequestMemory } from "../../src/upstream/coalescing/memory.js";
import type { AskTerms } from "../../src/upstream/coalescing/waiter.js";
import { plan } from "../../src/upstream/planning/plan.js";
import type { Answered, IntervalMetricsQuestion, IntervalMetricsReply, Question } from "../../src/upstream/question.js";
import { agentRows, intervalRows, keyRows, keyTotal, skillRows } from "../upstream/questions-by-hand.js";

const terms: AskTerms = { since: 0, deadline: 1, priority: "interactive", memory: new RequestMemory(), saw: () => undefined };

type Answer = (question: Question) => Answered<Question> | GatewayError;

/** A loader over a coalescer that notes each batch and answers by hand. */
function loaderOver(answer: Answer) {
  const batches: (readonly Question[])[] = [];
  const ask = (questions: readonly Question[], given: AskTerms) => {
    expect(given).toBe(terms);
    batches.push(questions);
    return questions.map(async (question) => {
      const end = answer(question);
      if (end instanceof GatewayError) throw end;
      return end;
    });
  };
  return { loader: new QuestionLoader({ ask }, terms, () => 0), batches };
}

const segments: Answer = (question) => {
  const asOf = "skills" in question ? 5 : 6;
  const reply = { asOf, newestAskedAt: asOf, window: { from: 0, to: 1 }, skills: new Map(), total: null, intervals: null };
  return { reply, stale: false };
};

/** A reply with one row at the start of the window; days come back at different times. */
const intervals =
  (asOfFor: (from: number) => number, changes: Partial<IntervalMetricsReply> = {}): Answer =>
  (question) => {
    const { window } = question as IntervalMetricsQuestion;
    const row = {
      window: { from: window.from, to: window.from + 1 },
      ids: {},
      skillName: null,
      agentGroupName: null,
      agentName: null,
      agentLogin: null,
    };
    const reply: IntervalMetricsReply = {
      asOf: asOfFor(window.from),
      newestAskedAt: asOfFor(window.from),
      window,
      ...rowsBySlot([{ ...row, human: true, values: {} }], 60),
      pending: [],
      ...changes,
    };
    return { reply, stale: window.from === 0 };
  };

describe("asking", () => {
  test("what is asked in one tick is one batch, and equal questions are one question", async () => {
    const { loader, batches } = loaderOver(segments);
    await Promise.all([loader.ask(skillRows()), loader.ask(skillRows({ skills: ["2"] })), loader.ask({ ...skillRows() })]);
    expect(batches).toEqual([[skillRows(), skillRows({ skills: ["2"] })]]);
  });

  test("what was asked before in the same request is not asked again", async () => {
    const { loader, batches } = loaderOver(segments);
    const first = await loader.ask(skillRows());
    expect(await loader.ask(skillRows())).toBe(first);
    expect(batches).toHaveLength(1);
  });

  test("each question fails by itself, with its own error", async () => {
    const rejected = new GatewayError("UPSTREAM_REJECTED", "No.");
    const { loader } = loaderOver((question) => ("skills" in question && question.skills?.includes("2") ? rejected : segments(question)));
    const [good, bad] = await Promise.allSettled([loader.ask(skillRows()), loader.ask(skillRows({ skills: ["2"] }))]);
    expect(good.status).toBe("fulfilled");
    expect(bad).toEqual({ status: "rejected", reason: rejected });
  });
});

describe("long windows", () => {
  const from = 10 * hourMs;
  const to = 14 * dayMs + 10 * hourMs;

  test("are asked day by day, cut at midnight UTC, in one batch", async () => {
    const { loader, batches } = loaderOver(intervals(() => 9));
    await loader.ask(intervalRows({ window: { from, to } }));
    const windows = batches.flat().map((question) => (question as IntervalMetricsQuestion).window);
    expect(batches).toHaveLength(1);
    expect(windows).toHaveLength(15);
    expect(windows[0]).toEqual({ from, to: dayMs });
    expect(windows[14]).toEqual({ from: 14 * dayMs, to });
    expect(windows.slice(1, 14)).toEqual(Array.from({ length: 13 }, (_, day) => ({ from: (day + 1) * dayMs, to: (day + 2) * dayMs })));
  });

  test("a day or less stays whole, even across midnight", () => {
    const window = { from, to: from + dayMs };
    expect(cut(intervalRows({ window }))).toEqual([intervalRows({ window })]);
  });

  test("come back as one answer: rows in order, the age of the oldest day, pending parts joined, stale if one day is", async () => {
    const pending = ({ from, to }: { from: number; to: number }) => [
      { from, to: from + hourMs },
      { from: to - hourMs, to },
    ];
    const { loader } = loaderOver((question) => {
      const { window } = question as IntervalMetricsQuestion;
      return intervals((start) => 100 - start / dayMs, { pending: pending(window) })(question);
    });
    const { reply, stale } = await loader.ask(intervalRows({ window: { from: 0, to: 3 * dayMs } }));
    expect(stale).toBe(true);
    expect(reply).toMatchObject({ asOf: 98, window: { from: 0, to: 3 * dayMs } });
    expect(reply.rows.map(({ window }) => window.from)).toEqual([0, dayMs, 2 * dayMs]);
    expect(reply.pending).toEqual([
      { from: 0, to: hourMs },
      { from: dayMs - hourMs, to: dayMs + hourMs },
      { from: 2 * dayMs - hourMs, to: 2 * dayMs + hourMs },
      { from: 3 * dayMs - hourMs, to: 3 * dayMs },
    ]);
  });

  test("fail as a whole with the error of the day that failed", async () => {
    const failed = new GatewayError("UPSTREAM_TIMEOUT", "Too late.");
    const { loader } = loaderOver((question) =>
      (question as IntervalMetricsQuestion).window.from === dayMs ? failed : intervals(() => 9)(question),
    );
    await expect(loader.ask(intervalRows({ window: { from: 0, to: 3 * dayMs } }))).rejects.toBe(failed);
  });
});

describe("prefetching", () => {
  test("asks rows id by id, and the plan makes one call of them again", () => {
    const listed = [agentRows({ agents: ["1", "2", "3"] }), skillRows({ skills: ["1", "2"] }), keyRows({ keys: ["1", "2"] })];
    const asked = listed.flatMap(singles);
    expect(asked).toHaveLength(7);
    expect(plan(asked, () => undefined).map(({ call }) => call)).toEqual(plan(listed, () => undefined).map(({ call }) => call));
  });

  test.each([
    ["everybody's rows", agentRows({ agents: "all" })],
    ["a total over several", agentRows({ of: "total", agents: ["1", "2"] })],
    ["a total over several skills", skillRows({ of: "total", skills: ["1", "2"] })],
    ["a sorted list", keyRows({ keys: { metric: "agentLoad", direction: "desc", first: 50 } })],
    ["the total of the key metrics", keyTotal()],
    ["interval rows", intervalRows()],
  ])("leaves %s in one piece", (_, question) => {
    expect(singles(question)).toEqual([question]);
  });

  test("what was prefetched costs the resolver that asks for it nothing more", async () => {
    const { loader, batches } = loaderOver(segments);
    loader.prefetch([skillRows({ skills: ["1", "2"] })]);
    await Promise.all([loader.ask(skillRows({ skills: ["1"] })), loader.ask(skillRows({ skills: ["2"] }))]);
    expect(batches).toEqual([[skillRows({ skills: ["1"] }), skillRows({ skills: ["2"] })]]);
  });

  test("a failure waits for the resolver that asks, and disturbs nobody else", async () => {
    const failed = new GatewayError("UPSTREAM_UNAVAILABLE", "No.");
    const { loader, batches } = loaderOver(() => failed);
    loader.prefetch([skillRows(), intervalRows({ window: { from: 0, to: 2 * dayMs } })]);
    await expect(loader.ask(skillRows())).rejects.toBe(failed);
    expect(batches).toHaveLength(1);
  });
});
