import { describe, expect, test } from "vitest";
import { GatewayError } from "../../src/errors.js";
import { RequestQuestions } from "../../src/request/request-questions.js";
import { dayMs, hourMs } from "../../src/time.js";
import { intervalMetrics } from "../../src/upstream/apis/interval-metrics/descriptor.js";
import { rowsBySlot } from "../../src/upstream/apis/interval-metrics/fetch.js";
import { apiByName } from "../../src/upstream/apis/registry.js";
import type { AskOutcome, AskTerms } from "../../src/upstream/coalescing/ask.js";
import type { Admit } from "../../src/upstream/coalescing/coalescer.js";
import { callAlone } from "../../src/upstream/plan.js";
import type { IntervalMetricsQuestion, IntervalMetricsReply, Question } from "../../src/upstream/question.js";
import { agentRows, intervalRows, keyRows, keyTotal, skillRows } from "../upstream/questions-by-hand.js";
import { replyTo } from "../upstream/replies-by-hand.js";

const terms: AskTerms = {
  begun: { now: 0, monotonic: 0 },
  deadline: 1,
  priority: "interactive",
  caller: "anybody",
  memory: { answers: new Map(), failures: new Map() },
  charge: () => ({ more: () => null, settle: () => undefined }),
  most: () => Number.POSITIVE_INFINITY,
  saw: () => undefined,
};
const admit: Admit = () => null;

type End = (question: Question) => AskOutcome;

/** The questions of a request over a coalescer that notes each batch and ends questions by hand. */
function questionsOver(end: End, refused: GatewayError | null = null) {
  const batches: (readonly Question[])[] = [];
  const ask = (questions: readonly Question[], given: AskTerms, mayAsk?: Admit) => {
    expect([given, mayAsk]).toEqual([terms, admit]);
    batches.push(questions);
    return {
      asks: questions.map((question) => ({ outcome: Promise.resolve(end(question)), ended: null })),
      refusal: Promise.resolve(refused),
    };
  };
  const requested = new RequestQuestions({ ask }, terms, () => 0, admit);
  const questions = {
    prefetch: (all: readonly Question[]) => requested.prefetch(all),
    ask: async <Q extends Question>(question: Q) => (await requested.ask(question)).whole(),
    of: async <Q extends Question>(question: Q, id: string) => (await requested.ask(question)).of(id),
  };
  return { questions, requested, batches };
}

const whole: End = (question) => ({ answered: [answer(question)], failed: [] });
const failing =
  (error: GatewayError): End =>
  (question) => ({ answered: [], failed: [{ question, error }] });

/** Part of a question, answered at `asOf` by a call of its own. */
function answer(question: Question, { asOf = 5, stale = false } = {}): AskOutcome["answered"][number] {
  return { question, reply: replyTo(callAlone(question).call, "a", "own", asOf, []), stale };
}

/** Ends each part as it says; of ids that no part names nothing is known. */
function inParts(parts: readonly { ids: readonly string[]; asOf?: number; stale?: boolean; error?: GatewayError }[]): End {
  return (question) => {
    const { withIds } = apiByName[question.api];
    const cut = parts.map((part) => ({ ...part, question: withIds(question, part.ids) }));
    return {
      answered: cut.filter(({ error }) => !error).map(({ question: part, ...how }) => answer(part, how)),
      failed: cut.flatMap(({ question: part, error }) => (error ? [{ question: part, error }] : [])),
    };
  };
}

describe("asking", () => {
  test("what is asked in one tick is one batch, and equal questions are one question", async () => {
    const { questions, batches } = questionsOver(whole);
    await Promise.all([questions.ask(skillRows()), questions.ask(skillRows({ skills: ["2"] })), questions.ask({ ...skillRows() })]);
    expect(batches).toEqual([[skillRows(), skillRows({ skills: ["2"] })]]);
  });

  test("what was asked before in the same request is not asked again", async () => {
    const { questions, batches } = questionsOver(whole);
    const first = await questions.ask(skillRows());
    expect(await questions.ask(skillRows())).toBe(first);
    expect(batches).toHaveLength(1);
  });

  test("each question fails by itself, with its own error", async () => {
    const rejected = new GatewayError("UPSTREAM_REJECTED", "No.");
    const { questions } = questionsOver((question) => (question.api === "agent-segments" ? failing(rejected) : whole)(question));
    const [good, bad] = await Promise.allSettled([questions.ask(skillRows()), questions.ask(agentRows())]);
    expect(good.status).toBe("fulfilled");
    expect(bad).toEqual({ status: "rejected", reason: rejected });
  });
});

