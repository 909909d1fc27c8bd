import fc from "fast-check";
import { expect, test } from "vitest";
import type { Call } from "../../../src/upstream/call.js";
import { nothingSeen, plan, scopeOf, wholeOf } from "../../../src/upstream/plan.js";
import {
  type AgentSegmentsQuestion,
  canonical,
  type IntervalMetricsQuestion,
  idSet,
  type KeyKind,
  type KeyMetricsQuestion,
  type Question,
  questionKey,
  type SkillSegmentsQuestion,
} from "../../../src/upstream/question.js";
import { minimum, type Universe } from "../oracle/cover.js";
import * as intervals from "../oracle/interval-metrics.js";
import * as keys from "../oracle/key-metrics.js";
import * as segments from "../oracle/segments.js";

/** By the name of a size. */
type SizesSeen = (name: string) => number | undefined;

const own = { account: "a", credential: "own" } as const;
const runs = { numRuns: 80, seed: 1, endOnFailure: false };

/**
 * The plan's calls cost exactly what the oracle's best cover costs, and each question is in one call that answers it. A question that was
 * cut in parts is judged by its parts, and only where that costs less than any cover of it whole.
 */
function judge<Q extends Question, C extends Call>(asked: readonly Q[], universe: Universe<Q, C>, sizes: SizesSeen): void {
  const questions = [...new Map(asked.map((question) => [questionKey(question), question])).values()];
  const planned = plan(asked, () => ({ ...nothingSeen, size: sizes })).map(({ call, questions: answered }) => ({
    call: call as C,
    answered: answered as readonly Q[],
  }));
  const parts = planned.flatMap((call) => call.answered);
  for (const call of planned) {
    for (const question of call.answered) expect(universe.answers(call.call, question), questionKey(question)).toBe(true);
  }
  const cost = planned.reduce((sum, call) => sum + universe.cost(call.call, call.answered), 0);
  expect(cost / minimum(parts, universe)).toBe(1);
  const isCut = parts.some((part) => wholeOf(part) !== part);
  if (isCut) expect(cost).toBeLessThan(minimum(questions, universe));
  const wholes = new Map(parts.map((part) => [questionKey(wholeOf(part)), wholeOf(part)]));
  expect([...wholes.keys()].toSorted()).toEqual(questions.map(questionKey).toSorted());
  for (const whole of wholes.values()) {
    const { api } = scopeOf(whole);
    const ids = parts.filter((part) => wholeOf(part) === whole).map((part) => api.ids(part));
    if (ids.length > 1) expect([...new Set(ids.flat())].toSorted()).toEqual(api.ids(whole));
  }
}

/** Thousands of calls are answered from tables: on a busy machine that takes a while. */
const patiently = { timeout: 60_000 };

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const orAll = <T>(values: readonly T[]) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant("all" as const) }, { weight: 3, arbitrary: some(values) });
const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const set = <T>(question: fc.Arbitrary<T>) => fc.array(question, { minLength: 1, maxLength: 6 });

const windowed = oneOf(
  { lastMinutes: 60, everyMinutes: null },
  { lastMinutes: 60, everyMinutes: 15 },
  { lastMinutes: 60, everyMinutes: 30 },
  { lastMinutes: 30, everyMinutes: null },
);

const agentSegments: fc.Arbitrary<AgentSegmentsQuestion> = fc
  .record({
    scope: windowed,
    groupIds: oneOf(null, null, null, segments.namedGroups),
    userType: oneOf("ALL" as const, "ALL" as const, "ALL" as const, "HUMAN" as const),
    of: oneOf("rows" as const, "rows" as const, "total" as const),
    agents: orAll(segments.namedAgents),
    skills: fc.option(orAll(segments.namedSkills)),
  })
  .map(({ scope, ...rest }) => ({ api: "agent-segments", ...own, ...scope, ...rest, source: null }));

const skillSegments: fc.Arbitrary<SkillSegmentsQuestion> = fc
  .record({
    scope: windowed,
    userType: oneOf("ALL" as const, "ALL" as const, "BOT" as const),
    of: oneOf("rows" as const, "total" as const),
    skills: orAll(segments.namedSkills),
  })
  .map(({ scope, ...rest }) => ({ api: "skill-segments", ...own, ...scope, ...rest }));

/** Sizes as seen earlier; undefined: never seen. */
const seen =
  (agents: number | undefined): SizesSeen =>
  (name) =>
    /^(agents|skills)$/.test(name) ? agents : undefined;

test("agent segments are planned at the minimum of all legal covers, whatever is known of their number", patiently, () => {
  fc.assert(
    fc.property(set(agentSegments), oneOf(undefined, 4, 100_000), (questions, known) =>
      judge(questions, segments.agentSegmentsUniverse, seen(known)),
    ),
    runs,
  );
});

test("skill segments are planned at the minimum of all legal covers, whatever is known of their number", patiently, () => {
  fc.assert(
    fc.property(set(skillSegments), oneOf(undefined, 3, 100_000), (questions, known) =>
      judge(questions, segments.skillSegmentsUniverse, seen(known)),
    ),
    runs,
  );
});

