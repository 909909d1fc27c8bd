import { type GraphQLObjectType, graphql } from "graphql";
import { Query, Resolver, Root } from "type-graphql";
import { describe, expect, test } from "vitest";
import { agentSegmentMetrics } from "../../src/catalogue/agent-segments.js";
import { intervalMetrics } from "../../src/catalogue/interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../src/catalogue/key-metrics.js";
import { type DerivedMetric, describe as descriptionOf, type MetricGroup } from "../../src/catalogue/metric.js";
import { skillSegmentMetrics } from "../../src/catalogue/skill-segments.js";
import { AgentSegments, AgentSegmentsInterval, AgentSkillSegments } from "../../src/graphql/apis/agent-segments.js";
import { ConversationHandling } from "../../src/graphql/apis/conversations.js";
import { Interval, IntervalConnection, NamedEntities } from "../../src/graphql/apis/interval-metrics.js";
import { CurrentMetrics, KeyMetrics } from "../../src/graphql/apis/key-metrics.js";
import { SkillSegments, SkillSegmentsInterval } from "../../src/graphql/apis/skill-segments.js";
import { emptyPage } from "../../src/graphql/connection.js";
import { buildGatewaySchema } from "../../src/graphql/schema.js";
import { Agent, Skill } from "../../src/graphql/types/entities.js";
import type { IntervalRow } from "../../src/upstream/question.js";

const window = { from: Date.UTC(2024, 4, 1, 11), to: Date.UTC(2024, 4, 1, 12) };
const measurement = { asOf: Date.UTC(2024, 4, 1, 12, 0, 1), stale: false, window };
const written = { from: "2024-05-01T11:00:00.000Z", to: "2024-05-01T12:00:00.000Z" };

/** A different value for each metric of a group, so that two that change places are seen. */
const valuesOf = (group: MetricGroup) => Object.fromEntries(group.inOrder.map(({ field }, index) => [field, index + 1]));

type Values = Record<string, number | null>;

const level = { window, agents: new Map(), bySkill: null, total: null };

const interval = (values: Values, ids: IntervalRow["ids"] = {}) => {
  const names = { skillName: null, agentGroupName: null, agentName: null, agentLogin: null };
  const row = { window, ids, values, human: true, ...names };
  return new Interval(row, new NamedEntities("acme1", [row], measurement.asOf));
};

const samples = {
  AgentSegments: { group: agentSegmentMetrics, of: (values: Values) => new AgentSegments(values, measurement, null) },
  AgentSegmentsInterval: { group: agentSegmentMetrics, of: (values: Values) => new AgentSegmentsInterval(values, level, {} as never) },
  AgentSkillSegments: {
    group: agentSegmentMetrics,
    of: (values: Values) => new AgentSkillSegments(values, measurement, { agent: null, skill: null }),
  },
  SkillSegments: { group: skillSegmentMetrics, of: (values: Values) => new SkillSegments(values, measurement, null) },
  SkillSegmentsInterval: { group: skillSegmentMetrics, of: (values: Values) => new SkillSegmentsInterval(values, window) },
  KeyMetrics: { group: keyMetricsByTime, of: (values: Values) => new KeyMetrics(values, measurement) },
  CurrentMetrics: { group: keyMetricsCurrent, of: (values: Values) => new CurrentMetrics(values, measurement) },
  Interval: { group: intervalMetrics, of: (values: Values) => interval(values) },
};
const rows = Object.entries(samples).map(([type, sample]) => ({ type, ...sample }));

