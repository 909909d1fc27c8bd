import fc from "fast-check";
import { hourMs, minuteMs, slotsOf, type Window } from "../../../src/time.js";
import type { AnswerRecord } from "../../../src/upstream/apis/descriptor.js";
import { rowsBySlot } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import { rowsById } from "../../../src/upstream/apis/key-metrics/fetch.js";
import type { AgentSegmentsCall, CallByApi, IntervalMetricsCall, KeyMetricsCall, SkillSegmentsCall } from "../../../src/upstream/call.js";
import type {
  AgentSegmentsLevel,
  ApiName,
  Faults,
  Grouping,
  Ids,
  IntervalRow,
  KeyMetricsFilters,
  KeyMetricsOrder,
  Question,
  ReplyByApi,
  SkillSegmentsLevel,
  Values,
} from "../../../src/upstream/question.js";
import { agentRows, intervalRows, keyRows, nowhere, skillRows } from "../questions-by-hand.js";

/** Questions and calls of one scope of an API, and what a small platform answers. */
export interface World<A extends ApiName = ApiName> {
  questions: fc.Arbitrary<Extract<Question, { api: A }>>;
  calls: fc.Arbitrary<CallByApi[A]>;
  /** Whole sections that may be absent. */
  sections: readonly string[];
  reply(call: CallByApi[A], asOf: number): ReplyByApi[A];
  /** What the reply says of the question, by id: all that a reader of the question may look at. */
  rows(reply: ReplyByApi[A], question: Extract<Question, { api: A }>): ReadonlyMap<string, unknown>;
}

/** When the newest of all answers was asked for. */
export const latest = 50 * hourMs;

/** The platform has some of these ids. */
const everyId = ["1", "2", "3", "4", "5", "6", "7"];
const there = everyId.slice(0, 5);
const somebody = fc.subarray(everyId, { minLength: 1 });
const ids: fc.Arbitrary<Ids> = fc.oneof({ weight: 1, arbitrary: fc.constant("all" as const) }, { weight: 4, arbitrary: somebody });
/** Agents and the skills they are split by; often rows of all agents within some skills. */
const split: fc.Arbitrary<{ agents: Ids; skills: Ids | null }> = fc.oneof(
  fc.record({ agents: ids, skills: fc.oneof(fc.constant(null), ids) }),
  fc.record({ agents: fc.constant("all" as const), skills: ids }),
);
const among = (asked: Ids): readonly string[] => (asked === "all" ? there : asked.filter((id) => there.includes(id)));
const picked = <T>(rows: ReadonlyMap<string, T>, asked: Ids): [string, T][] =>
  [...rows].filter(([id]) => asked === "all" || asked.includes(id));

/** A figure tells its id and its answer. */
const values = (id: string, asOf: number): Values => ({ id: id === "total" ? null : Number(id), asOf });
const everyMinutes = fc.constantFrom(null, null, 15, 30);
const windowOf = (lastMinutes: number, asOf: number): Window => ({ from: asOf - lastMinutes * minuteMs, to: asOf });
const levelsOf = <L>(every: number | null, asOf: number, level: (window: Window) => L) => ({
  asOf,
  newestAskedAt: asOf,
  ...level(windowOf(60, asOf)),
  intervals: every === null ? null : slotsOf(windowOf(60, asOf), every * minuteMs).map(level),
});

const agentWorld: World<"agent-segments"> = {
  questions: fc
    .record({ everyMinutes, of: fc.constantFrom("rows", "rows", "total"), split })
    .map(({ split: parts, ...asked }) => agentRows({ ...asked, ...parts })),
  calls: fc.record({ everyMinutes, split }).map(
    ({ everyMinutes: every, split: parts }): AgentSegmentsCall => ({
      ...{ api: "agent-segments", lastMinutes: 60, everyMinutes: every, groupIds: null, userType: "ALL", source: null },
      ...parts,
    }),
  ),
  sections: ["rows", "bySkill", "total", "intervals", "intervals.rows", "intervals.bySkill", "intervals.total"],
  reply(call, asOf) {
    const agents = new Map(among(call.agents).map((id) => [id, values(id, asOf)]));
    const bySkill = call.skills && new Map(among(call.skills).map((skill) => [skill, agents]));
    return levelsOf(call.everyMinutes, asOf, (window): AgentSegmentsLevel => ({ window, agents, bySkill, total: values("total", asOf) }));
  },
  rows(reply, { of, agents, skills, everyMinutes: every }) {
    const levels = (read: (level: AgentSegmentsLevel) => unknown) => [reply, ...(every === null ? [] : reply.intervals!)].map(read);
    if (of === "total") return new Map([["total", levels(({ total }) => total)]]);
    const split = reply.bySkill ?? new Map();
    if (agents === "all" && skills !== null && skills !== "all")
      return new Map(picked(split, skills).map(([skill]) => [skill, levels(({ bySkill }) => bySkill?.get(skill))]));
    return new Map(
      picked(reply.agents, agents).map(([id]) => [
        id,
        levels((level) => [
          level.agents.get(id),
          ...(skills ? picked(level.bySkill!, skills).map(([skill, rows]) => [skill, rows.get(id)]) : []),
        ]),
      ]),
    );
  },
};

