import { GatewayError } from "../errors.js";
import type { AgentSegmentsReply, IntervalMetricsQuestion, IntervalRow, KeyMetricsQuestion, Rows } from "../upstream/question.js";
import { asked } from "./asking.js";
import type { GatewayContext } from "./context.js";
import type { NamedKind, Naming } from "./directory-memory.js";
import { compareIds } from "./ordering.js";
import { activity } from "./questions/directory.js";

interface Entity {
  accountId: string;
  id: string;
}

const remembered = (context: GatewayContext, { accountId, id }: Entity, kind: NamedKind): Naming | undefined =>
  context.directoryMemory.naming({ account: accountId, credential: context.credential }, kind, id, context.now());

/** The name of a skill or group; null when the platform knows none. `questions`: none when the name is remembered. */
export async function keyName(
  context: GatewayContext,
  entity: Entity,
  kind: NamedKind,
  [question]: readonly KeyMetricsQuestion[],
): Promise<string | null> {
  if (!question) return remembered(context, entity, kind)?.name ?? null;
  const { reply } = await asked(context, question);
  return reply.byId.get(entity.id)?.name ?? null;
}

/** Name and login of an agent; both null when no row names the agent or the account has no interval metrics. */
export async function agentNaming(context: GatewayContext, agent: Entity, questions: readonly IntervalMetricsQuestion[]): Promise<Naming> {
  const known = remembered(context, agent, "AGENT");
  if (known) return known;
  const rows = (await workRows(context, questions)) ?? [];
  const naming = rows.findLast(({ ids, agentName }) => ids.AGENT === agent.id && agentName !== null);
  return { name: naming?.agentName ?? null, login: naming?.agentLogin ?? null };
}

/** The group in which the agent last worked; null when no row tells it or the account has no interval metrics. */
export async function lastGroup(
  context: GatewayContext,
  agent: Entity,
  questions: readonly IntervalMetricsQuestion[],
): Promise<string | null> {
  return lastGroups((await workRows(context, questions)) ?? []).get(agent.id) ?? null;
}

/** The agents who last worked in the group, by id; null when the account has no interval metrics. */
export async function agentsOfGroup(
  context: GatewayContext,
  group: Entity,
  questions: readonly IntervalMetricsQuestion[],
): Promise<string[] | null> {
  const rows = await workRows(context, questions);
  return rows && [...lastGroups(rows)].flatMap(([agent, id]) => (id === group.id ? [agent] : [])).sort(compareIds);
}

/** The agents who had segments in the last 24 hours, by id. */
export async function activeAgents(context: GatewayContext, account: string): Promise<string[]> {
  return entitiesIn((await activityOf(context, account)).agents);
}

/** The agents who had segments in the skill in the last 24 hours, by id. */
export async function agentsOfSkill(context: GatewayContext, skill: Entity): Promise<string[]> {
  return entitiesIn((await activityOf(context, skill.accountId)).bySkill?.get(skill.id) ?? new Map());
}

/** The skills in which the agent had segments in the last 24 hours, by id. */
export async function skillsOfAgent(context: GatewayContext, agent: Entity): Promise<string[]> {
  const { bySkill } = await activityOf(context, agent.accountId);
  const skills = [...(bySkill ?? [])].filter(([skill, rows]) => skill !== "null" && hadSegments(rows, agent.id));
  return skills.map(([skill]) => skill).sort(compareIds);
}

async function activityOf(context: GatewayContext, account: string): Promise<AgentSegmentsReply> {
  return (await asked(context, activity({ account }, context))).reply;
}

/** The key "null" is the platform's row without an entity. */
const entitiesIn = (rows: Rows): string[] => [...rows.keys()].filter((id) => id !== "null" && hadSegments(rows, id)).sort(compareIds);

const hadSegments = (rows: Rows, id: string): boolean => (rows.get(id)?.totalAgentConversationSegments ?? 0) > 0;

/**
 * The rows of all the questions, oldest question first; null when the account has no interval metrics, which is no error of the
 * directory and remembered. Rejects with every other GatewayError.
 */
async function workRows(context: GatewayContext, questions: readonly IntervalMetricsQuestion[]): Promise<IntervalRow[] | null> {
  const [first] = questions;
  if (!first) return null;
  try {
    const answers = await Promise.all(questions.map((question) => asked(context, question)));
    return answers.flatMap(({ reply }) => reply.rows);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== "UPSTREAM_UNAUTHORIZED") throw error;
    context.directoryMemory.noteIntervalsOff(first, context.now());
    return null;
  }
}

/** By agent: the group of the latest row; of two groups in one interval the one with the lower id. */
function lastGroups(rows: readonly IntervalRow[]): Map<string, string> {
  const latest = new Map<string, { group: string; from: number }>();
  for (const { ids, window } of rows) {
    if (ids.AGENT === undefined || ids.AGENT_GROUP === undefined) continue;
    const known = latest.get(ids.AGENT);
    const isLater = !known || window.from > known.from || (window.from === known.from && compareIds(ids.AGENT_GROUP, known.group) < 0);
    if (isLater) latest.set(ids.AGENT, { group: ids.AGENT_GROUP, from: window.from });
  }
  return new Map([...latest].map(([agent, { group }]) => [agent, group]));
}