/** One nullable root field for each type, which answers with the root value's property of that name. */
@Resolver()
class Roots {
  @Query(() => AgentSegments, { nullable: true })
  AgentSegments(@Root() root: Record<string, unknown>) {
    return root.AgentSegments;
  }
  @Query(() => AgentSegmentsInterval, { nullable: true })
  AgentSegmentsInterval(@Root() root: Record<string, unknown>) {
    return root.AgentSegmentsInterval;
  }
  @Query(() => AgentSkillSegments, { nullable: true })
  AgentSkillSegments(@Root() root: Record<string, unknown>) {
    return root.AgentSkillSegments;
  }
  @Query(() => SkillSegments, { nullable: true })
  SkillSegments(@Root() root: Record<string, unknown>) {
    return root.SkillSegments;
  }
  @Query(() => SkillSegmentsInterval, { nullable: true })
  SkillSegmentsInterval(@Root() root: Record<string, unknown>) {
    return root.SkillSegmentsInterval;
  }
  @Query(() => KeyMetrics, { nullable: true })
  KeyMetrics(@Root() root: Record<string, unknown>) {
    return root.KeyMetrics;
  }
  @Query(() => CurrentMetrics, { nullable: true })
  CurrentMetrics(@Root() root: Record<string, unknown>) {
    return root.CurrentMetrics;
  }
  @Query(() => Interval, { nullable: true })
  Interval(@Root() root: Record<string, unknown>) {
    return root.Interval;
  }
  @Query(() => ConversationHandling, { nullable: true })
  ConversationHandling(@Root() root: Record<string, unknown>) {
    return root.ConversationHandling;
  }
  @Query(() => IntervalConnection, { nullable: true })
  IntervalConnection(@Root() root: Record<string, unknown>) {
    return root.IntervalConnection;
  }
}

const { schema } = await buildGatewaySchema({ resolvers: [Roots], fields: {}, references: () => ({}) });

async function read(type: string, object: unknown, selection: string) {
  const { data, errors } = await graphql({ schema, source: `{ ${type} { ${selection} } }`, rootValue: { [type]: object } });
  expect(errors).toBeUndefined();
  return data?.[type];
}

describe.each(rows)("$type", ({ type, group, of }) => {
  const selection = group.inOrder.map(({ field }) => field).join(" ");
  const derived = Object.values<DerivedMetric>(group.derived);

  test("has each metric of its group as a nullable field in the metric's unit, described by the catalogue", () => {
    const fields = (schema.getType(type) as GraphQLObjectType).getFields();
    const scalars = { COUNT: "Int", MILLISECONDS: "Milliseconds", RATIO: "Float", MESSAGES: "Float" };
    for (const metric of group.all) {
      const field = fields[metric.field];
      expect({ type: String(field?.type), description: field?.description, deprecated: field?.deprecationReason }).toEqual({
        type: scalars[metric.unit],
        description: descriptionOf(metric),
        deprecated: undefined,
      });
    }
  });

  test("reads its metrics as plain properties, without a function a field", () => {
    const fields = (schema.getType(type) as GraphQLObjectType).getFields();
    expect(group.all.filter(({ field }) => fields[field]?.resolve !== undefined)).toEqual([]);
  });

  test("answers each metric with its own value", async () => {
    expect(await read(type, of(valuesOf(group)), selection)).toEqual(valuesOf(group));
  });

  test("answers null for a value that is absent or null, and keeps zero", async () => {
    const [first, second, ...others] = group.inOrder.map(({ field }) => field);
    const answered = await read(type, of({ [first!]: 0, [second!]: null }), selection);
    expect(answered).toEqual({ [first!]: 0, ...Object.fromEntries([second!, ...others].map((field) => [field, null])) });
  });

  test("derives the others from its own values, and from nothing else", async () => {
    const values = valuesOf(group);
    const answered = (await read(
      type,
      of({ ...values, ...Object.fromEntries(derived.map(({ field }) => [field, 99])) }),
      derived.map(({ field }) => field).join(" "),
    )) as Values;
    for (const { field, formula } of derived) {
      const [left, right] = formula.of.map((part) => values[part]!) as [number, number];
      expect([field, answered[field]]).toEqual([field, formula.text.includes(" / ") ? left / right : left - right]);
    }
  });

  test("derives null where a part is null or the denominator is zero", async () => {
    for (const metric of derived) {
      const { field, formula } = metric;
      const answer = async (left: number | null, right: number | null) =>
        ((await read(type, of({ [formula.of[0]]: left, [formula.of[1]]: right }), field)) as Values)[field];
      const isQuotient = formula.text === formula.of.join(" / ");
      expect(formula.text).toBe(formula.of.join(isQuotient ? " / " : " - "));
      expect([await answer(null, 4), await answer(4, null), await answer(null, null)]).toEqual([null, null, null]);
      expect(await answer(0, 4)).toBe(isQuotient ? 0 : -4);
      expect(await answer(4, 0)).toBe(isQuotient ? null : 4);
      expect(descriptionOf(metric)).toMatch(
        isQuotient ? /Null where \w+ is zero or either figure is null\./ : /Null where either figure is null\./,
      );
    }
  });

  test("takes no value that is not one of its metrics", () => {
    const read = (values: Values) => ["from", "asOf", "strange"].map((name) => Reflect.get(of(values), name));
    expect(read({ from: 1, asOf: 2, strange: 3 })).toEqual(read({}));
  });
});