describe("a set of ids", () => {
  const three = skillRows({ skills: ["1", "2", "3"] });

  test("is asked as one question, and answers the questions for its ids that come later", async () => {
    const { questions, batches } = questionsOver(whole);
    const { reply } = await questions.ask(three);
    const one = await questions.ask(skillRows({ skills: ["2"] }));
    const two = await questions.ask(skillRows({ skills: ["1", "3"] }));
    expect(batches).toEqual([[three]]);
    expect([one.reply, two.reply]).toEqual([reply, reply]);
  });

  test.each([
    ["the rows of everybody", skillRows({ skills: "all" }), skillRows({ skills: ["7"] })],
    ["key rows with more figures", keyRows({ keys: ["1", "2"], current: true }), keyRows({ keys: ["2"] })],
    ["keys alone", keyRows({ keys: ["1", "2"] }), keyRows({ keys: ["2"], window: null, current: false })],
    ["agent rows by skill", agentRows({ agents: ["1", "2"], skills: ["1"] }), agentRows({ agents: ["2"] })],
    ["interval rows of a longer window", intervalRows({ window: { from: 0, to: 2 * hourMs } }), intervalRows()],
    ["interval rows of everybody", intervalRows(), intervalRows({ filters: { SKILL: "1" } })],
  ])("or more is not asked again: %s", async (_, first, second) => {
    const { questions, batches } = questionsOver(whole);
    await questions.ask(first);
    await questions.ask(second);
    expect(batches).toEqual([[first]]);
  });

  test.each([
    ["window", { window: { from: 0, to: 2 * hourMs } }, {}],
    ["grouping", {}, { filters: { SKILL: "1" } }],
    ["bots", {}, { includeBotSkills: false }],
  ])("of interval rows gives a narrower question its own rows alone: %s", async (_, first, second) => {
    const { questions } = questionsOver(whole);
    await questions.ask(intervalRows(first));
    const { reply } = await questions.ask(intervalRows(second));
    const alone = await questionsOver(whole).questions.ask(intervalRows(second));
    expect(reply).toEqual(alone.reply);
  });

  test.each([
    ["other ids", skillRows({ skills: ["1", "4"] })],
    ["a total", skillRows({ of: "total", skills: ["1", "2", "3"] })],
    ["intervals", skillRows({ skills: ["1"], everyMinutes: 15 })],
    ["another window", skillRows({ skills: ["1"], lastMinutes: 15 })],
    ["another account", skillRows({ skills: ["1"], account: "b" })],
  ])("answers no question for %s", async (_, other) => {
    const { questions, batches } = questionsOver(whole);
    await questions.ask(three);
    await questions.ask(other);
    expect(batches).toEqual([[three], [other]]);
  });

  test("of figures over a window answers no question for current ones, which are fresh for a shorter time", async () => {
    const { questions, batches } = questionsOver(whole);
    const overWindow = keyRows({ keys: ["1", "2"] });
    const now = keyRows({ keys: ["1"], window: null, current: true });
    await questions.ask(overWindow);
    await questions.ask(now);
    expect(batches).toEqual([[overWindow], [now]]);
  });

  test("of which an older answer is good enough answers no figures; figures answer it", async () => {
    const names = keyRows({ keys: ["1", "2"], freshForMs: 600_000 });
    const figures = keyRows({ keys: ["1"] });
    const forward = questionsOver(whole);
    await forward.questions.ask(names);
    await forward.questions.ask(figures);
    expect(forward.batches).toEqual([[names], [figures]]);
    const back = questionsOver(whole);
    await back.questions.ask(keyRows({ keys: ["1", "2"] }));
    await back.questions.ask(names);
    expect(back.batches).toHaveLength(1);
  });

  test("that was answered in parts is one answer: the rows of all, as old as the oldest, stale when one is", async () => {
    const { questions } = questionsOver(
      inParts([
        { ids: ["1", "3"], asOf: 9 },
        { ids: ["2"], asOf: 4, stale: true },
      ]),
    );
    const { reply, stale } = await questions.ask(three);
    expect([...reply.skills].map(([id, { asOf }]) => [id, asOf])).toEqual(
      expect.arrayContaining([
        ["1", 9],
        ["3", 9],
        ["2", 4],
      ]),
    );
    expect([reply.skills.size, reply.asOf, reply.newestAskedAt, stale]).toEqual([3, 4, 9, true]);
  });

  test("that was answered in parts answers each id by the part that holds it", async () => {
    const { questions } = questionsOver(
      inParts([
        { ids: ["1", "3"], asOf: 9 },
        { ids: ["2"], asOf: 4, stale: true },
      ]),
    );
    await questions.ask(three);
    const one = await questions.ask(skillRows({ skills: ["3"] }));
    const other = await questions.ask(skillRows({ skills: ["2"] }));
    expect([one.reply.asOf, one.stale, other.reply.asOf, other.stale]).toEqual([9, false, 4, true]);
  });

  test("that was answered in parts gives each of its ids the part that holds it, or the error of its own part", async () => {
    const error = new GatewayError("UPSTREAM_REJECTED", "No such skill.");
    const { questions } = questionsOver(
      inParts([
        { ids: ["1"], asOf: 9 },
        { ids: ["2"], error },
        { ids: ["3"], asOf: 4, stale: true },
      ]),
    );
    const [one, three_] = [await questions.of(three, "1"), await questions.of(three, "3")];
    expect([one?.reply.asOf, one?.stale, three_?.reply.asOf, three_?.stale]).toEqual([9, false, 4, true]);
    await expect(questions.of(three, "2")).rejects.toBe(error);
    expect(await questions.of(three, "7")).toBeNull();
  });

  test("of which a part failed fails, and with it every question for an id of that part alone", async () => {
    const error = new GatewayError("UPSTREAM_REJECTED", "No such skill.");
    const { questions, batches } = questionsOver(inParts([{ ids: ["1", "3"] }, { ids: ["2"], error }]));
    await expect(questions.ask(three)).rejects.toBe(error);
    await expect(questions.ask(skillRows({ skills: ["2"] }))).rejects.toBe(error);
    await expect(questions.ask(skillRows({ skills: ["1", "2"] }))).rejects.toBe(error);
    expect((await questions.ask(skillRows({ skills: ["1"] }))).reply.skills.has("1")).toBe(true);
    expect(batches).toHaveLength(1);
  });
});