const skillIds = some(keys.blocks).map((chosen) => idSet(chosen.flat()));
const groupIds = some(keys.namedGroups);
const figures = fc.oneof(
  fc.record({
    window: oneOf(keys.windows[0]!, keys.windows[0]!, keys.windows[0]!, keys.windows[1]!, keys.windows[2]!),
    current: fc.boolean(),
  }),
  fc.constant({ window: null, current: true }),
  fc.constant({ window: null, current: false }),
);
const order = fc.record({
  metric: oneOf("onlineAgents", "awayAgents"),
  direction: oneOf("desc" as const),
  first: oneOf(20, 40, 60),
});
const everywhere = { agentIds: null, agentGroupIds: null, skillIds: null };
const scoped = { ...own, includeSubGroups: false, userType: "ALL" as const };

const keyRows: fc.Arbitrary<KeyMetricsQuestion> = fc
  .record({
    figures,
    of: fc.oneof(
      fc.record({
        of: oneOf("skillId" as const),
        keys: fc.oneof(skillIds, skillIds, oneOf("all" as const), order, order),
        filters: fc.record({ ...constants(everywhere), agentGroupIds: oneOf(null, null, ["5"]) }),
      }),
      fc.record({
        of: oneOf("agentGroupId" as const),
        keys: fc.oneof(groupIds, oneOf("all" as const)),
        filters: fc.record({ ...constants(everywhere), skillIds: oneOf(null, null, keys.blocks[0]!) }),
      }),
    ),
  })
  .map(({ figures: { window, current }, of }) => ({ api: "key-metrics", ...scoped, window, current, ...of }));

const keyTotals: fc.Arbitrary<KeyMetricsQuestion> = fc
  .record({
    figures: figures.filter(({ window, current }) => window !== null || current),
    filters: fc.record({
      agentIds: oneOf(null, null, null, ["1"]),
      agentGroupIds: fc.option(groupIds, { freq: 2 }),
      skillIds: fc.option(skillIds, { freq: 2 }),
    }),
  })
  .map(({ figures: { window, current }, filters }) => ({
    api: "key-metrics",
    ...scoped,
    window,
    current,
    of: "total",
    keys: "all",
    filters,
  }));

function constants<T extends object>(values: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as {
    [K in keyof T]: fc.Arbitrary<T[K]>;
  };
}

test("key metrics are planned at the minimum of all legal covers: windows, pages, orders, filters and totals", patiently, () => {
  const knowledge = oneOf<Partial<Record<KeyKind, number>>>({}, keys.sizeOf, { agentGroupId: 3 });
  fc.assert(
    fc.property(set(fc.oneof({ weight: 3, arbitrary: keyRows }, { weight: 2, arbitrary: keyTotals })), knowledge, (questions, known) => {
      const unfiltered = (kind: KeyKind) => `${kind} ${canonical(everywhere)}`;
      const sizes: SizesSeen = (name) =>
        (["skillId", "agentGroupId"] as const).map((kind) => (name === unfiltered(kind) ? known[kind] : undefined)).find(Boolean);
      judge(questions, keys.keyMetricsUniverse(known), sizes);
    }),
    runs,
  );
});

const groupings: IntervalMetricsQuestion["grouping"][] = [["SKILL"], ["SKILL"], ["SKILL", "AGENT"], ["AGENT"]];
const intervalQuestions: fc.Arbitrary<IntervalMetricsQuestion[]> = set(
  fc.record({
    grouping: oneOf(...groupings),
    everyMinutes: oneOf(60 as const, 60 as const, 60 as const, 30 as const),
    window: fc
      .tuple(oneOf(...intervals.hours), oneOf(...intervals.hours))
      .filter(([from, to]) => from < to && to - from <= 24)
      .map(([from, to]) => ({ from: from * 3_600_000, to: to * 3_600_000 })),
    SKILL: oneOf(undefined, ...intervals.named.SKILL),
    AGENT: oneOf(undefined, undefined, ...intervals.named.AGENT),
    includeBotSkills: fc.boolean(),
  }),
).map((questions) =>
  questions.map(({ SKILL, AGENT, ...rest }) => ({
    api: "interval-metrics",
    ...own,
    ...rest,
    handleTimeModel: "IFT",
    filters: { ...(SKILL && { SKILL }), ...(AGENT && { AGENT }) },
  })),
);

test(
  "interval metrics are planned at the minimum of all legal covers: windows, picks and foreign filters, row rates known or not",
  patiently,
  () => {
    fc.assert(
      fc.property(intervalQuestions, oneOf(undefined, 10, 60, 100), (questions, rate) => {
        const sizes: SizesSeen = (name) => (name.startsWith("rows ") ? rate : undefined);
        judge(
          questions,
          intervals.intervalMetricsUniverse(() => rate),
          sizes,
        );
      }),
      runs,
    );
  },
);