test.each(rows.filter(({ type }) => !["CurrentMetrics", "Interval"].includes(type) && !type.endsWith("Interval")))(
  "$type says when it was asked and which window it is true of",
  async ({ type, of }) => {
    expect(await read(type, of({}), "asOf stale window { from to }")).toEqual({
      asOf: "2024-05-01T12:00:01.000Z",
      stale: false,
      window: written,
    });
  },
);

describe("Interval", () => {
  const ids = "from to skill { id accountId } agent { id } agentGroup { id } conversation { id }";

  test("leads to the entities that its row names, in the account of the row", async () => {
    const row = interval({}, { SKILL: "1", AGENT: "2", AGENT_GROUP: "-1", CONVERSATION: "c-4" });
    expect(await read("Interval", row, ids)).toEqual({
      ...written,
      skill: { id: "1", accountId: "acme1" },
      agent: { id: "2" },
      agentGroup: { id: "-1" },
      conversation: { id: "c-4" },
    });
  });

  test("has null for what its row does not name", async () => {
    const row = interval({});
    expect(await read("Interval", row, ids)).toEqual({ ...written, skill: null, agent: null, agentGroup: null, conversation: null });
  });
});

test("AgentSkillSegments leads to its agent and its skill", async () => {
  const row = new AgentSkillSegments({}, measurement, { agent: new Agent("acme1", "2"), skill: new Skill("acme1", "1") });
  expect(await read("AgentSkillSegments", row, "agent { id contactCenter { accountId } } skill { id }")).toEqual({
    agent: { id: "2", contactCenter: { accountId: "acme1" } },
    skill: { id: "1" },
  });
});

test("ConversationHandling hands on its sums, also past 2^31, and what is pending", async () => {
  const sums = { handleTime: 2 ** 40, workTime: null, agents: [new Agent("acme1", "2")], skills: null, pending: [window] };
  const selection = "asOf stale window { from to } pending { from to } handleTime workTime agents { id } skills { id }";
  expect(await read("ConversationHandling", new ConversationHandling(measurement, sums), selection)).toEqual({
    asOf: "2024-05-01T12:00:01.000Z",
    stale: false,
    window: written,
    pending: [written],
    handleTime: 2 ** 40,
    workTime: null,
    agents: [{ id: "2" }],
    skills: null,
  });
});

describe("IntervalConnection", () => {
  const node = interval({ handledConversations: 3 }, { SKILL: "1" });
  const selection =
    "asOf window { from } pending { to } totalCount nodes { handledConversations } edges { cursor node { skill { id } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

  test("gives the same entries as nodes and as edges, with the cursors of the first and the last", async () => {
    const page = {
      nodes: [node, node],
      cursorAt: (index: number) => "ab"[index]!,
      hasNextPage: true,
      hasPreviousPage: false,
      totalCount: null,
    };
    expect(await read("IntervalConnection", new IntervalConnection(page, measurement, [window]), selection)).toEqual({
      asOf: "2024-05-01T12:00:01.000Z",
      window: { from: written.from },
      pending: [{ to: written.to }],
      totalCount: null,
      nodes: [{ handledConversations: 3 }, { handledConversations: 3 }],
      edges: [
        { cursor: "a", node: { skill: { id: "1" } } },
        { cursor: "b", node: { skill: { id: "1" } } },
      ],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: "a", endCursor: "b" },
    });
  });

  test("has no cursors when it is empty", async () => {
    const page = { ...emptyPage, totalCount: 0 };
    const answered = await read(
      "IntervalConnection",
      new IntervalConnection(page, measurement, []),
      "totalCount pageInfo { startCursor endCursor }",
    );
    expect(answered).toEqual({ totalCount: 0, pageInfo: { startCursor: null, endCursor: null } });
  });
});