const skillWorld: World<"skill-segments"> = {
  questions: fc.record({ everyMinutes, of: fc.constantFrom("rows", "rows", "total"), skills: ids }).map(skillRows),
  calls: fc
    .record({ everyMinutes, skills: ids })
    .map((asked): SkillSegmentsCall => ({ api: "skill-segments", lastMinutes: 60, userType: "ALL", ...asked })),
  sections: ["rows", "total", "intervals", "intervals.rows", "intervals.total"],
  reply(call, asOf) {
    const skills = new Map(among(call.skills).map((id) => [id, values(id, asOf)]));
    return levelsOf(call.everyMinutes, asOf, (window): SkillSegmentsLevel => ({ window, skills, total: values("total", asOf) }));
  },
  rows(reply, { of, skills, everyMinutes: every }) {
    const levels = (read: (level: SkillSegmentsLevel) => unknown) => [reply, ...(every === null ? [] : reply.intervals!)].map(read);
    if (of === "total") return new Map([["total", levels(({ total }) => total)]]);
    return new Map(picked(reply.skills, skills).map(([id]) => [id, levels((level) => level.skills.get(id))]));
  },
};

const orders: fc.Arbitrary<KeyMetricsOrder> = fc.record({
  metric: fc.constantFrom("agentLoad", "closedConversations"),
  direction: fc.constantFrom("asc", "desc"),
  first: fc.constantFrom(2, 4, 50),
});
const foreign: fc.Arbitrary<KeyMetricsFilters> = fc.constantFrom(nowhere, nowhere, { ...nowhere, agentIds: ["1"] });
const keyWindows = fc.constantFrom({ lastMinutes: 60 }, { lastMinutes: 30 }, windowOf(60, latest), windowOf(60, latest - hourMs));
const ownFilter = { skillId: "skillIds", agentGroupId: "agentGroupIds" } as const;
const keyWindowOf = (window: KeyMetricsCall["window"], asOf: number): Window =>
  "lastMinutes" in window ? windowOf(window.lastMinutes, asOf) : window;

const keyWorld: World<"key-metrics"> = {
  questions: fc
    .record({
      window: fc.oneof(fc.constant(null), keyWindows),
      current: fc.boolean(),
      of: fc.constantFrom("skillId", "skillId", "agentGroupId", "total"),
      keys: fc.oneof({ weight: 3, arbitrary: ids }, { weight: 1, arbitrary: orders }),
      filters: foreign,
      own: fc.oneof(fc.constant(null), somebody),
    })
    .map(({ of, keys, filters, own, ...asked }) =>
      keyRows({ of, ...asked, keys: of === "total" ? "all" : keys, filters: of === "total" ? { ...filters, skillIds: own } : filters }),
    ),
  calls: fc
    .record({
      window: keyWindows,
      byTime: fc.boolean(),
      groupBy: fc.constantFrom("skillId", "skillId", "agentGroupId", null),
      total: fc.boolean(),
      filters: foreign,
      own: fc.oneof(fc.constant(null), fc.constant(null), somebody),
      order: fc.oneof(fc.constant(null), orders),
      take: fc.constantFrom<KeyMetricsCall["take"][]>("all", "all", 2, 4),
    })
    .map(({ groupBy, filters, own, order, take, ...asked }): KeyMetricsCall => {
      const isList = groupBy !== null && own === null;
      return {
        api: "key-metrics",
        ...asked,
        total: asked.total || groupBy === null,
        current: true,
        groupBy,
        filters: { ...filters, [ownFilter[groupBy ?? "skillId"]]: own },
        includeSubGroups: false,
        userType: "ALL",
        order: isList && order ? { metric: order.metric, direction: order.direction } : null,
        take: groupBy === null ? 0 : isList ? take : "all",
      };
    }),
  sections: ["rows", "rows.byTime", "rows.current", "total.byTime", "total.current"],
  reply(call, asOf) {
    const own = call.groupBy && call.filters[ownFilter[call.groupBy]];
    const sorted = call.order?.direction === "desc" ? there.toReversed() : there;
    const all = call.groupBy === null ? [] : sorted.filter((id) => own === null || own.includes(id));
    const skip = call.skip ?? 0;
    const list = all.slice(skip, call.take === "all" ? undefined : skip + call.take);
    const figures = (id: string) => ({ byTime: call.byTime ? values(id, asOf) : {}, current: values(id, asOf) });
    return {
      asOf,
      newestAskedAt: asOf,
      window: keyWindowOf(call.window, asOf),
      ...rowsById(list.map((id) => ({ id, name: null, ...figures(id) }))),
      count: call.groupBy === null ? null : all.length,
      order: call.order,
      total: call.total ? figures("total") : null,
    };
  },
  rows(reply, { of, keys, window, current }) {
    const figures = (row: { byTime: Values; current: Values }) => [window && row.byTime, current && row.current];
    if (of === "total") return new Map([["total", reply.total && figures(reply.total)]]);
    if (typeof keys === "object" && "metric" in keys) return new Map(reply.rows.slice(0, keys.first).map((row) => [row.id, figures(row)]));
    return new Map(picked(reply.byId, keys).map(([id, row]) => [id, figures(row)]));
  },
};

