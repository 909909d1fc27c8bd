import { Field, InterfaceType, ObjectType } from "type-graphql";
import { agentSegmentMetrics } from "../../catalogue/agent-segments.js";
import {
  type AgentSegmentsLevel,
  type AgentSegmentsQuestion,
  type AgentSegmentsReply,
  type Ids,
  idSet,
  type Rows,
  type UserType,
  type Values,
} from "../../upstream/question.js";
import { checkedIds, checkedSource, idsOfOneUrl, type ListArgument, namesNothing, segmentMinutes } from "../bounds.js";
import { compareIds } from "../connection.js";
import type { Asker } from "../context.js";
import type { Asking, Asks, Reading } from "../field.js";
import { DateTime } from "../scalars.js";
import {
  Agent,
  Figures,
  Measured,
  type Measurement,
  MetricFields,
  MetricWindow,
  measurementOf,
  type Parent,
  ReadsMetrics,
  Skill,
  siblings,
  unmeasured,
} from "../types/entities.js";
import { segmentParts } from "./segments.js";

@InterfaceType({ description: "Metrics of agent segments (Messaging Operations API, msgagentsegments)." })
@MetricFields(agentSegmentMetrics)
export abstract class AgentSegmentMetrics {}

/** `origin`: what the fields `intervals` and `bySkill` read on from; clients do not see it. */
@ObjectType({
  simpleResolvers: true,
  implements: [Measured, AgentSegmentMetrics],
  description: "Agent segments over one window. Null in place of the object: the platform has no row for this agent in the window.",
})
@ReadsMetrics(agentSegmentMetrics)
export class AgentSegments<Origin = unknown> extends Measured {
  constructor(
    values: Values,
    measurement: Measurement,
    readonly origin: Origin,
  ) {
    super(values, measurement);
  }

  @Field(() => MetricWindow, { description: "The window of all metrics of this object." })
  get window(): MetricWindow {
    return new MetricWindow(this.measurement.window);
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: [AgentSegmentMetrics],
  description:
    "Agent segments over one interval of a window, counted back from its end and not aligned to the clock. All metrics are null when the platform leaves the interval out.",
})
@ReadsMetrics(agentSegmentMetrics)
export class AgentSegmentsInterval extends Figures {
  /** `whole`: what the object of the whole window reads on from; the field `bySkill` does too. */
  constructor(
    values: Values,
    readonly level: AgentSegmentsLevel,
    readonly whole: SegmentsOrigin,
  ) {
    super(values);
  }

  @Field(() => DateTime, { description: "Beginning of the interval, inside it." })
  get from(): Date {
    return new Date(this.level.window.from);
  }

  @Field(() => DateTime, { description: "End of the interval, outside it." })
  get to(): Date {
    return new Date(this.level.window.to);
  }

  get origin(): SegmentsOrigin {
    const { level } = this;
    return { ...this.whole, measurement: { ...this.whole.measurement, window: level.window }, level };
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: [Measured, AgentSegmentMetrics],
  description: "Segments of one agent within one skill.",
})
@ReadsMetrics(agentSegmentMetrics)
export class AgentSkillSegments extends Measured {
  @Field(() => MetricWindow, { description: "The window of all metrics of this object." })
  get window(): MetricWindow {
    return new MetricWindow(this.measurement.window);
  }

  @Field(() => Agent, { nullable: true, description: 'The agent. Null when the platform names none (key "null").' })
  readonly agent: Agent | null;
  @Field(() => Skill, { nullable: true, description: 'The skill. Null when the platform names none (key "null").' })
  readonly skill: Skill | null;

  constructor(values: Values, measurement: Measurement, { agent, skill }: Pick<AgentSkillSegments, "agent" | "skill">) {
    super(values, measurement);
    this.agent = agent;
    this.skill = skill;
  }
}

export interface AgentSegmentsArguments {
  lastMinutes: number;
  userType: UserType;
  agentGroupIds?: ListArgument;
  source?: string | null | undefined;
}

export interface NamedAgents {
  agentIds?: ListArgument;
}

type Scope = Omit<AgentSegmentsQuestion, "of" | "agents" | "skills" | "everyMinutes">;

const scopeOf = ({ account }: Parent, args: AgentSegmentsArguments, { credential }: Asker): Scope => ({
  api: "agent-segments",
  account,
  credential,
  lastMinutes: segmentMinutes(args.lastMinutes),
  groupIds: idsOfOneUrl("agentGroupIds", args.agentGroupIds),
  userType: args.userType,
  source: checkedSource(args.source),
});

type Set = Pick<AgentSegmentsQuestion, "of" | "agents"> & Partial<Pick<AgentSegmentsQuestion, "groupIds">>;

function withParts(scope: Scope, { selection }: Pick<Asking<unknown>, "selection">, sets: readonly Set[]): AgentSegmentsQuestion[] {
  const parts = segmentParts(selection, scope.lastMinutes);
  if (!parts) return [];
  const { everyMinutes, skills } = parts;
  const { api, account, credential, lastMinutes, userType, source } = scope;
  return sets.map(({ of, agents, groupIds = scope.groupIds }) => {
    return { api, account, credential, lastMinutes, groupIds, userType, source, everyMinutes, skills, of, agents };
  });
}

/** The platform's own total over the agents. */
export const totalOfAgents: Asks<AgentSegmentsArguments & NamedAgents, AgentSegmentsQuestion> = (asking) => {
  const { parent, args, asker } = asking;
  const scope = scopeOf(parent, args, asker);
  const agents = idsOfOneUrl("agentIds", args.agentIds) ?? "all";
  return namesNothing(args.agentIds, args.agentGroupIds) ? null : withParts(scope, asking, [{ of: "total", agents }]);
};

