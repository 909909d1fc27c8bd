import { Field, ObjectType } from "type-graphql";
import { intervalMetrics } from "../../catalogue/interval-metrics.js";
import type { IntervalRow } from "../../upstream/question.js";
import { assignMetrics, MetricFields } from "../metric-fields.js";
import { DateTime } from "../scalars.js";
import { Agent } from "./agent.js";
import { AgentGroup } from "./agent-group.js";
import { Conversation } from "./conversation.js";
import { Skill } from "./skill.js";

const grouped = "Null when the rows are not grouped by it or the platform names none.";

@ObjectType({
  simpleResolvers: true,
  description:
    "One row of the interval metrics (Interval Metrics API). Which of skill, agent, agentGroup and conversation are set follows from the grouping.",
})
@MetricFields(intervalMetrics)
export class Interval {
  @Field(() => DateTime, { description: "Beginning of the interval, inside it." })
  readonly from: Date;
  @Field(() => DateTime, { description: "End of the interval, outside it." })
  readonly to: Date;
  @Field(() => Skill, { nullable: true, description: `The row's skill. ${grouped}` })
  readonly skill: Skill | null;
  @Field(() => Agent, { nullable: true, description: `The row's agent. ${grouped}` })
  readonly agent: Agent | null;
  @Field(() => AgentGroup, { nullable: true, description: `The row's agent group. ${grouped}` })
  readonly agentGroup: AgentGroup | null;
  @Field(() => Conversation, { nullable: true, description: `The row's conversation. ${grouped}` })
  readonly conversation: Conversation | null;

  constructor(accountId: string, { window, ids, values }: Pick<IntervalRow, "window" | "ids" | "values">) {
    this.from = new Date(window.from);
    this.to = new Date(window.to);
    this.skill = ids.SKILL === undefined ? null : new Skill(accountId, ids.SKILL);
    this.agent = ids.AGENT === undefined ? null : new Agent(accountId, ids.AGENT);
    this.agentGroup = ids.AGENT_GROUP === undefined ? null : new AgentGroup(accountId, ids.AGENT_GROUP);
    this.conversation = ids.CONVERSATION === undefined ? null : new Conversation(accountId, ids.CONVERSATION);
    assignMetrics(this, intervalMetrics, values);
  }
}