/** Who handled something in every hour; bots besides, and a row without an agent. */
const worked: readonly { ids: IntervalRow["ids"]; human: boolean }[] = [
  { ids: { SKILL: "1", AGENT: "1" }, human: true },
  { ids: { SKILL: "1", AGENT: "2" }, human: true },
  { ids: { SKILL: "2", AGENT: "1" }, human: true },
  { ids: { SKILL: "2" }, human: true },
  { ids: { SKILL: "3", AGENT: "3" }, human: false },
];
const picks = fc
  .record({ SKILL: fc.constantFrom(undefined, undefined, "1", "2", "3"), AGENT: fc.constantFrom(undefined, undefined, "1", "2") })
  .map(({ SKILL, AGENT }) => ({ ...(SKILL && { SKILL }), ...(AGENT && { AGENT }) }));
const intervalAsked = fc
  .record({
    from: fc.integer({ min: 20, max: 44 }),
    hours: fc.integer({ min: 1, max: 24 }),
    filters: picks,
    includeBotSkills: fc.boolean(),
  })
  .map(({ from, hours, ...asked }) => ({
    ...asked,
    grouping: ["SKILL", "AGENT"] as const satisfies Grouping[],
    everyMinutes: 60 as const,
    handleTimeModel: "IFT" as const,
    window: { from: from * hourMs, to: (from + hours) * hourMs },
  }));

const intervalWorld: World<"interval-metrics"> = {
  questions: intervalAsked.map(intervalRows),
  calls: intervalAsked.map((asked): IntervalMetricsCall => ({ api: "interval-metrics", ...asked })),
  sections: [],
  reply(call, asOf) {
    const wanted = worked.filter(
      ({ ids: of, human }) =>
        (call.includeBotSkills || human) && Object.entries(call.filters).every(([kind, id]) => of[kind as Grouping] === id),
    );
    // The platform has computed all but the last hour before it was asked.
    const slots = slotsOf(call.window, hourMs).filter(({ to }) => to <= asOf - hourMs);
    const rows = slots.flatMap((window) =>
      wanted.map(
        ({ ids: of, human }): IntervalRow => ({
          ...{ window, ids: of, human, values: { asOf } },
          ...{ skillName: null, agentGroupName: null, agentName: null, agentLogin: null },
        }),
      ),
    );
    const done = slots.at(-1)?.to ?? call.window.from;
    const pending = done < call.window.to ? [{ from: done, to: call.window.to }] : [];
    return { asOf, newestAskedAt: asOf, window: call.window, ...rowsBySlot(rows, 60), pending };
  },
  rows: (reply) =>
    new Map<string, unknown>([
      ["pending", reply.pending],
      ...reply.rows.map((row) => [JSON.stringify([row.window.from, row.ids]), row.values] as const),
    ]),
};

export const worlds = {
  "agent-segments": agentWorld,
  "skill-segments": skillWorld,
  "key-metrics": keyWorld,
  "interval-metrics": intervalWorld,
} as unknown as Record<ApiName, World>;

/** Answers of the world, newest first, each with sections that may be faulty. */
export const records = (world: World): fc.Arbitrary<readonly AnswerRecord[]> =>
  fc
    .array(
      fc.record({
        call: world.calls,
        faulty: fc.oneof(fc.constant<string[]>([]), fc.subarray([...world.sections], { maxLength: Math.min(2, world.sections.length) })),
      }),
      {
        maxLength: 4,
      },
    )
    .map((answers) =>
      answers.map(({ call, faulty }, index) => {
        const faults: Faults<string> = Object.fromEntries(faulty.map((section) => [section, `${section} is missing`]));
        const reply = world.reply(call, latest - index * 10 * minuteMs);
        return {
          call,
          reply: faulty.length > 0 ? { ...reply, faults } : reply,
          bytes: 10,
          pages: 1,
          askedMonotonic: latest - index,
        } as AnswerRecord;
      }),
    );