/** The agents' rows, those of all agents when the list is not read yet. */
export const rowsOfAgents: Asks<AgentSegmentsArguments, AgentSegmentsQuestion> = (asking) => {
  const { parent, args, asker } = asking;
  const scope = scopeOf(parent, args, asker);
  if (namesNothing(args.agentGroupIds)) return null;
  return parent.ids?.length === 0 ? [] : withParts(scope, asking, [{ of: "rows", agents: rowIds(parent) }]);
};

/** A total of its own for each group. */
export const totalOfEachGroup: Asks<AgentSegmentsArguments, AgentSegmentsQuestion> = (asking) => {
  const { parent, args, asker } = asking;
  const groups = (parent.ids ?? []).map((id): Set => ({ of: "total", agents: "all", groupIds: [id] }));
  return withParts(scopeOf(parent, args, asker), asking, groups);
};

/** The rows per agent within the skills. */
export const rowsWithinSkills: Asks<AgentSegmentsArguments & NamedAgents, AgentSegmentsQuestion> = ({ parent, args, asker }) => {
  const scope = scopeOf(parent, args, asker);
  const agents = checkedIds("agentIds", args.agentIds) ?? "all";
  if (namesNothing(args.agentIds, args.agentGroupIds)) return null;
  const skills: Ids[] = parent.ids ? parent.ids.map((id) => [id]) : ["all"];
  return skills.map((of) => ({ ...scope, of: "rows", everyMinutes: null, agents, skills: of }));
};

const rowIds = ({ ids }: Parent): Ids => (ids ? idSet(ids) : "all");

/** What one level of an answer says of one object; `id`: the object's, the account's of a total. */
type ReadLevel = (level: AgentSegmentsLevel, id: string) => Values | null | undefined;

/** What the fields below a segments object read on from. */
export interface SegmentsOrigin {
  account: string;
  id: string;
  lastMinutes: number;
  /** Whose rows by skill belong to the object. */
  agents: Ids;
  measurement: Measurement;
  /** Null: nothing below the object needs an answer. */
  level: AgentSegmentsLevel | null;
  intervals: AgentSegmentsReply["intervals"];
  read: ReadLevel;
}

const readings = {
  total: ({ total }) => total,
  agents: ({ agents }, id) => agents.get(id),
} satisfies Record<string, ReadLevel>;

/** The segments of one object; null when the answer has no row for it. */
export const readAgentSegments =
  (of: keyof typeof readings) =>
  ({ account, id, args: { lastMinutes }, answers: [answer] }: Reading<AgentSegmentsArguments, AgentSegmentsQuestion>) => {
    const read: ReadLevel = readings[of];
    const nowhere: SegmentsOrigin = { account, id, lastMinutes, agents: [], measurement: unmeasured, level: null, intervals: null, read };
    if (!answer) return new AgentSegments({}, unmeasured, nowhere);
    const { reply, question } = answer;
    const values = read(reply, id);
    if (!values) return null;
    const measurement = measurementOf(answer);
    const agents = of === "agents" ? [id] : question.agents;
    const origin = { account, id, lastMinutes, agents, measurement, level: reply, intervals: reply.intervals, read };
    return new AgentSegments(values, measurement, origin);
  };

/** One row per agent within the skill, by agent. */
export const readRowsWithinSkill = ({ account, id, answers: [answer] }: Reading<unknown, AgentSegmentsQuestion>): AgentSkillSegments[] =>
  answer
    ? rowsBySkill(account, new Map([[id, answer.reply.bySkill?.get(id) ?? new Map()]]), answer.question.agents, measurementOf(answer))
    : [];

/** Every interval of the window, oldest first. */
export const segmentsIntervals = (origin: SegmentsOrigin): AgentSegmentsInterval[] =>
  (origin.intervals ?? []).map((level) => new AgentSegmentsInterval(origin.read(level, origin.id) ?? noValues, level, origin));

const noValues: Values = {};

/** One row per skill and agent of the object, by skill, then agent. */
export function segmentsBySkill({ account, agents, measurement, level }: SegmentsOrigin, skills: Ids): AgentSkillSegments[] {
  const bySkill = level?.bySkill ?? new Map<string, Rows>();
  return rowsBySkill(account, new Map(picked(skills, bySkill).map((id) => [id, bySkill.get(id)!])), agents, measurement);
}

/** The rows of these agents within each skill. Key "null" is the platform's row without an entity. */
function rowsBySkill(account: string, bySkill: ReadonlyMap<string, Rows>, agents: Ids, measurement: Measurement): AgentSkillSegments[] {
  const rows = [...bySkill].flatMap(([skill, ofAgents]) =>
    picked(agents, ofAgents).map((agent) => ({ skill, agent, values: ofAgents.get(agent)! })),
  );
  const skillOf = entitiesById(
    Skill,
    account,
    rows.map(({ skill }) => skill),
  );
  const agentOf = entitiesById(
    Agent,
    account,
    rows.map(({ agent }) => agent),
  );
  return rows.map(
    ({ skill, agent, values }) =>
      new AgentSkillSegments(values, measurement, { agent: agentOf.get(agent) ?? null, skill: skillOf.get(skill) ?? null }),
  );
}

function entitiesById<E>(Entity: Parameters<typeof siblings<E>>[0], account: string, ids: readonly string[]): Map<string, E> {
  const named = [...new Set(ids)].filter((id) => id !== "null");
  return new Map(siblings(Entity, account, named).map((entity, index) => [named[index]!, entity]));
}

const picked = (ids: Ids, rows: ReadonlyMap<string, unknown>): string[] =>
  (ids === "all" ? [...rows.keys()] : ids.filter((id) => rows.has(id))).sort(compareIds);
