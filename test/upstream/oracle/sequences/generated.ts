import fc from "fast-check";
import type {
  AgentSegmentsQuestion,
  ApiName,
  Grouping,
  Ids,
  IntervalMetricsQuestion,
  KeyMetricsQuestion,
  Question,
  SkillSegmentsQuestion,
} from "../../../../src/upstream/question.js";
import { windows } from "../key-metrics.js";
import { namedGroups } from "../segments.js";
import { agentIds, type Centre, keyIds, skillIds } from "./centre.js";
import { noon, type Sequence, ttlMs } from "./sequence.js";

/** Ids as a share of a centre whose size is drawn apart. */
type Named = "all" | { from: number; length: number };

const rarely = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
const oneId = fc.record({ from: fc.nat({ max: 7 }), length: fc.constant(1) });
const someIds = fc.record({ from: fc.constantFrom(0, 3, 20), length: fc.constantFrom(2, 3, 10, 30, 60) });
const named: fc.Arbitrary<Named> = fc.oneof(
  { weight: 6, arbitrary: oneId },
  { weight: 3, arbitrary: someIds },
  { weight: 1, arbitrary: fc.constant("all" as const) },
);

function idsOf(chosen: Named, ids: readonly string[]): Ids {
  if (chosen === "all") return "all";
  const from = chosen.from % ids.length;
  return ids.slice(from, from + chosen.length);
}
const first = (chosen: Named, ids: readonly string[]): string => ids[chosen === "all" ? 0 : chosen.from % ids.length]!;

/** Everything of a question but its ids, which depend on how many there are. */
type Shape = (ids: readonly [Named, Named], centre: Centre) => Question;
const own = { account: "a", credential: "own" } as const;

const agentShapes: fc.Arbitrary<Shape> = fc
  .record({
    lastMinutes: rarely(60, 30),
    everyMinutes: rarely<number | null>(null, 15, 30),
    groupIds: rarely<readonly string[] | null>(null, namedGroups),
    userType: rarely<"ALL" | "HUMAN">("ALL", "HUMAN"),
    of: rarely<"rows" | "total">("rows", "total"),
    split: rarely(false, true),
  })
  .map(
    ({ split, ...shape }) =>
      ([agents, skills], centre): AgentSegmentsQuestion => ({
        api: "agent-segments",
        ...own,
        ...shape,
        source: null,
        agents: idsOf(agents, agentIds(centre)),
        skills: split ? idsOf(skills, skillIds(centre)) : null,
      }),
  );

const skillShapes: fc.Arbitrary<Shape> = fc
  .record({
    lastMinutes: rarely(60, 30),
    everyMinutes: rarely<number | null>(null, 15, 30),
    userType: rarely<"ALL" | "BOT">("ALL", "BOT"),
    of: rarely<"rows" | "total">("rows", "total"),
  })
  .map(
    (shape) =>
      ([skills], centre): SkillSegmentsQuestion => ({
        api: "skill-segments",
        ...own,
        ...shape,
        skills: idsOf(skills, skillIds(centre)),
      }),
  );

const keyShapes: fc.Arbitrary<Shape> = fc
  .record({
    figures: rarely<Pick<KeyMetricsQuestion, "window" | "current">>(
      { window: windows[0]!, current: false },
      { window: windows[0]!, current: true },
      { window: windows[1]!, current: false },
      { window: windows[2]!, current: false },
      { window: null, current: true },
    ),
    of: rarely<KeyMetricsQuestion["of"]>("skillId", "agentGroupId", "total"),
    filtered: rarely(false, true),
    oneAgent: rarely(false, false, true),
  })
  .map(({ figures, of, filtered, oneAgent }) => ([keys, others], centre): KeyMetricsQuestion => {
    const list = idsOf(others, skillIds(centre));
    const skills = of !== "skillId" && filtered && list !== "all" ? list : null;
    return {
      api: "key-metrics",
      ...own,
      ...figures,
      of,
      keys: of === "total" ? "all" : idsOf(keys, keyIds(of, centre)),
      filters: {
        agentIds: of === "total" && oneAgent ? ["1"] : null,
        agentGroupIds: of === "skillId" && filtered ? namedGroups : null,
        skillIds: skills,
      },
      includeSubGroups: false,
      userType: "ALL",
    };
  });