/** A reply with one row at the start of the window; days come back at different times. */
const days =
  (asOfFor: (from: number) => number, changes: Partial<IntervalMetricsReply> = {}): End =>
  (question) => {
    const { window } = question as IntervalMetricsQuestion;
    const row = {
      window: { from: window.from, to: window.from + hourMs },
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
    return { answered: [{ question, reply, stale: window.from === 0 }], failed: [] };
  };

describe("long windows", () => {
  const from = 10 * hourMs;
  const to = 14 * dayMs + 10 * hourMs;

  test("are asked day by day, cut at midnight UTC, in one batch", async () => {
    const { questions, batches } = questionsOver(days(() => 9));
    await questions.ask(intervalRows({ window: { from, to } }));
    const windows = batches.flat().map((question) => (question as IntervalMetricsQuestion).window);
    expect(batches).toHaveLength(1);
    expect(windows).toHaveLength(15);
    expect(windows[0]).toEqual({ from, to: dayMs });
    expect(windows[14]).toEqual({ from: 14 * dayMs, to });
    expect(windows.slice(1, 14)).toEqual(Array.from({ length: 13 }, (_, day) => ({ from: (day + 1) * dayMs, to: (day + 2) * dayMs })));
  });

  test("a day or less stays whole, even across midnight", () => {
    const window = { from, to: from + dayMs };
    expect(intervalMetrics.split(intervalRows({ window }))).toEqual([intervalRows({ window })]);
  });

  test("come back as one answer: rows in order, the age of the oldest day, pending parts joined, stale if one day is", async () => {
    const pending = ({ from, to }: { from: number; to: number }) => [
      { from, to: from + hourMs },
      { from: to - hourMs, to },
    ];
    const { questions } = questionsOver((question) => {
      const { window } = question as IntervalMetricsQuestion;
      return days((start) => 100 - start / dayMs, { pending: pending(window) })(question);
    });
    const { reply, stale } = await questions.ask(intervalRows({ window: { from: 0, to: 3 * dayMs } }));
    expect(stale).toBe(true);
    expect(reply).toMatchObject({ asOf: 98, newestAskedAt: 100, window: { from: 0, to: 3 * dayMs } });
    expect(reply.rows.map(({ window }) => window.from)).toEqual([0, dayMs, 2 * dayMs]);
    expect([...reply.bySlot.keys()]).toEqual([0, dayMs, 2 * dayMs]);
    expect(reply.pending).toEqual([
      { from: 0, to: hourMs },
      { from: dayMs - hourMs, to: dayMs + hourMs },
      { from: 2 * dayMs - hourMs, to: 2 * dayMs + hourMs },
      { from: 3 * dayMs - hourMs, to: 3 * dayMs },
    ]);
  });

  test("fail as a whole with the error of the day that failed", async () => {
    const failed = new GatewayError("UPSTREAM_TIMEOUT", "Too late.");
    const { questions } = questionsOver((question) =>
      ((question as IntervalMetricsQuestion).window.from === dayMs ? failing(failed) : days(() => 9))(question),
    );
    await expect(questions.ask(intervalRows({ window: { from: 0, to: 3 * dayMs } }))).rejects.toBe(failed);
  });
});

describe("prefetching", () => {
  test.each([
    ["named agents", agentRows({ agents: ["1", "2", "3"] })],
    ["everybody's rows", agentRows({ agents: "all" })],
    ["a total over several", agentRows({ of: "total", agents: ["1", "2"] })],
    ["a total over several skills", skillRows({ of: "total", skills: ["1", "2"] })],
    ["a sorted list", keyRows({ keys: { metric: "agentLoad", direction: "desc", first: 50 } })],
    ["the total of the key metrics", keyTotal()],
    ["interval rows of a day", intervalRows({ window: { from: hourMs, to: dayMs + hourMs } })],
  ])("asks %s in one piece", async (_, question) => {
    const { questions, batches } = questionsOver(whole);
    await questions.prefetch([question]);
    expect(batches).toEqual([[question]]);
  });

  test("cuts a longer window at midnight UTC, and the resolver that asks for it puts it together", async () => {
    const { questions, batches } = questionsOver(days(() => 9));
    const long = intervalRows({ window: { from: 0, to: 2 * dayMs } });
    await questions.prefetch([long]);
    expect((await questions.ask(long)).reply.rows.map(({ window }) => window.from)).toEqual([0, dayMs]);
    expect(batches).toHaveLength(1);
    expect(batches[0]).toHaveLength(2);
  });

  test("asks everything in one batch, and costs the resolvers that ask for its parts nothing more", async () => {
    const { questions, batches } = questionsOver(whole);
    const prefetched = [skillRows({ skills: ["1", "2"] }), agentRows({ agents: "all" })];
    await questions.prefetch(prefetched);
    await Promise.all([
      questions.ask(skillRows({ skills: ["1"] })),
      questions.ask(skillRows({ skills: ["2"] })),
      questions.ask(agentRows({ agents: ["9"] })),
    ]);
    expect(batches).toEqual([prefetched]);
  });

  test("gives resolvers the answers that are there without a promise", async () => {
    const { requested } = questionsOver(whole);
    await requested.prefetch([skillRows({ skills: ["1", "2"] })]);
    expect(requested.ask(skillRows({ skills: ["1", "2"] }))).not.toBeInstanceOf(Promise);
    expect(requested.ask(skillRows({ skills: ["2"] }))).not.toBeInstanceOf(Promise);
    expect(requested.ask(skillRows({ skills: ["3"] }))).toBeInstanceOf(Promise);
  });

  test("a resolver that asks at once, before the answers are there, asks nothing again", async () => {
    const { questions, batches } = questionsOver(whole);
    const prefetched = questions.prefetch([skillRows({ skills: ["1", "2"] })]);
    await Promise.all([prefetched, questions.ask(skillRows({ skills: ["2"] }))]);
    expect(batches).toHaveLength(1);
  });

  test("a question that was prefetched itself does not fail with a wider one", async () => {
    const failed = new GatewayError("UPSTREAM_UNAVAILABLE", "No.");
    const wide = skillRows({ skills: "all" });
    const { questions } = questionsOver((question) => (question === wide ? failing(failed) : whole)(question));
    await questions.prefetch([wide, skillRows()]);
    await expect(questions.ask(wide)).rejects.toBe(failed);
    expect((await questions.ask(skillRows())).stale).toBe(false);
  });

  test("tells what refuses its calls", async () => {
    const tooMany = new GatewayError("PLAN_TOO_LARGE", "Too many.");
    expect(await questionsOver(failing(tooMany), tooMany).questions.prefetch([skillRows()])).toBe(tooMany);
    expect(await questionsOver(whole).questions.prefetch([skillRows()])).toBeNull();
  });

  test("a failure waits for the resolver that asks, and disturbs nobody else", async () => {
    const failed = new GatewayError("UPSTREAM_UNAVAILABLE", "No.");
    const { questions, batches } = questionsOver(failing(failed));
    await questions.prefetch([skillRows(), intervalRows({ window: { from: 0, to: 2 * dayMs } })]);
    await expect(questions.ask(skillRows())).rejects.toBe(failed);
    expect(batches).toHaveLength(1);
  });
});
