import type { Answered, Grouping, IntervalMetricsQuestion, IntervalRow } from "../../upstream/question.js";
import { answerTo } from "../asking.js";
import type { GatewayContext } from "../context.js";
import { compareIds } from "../ordering.js";
import type { Asked } from "../questions/parent.js";
import { Agent } from "../types/agent.js";
import type { Conversation } from "../types/conversation.js";
import { ConversationHandling } from "../types/conversation-handling.js";
import { Skill } from "../types/skill.js";
import { unmeasured } from "./unmeasured.js";

/** The sums of one conversation over the window; null when no row is the conversation's and the window is complete. */
export const handlingOfConversation = (
  context: GatewayContext,
  conversation: Conversation,
  questions: Asked<IntervalMetricsQuestion>,
): Promise<ConversationHandling | null> =>
  answerTo(
    context,
    questions,
    (answered, question) => summed(conversation, answered, question),
    () => new ConversationHandling(unmeasured, { pending: [], handleTime: null, workTime: null, agents: null, skills: null }),
  );

function summed(
  { accountId, id }: Conversation,
  { reply, stale }: Answered<IntervalMetricsQuestion>,
  { grouping, window }: IntervalMetricsQuestion,
): ConversationHandling | null {
  const rows = reply.rows.filter(({ ids }) => ids.CONVERSATION === id);
  if (rows.length === 0 && reply.pending.length === 0) return null;
  const entities = <E>(kind: Grouping, entity: (id: string) => E) => (grouping.includes(kind) ? idsOf(rows, kind).map(entity) : null);
  return new ConversationHandling(
    { asOf: reply.asOf, stale, window },
    {
      pending: reply.pending,
      handleTime: sumOf(rows, "handleTime"),
      workTime: sumOf(rows, "workTime"),
      agents: entities("AGENT", (agent) => new Agent(accountId, agent)),
      skills: entities("SKILL", (skill) => new Skill(accountId, skill)),
    },
  );
}

/** Null when no row carries the metric. */
function sumOf(rows: readonly IntervalRow[], metric: string): number | null {
  const values = rows.flatMap(({ values }) => values[metric] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

const idsOf = (rows: readonly IntervalRow[], kind: Grouping): string[] =>
  [...new Set(rows.flatMap(({ ids }) => ids[kind] ?? []))].sort(compareIds);