const hourMs = 3_600_000;
/** Windows of yesterday and of today until now, in hours from noon. */
const spans = [
  [-12, 0],
  [-6, 0],
  [-2, 0],
  [-12, -2],
  [-36, -12],
  [-24, -12],
] as const;

const intervalShapes: fc.Arbitrary<Shape> = fc
  .record({
    grouping: rarely<readonly Grouping[]>(["SKILL"], ["SKILL", "AGENT"], ["AGENT"]),
    everyMinutes: rarely<30 | 60>(60, 30),
    span: fc.oneof(fc.constant(spans[0]), fc.constantFrom(...spans)),
    picked: fc.record({ SKILL: fc.boolean(), AGENT: fc.boolean() }),
    filtered: rarely(false, true),
    includeBotSkills: rarely(true, false),
  })
  .map(({ grouping, span, picked, filtered, ...shape }) => ([skill, agent], centre): IntervalMetricsQuestion => {
    const has = (kind: "SKILL" | "AGENT") => (grouping.includes(kind) ? picked[kind] || grouping.length === 1 : filtered);
    return {
      api: "interval-metrics",
      ...own,
      ...shape,
      grouping,
      handleTimeModel: "IFT",
      window: { from: noon + span[0] * hourMs, to: noon + span[1] * hourMs },
      filters: {
        ...(has("SKILL") && skill !== "all" && { SKILL: first(skill, skillIds(centre)) }),
        ...(has("AGENT") && agent !== "all" && { AGENT: first(agent, agentIds(centre)) }),
      },
    };
  });

const shapes: Record<ApiName, fc.Arbitrary<Shape>> = {
  "agent-segments": agentShapes,
  "skill-segments": skillShapes,
  "key-metrics": keyShapes,
  "interval-metrics": intervalShapes,
};

const upTo = (most: number) => fc.oneof(fc.integer({ min: 1, max: Math.ceil(most / 10) }), fc.integer({ min: 1, max: most }));
const centres: fc.Arbitrary<Centre> = fc.record({ skills: upTo(120), agents: upTo(600), agentGroups: upTo(60) });

/** Moments of a burst: one call is in flight while others arrive. */
const burst: fc.Arbitrary<number> = fc.constantFrom(0, 1, 5, 10, 25, 40, 60, 99);

/** From simultaneous to several times to live apart, with bounds of gathering and of freshness among them. */
const spread = (freshMs: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.constantFrom(0, 0, 1, 40, 99, 100, 150, 300, 1_000, 3_000),
    fc.constantFrom(0.3, 0.6, 0.9, 1, 1.3, 1.9, 2, 2.5, 3).map((times) => Math.round(times * freshMs)),
    fc.constantFrom(-1, 1, 60).map((beside) => freshMs + beside),
  );

export interface Kind {
  warm?: boolean;
  /** True: the questions differ in their ids and nothing else. */
  idsOnly?: boolean;
  /** True: all questions arrive at once. */
  atOnce?: boolean;
}

/** Two to six questions to one API, in one scope or a few. */
export function sequences(api: ApiName, { warm, idsOnly, atOnce = false }: Kind = {}): fc.Arbitrary<Sequence> {
  const freshMs = api === "interval-metrics" ? ttlMs.intervals : ttlMs.segments;
  const asked = fc.record({ gaps: fc.tuple(spread(freshMs), burst), ids: fc.tuple(named, named), shape: shapes[api] });
  return fc
    .record({
      asked: fc.array(asked, { minLength: 2, maxLength: 6 }),
      pace: fc.constantFrom(0, 0, 1),
      alike: idsOnly === undefined ? fc.boolean() : fc.constant(idsOnly),
      centre: centres,
      latencyMs: fc.constantFrom(10, 200, 2_000),
      warm: warm === undefined ? fc.boolean() : fc.constant(warm),
    })
    .map(({ asked, alike, pace, ...platform }) => {
      let at = 0;
      const arrivals = asked.map(({ gaps, ids, shape }, index) => {
        at += index === 0 || atOnce ? 0 : gaps[pace]!;
        return { at, question: (alike ? asked[0]!.shape : shape)(ids, platform.centre) };
      });
      return { api, arrivals, ...platform };
    });
}

export const apis = Object.keys(shapes) as ApiName[];
