import type { AgentSegmentsLevel, AgentSegmentsQuestion, AgentSegmentsReply, Ids, Rows, Values } from "../../upstream/question.js";
import { answerTo, measured } from "../asking.js";
import type { GatewayContext } from "../context.js";
import { compareIds } from "../ordering.js";
import type { Asked } from "../questions/parent.js";
import { Agent } from "../types/agent.js";
import { AgentSegments } from "../types/agent-segments.js";
import { AgentSegmentsInterval } from "../types/agent-segments-interval.js";
import { AgentSkillSegments } from "../types/agent-skill-segments.js";
import type { Measurement } from "../types/measured.js";
import { Skill } from "../types/skill.js";
import { unmeasured } from "./unmeasured.js";

/** What one level of an answer says of one object. */
type ReadLevel = (level: AgentSegmentsLevel) => Values | null | undefined;

/** What the fields below a segments object read on from. */
export interface SegmentsOrigin {
  account: string;
  lastMinutes: number;
  agents: Ids;
  measurement: Measurement;
  /** Null: nothing below the object needs an answer. */
  level: AgentSegmentsLevel | null;
  intervals: AgentSegmentsReply["intervals"];
  read: ReadLevel;
}

/** The segments of one object; null when the answer has no row for it. */
export function agentSegments(
  context: GatewayContext,
  account: string,
  lastMinutes: number,
  questions: Asked<AgentSegmentsQuestion>,
  read: ReadLevel,
): Promise<AgentSegments<SegmentsOrigin> | null> {
  const nowhere = { account, lastMinutes, read, agents: [], measurement: unmeasured, level: null, intervals: null };
  return answerTo(
    context,
    questions,
    ({ reply, stale }, { agents }) => {
      const values = read(reply);
      if (!values) return null;
      const measurement = { asOf: reply.asOf, stale, window: reply.window };
      return new AgentSegments(values, measurement, { ...nowhere, agents, measurement, level: reply, intervals: reply.intervals });
    },
    () => new AgentSegments<SegmentsOrigin>({}, unmeasured, nowhere),
  );
}

/** Every interval of the window, oldest first. */
export function segmentsIntervals(origin: SegmentsOrigin): AgentSegmentsInterval<SegmentsOrigin>[] {
  return (origin.intervals ?? []).map((level) => {
    const measurement = { ...origin.measurement, window: level.window };
    return new AgentSegmentsInterval(origin.read(level) ?? {}, level.window, { ...origin, measurement, level, intervals: null });
  });
}

/** One row per skill and agent of the object, by skill, then agent. */
export function segmentsBySkill({ account, agents, measurement, level }: SegmentsOrigin, skills: Ids): AgentSkillSegments[] {
  const bySkill = level?.bySkill ?? new Map<string, Rows>();
  return picked(skills, bySkill).flatMap((skillId) => withinSkill(account, skillId, agents, bySkill.get(skillId), measurement));
}

/** One row per agent within a skill, by agent. */
function withinSkill(
  account: string,
  skillId: string,
  agents: Ids,
  rows: Rows = new Map(),
  measurement: Measurement,
): AgentSkillSegments[] {
  const skill = skillId === unnamed ? null : new Skill(account, skillId);
  return picked(agents, rows).map((agentId) => {
    const agent = agentId === unnamed ? null : new Agent(account, agentId);
    return new AgentSkillSegments(rows.get(agentId) ?? {}, measurement, { agent, skill });
  });
}

/** Skill.agentSegments: one row per agent within the skill, by agent; none when an empty list was given. */
export async function agentRowsWithinSkill(
  context: GatewayContext,
  { accountId, id }: Skill,
  questions: Asked<AgentSegmentsQuestion>,
): Promise<AgentSkillSegments[]> {
  const [question] = questions ?? [];
  if (!question) return [];
  const { reply, stale } = await measured(context, question);
  return withinSkill(accountId, id, question.agents, reply.bySkill?.get(id), { asOf: reply.asOf, stale, window: reply.window });
}

/** The key of the platform's rows without an entity. */
const unnamed = "null";

const picked = (ids: Ids, rows: ReadonlyMap<string, unknown>): string[] =>
  (ids === "all" ? [...rows.keys()] : ids.filter((id) => rows.has(id))).sort(compareIds);
