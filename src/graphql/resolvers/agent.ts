import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";
import type { GatewayContext } from "../context.js";
import { agentNaming, lastGroup, skillsOfAgent } from "../directory.js";
import { rowsOfAgents } from "../questions/agent-segments.js";
import { directoryQuestions } from "../questions/directory.js";
import { intervalsOf } from "../questions/interval-metrics.js";
import { keyMetricsQuestions } from "../questions/key-metrics.js";
import { intervalPage, pageRequest } from "../questions/paging.js";
import { one } from "../questions/parent.js";
import { agentSegments } from "../readings/agent-segments.js";
import { intervalConnection } from "../readings/interval-metrics.js";
import { currentMetrics, keyMetrics, totalFigures } from "../readings/key-metrics.js";
import { selectionOf } from "../resolver-selection.js";
import { Agent } from "../types/agent.js";
import { AgentGroup } from "../types/agent-group.js";
import { AgentSegments } from "../types/agent-segments.js";
import { CurrentMetrics } from "../types/current-metrics.js";
import { AgentCurrentArguments } from "../types/current-metrics-arguments.js";
import { IntervalConnection } from "../types/interval-connection.js";
import { EntityIntervalsArguments } from "../types/intervals-arguments.js";
import { KeyMetrics } from "../types/key-metrics.js";
import { AgentKeyMetricsArguments } from "../types/key-metrics-arguments.js";
import { AgentSegmentsArguments } from "../types/segments-arguments.js";
import { Skill } from "../types/skill.js";

@Resolver(() => Agent)
export class AgentResolver {
  @FieldResolver(() => String, { nullable: true, description: "Null when the directory does not know the agent." })
  async name(@Root() agent: Agent, @Ctx() context: GatewayContext): Promise<string | null> {
    return (await agentNaming(context, agent, directoryQuestions.agentNaming(parentOf(agent), context))).name;
  }

  @FieldResolver(() => String, { nullable: true, description: "Null when the directory does not know the agent." })
  async login(@Root() agent: Agent, @Ctx() context: GatewayContext): Promise<string | null> {
    return (await agentNaming(context, agent, directoryQuestions.agentNaming(parentOf(agent), context))).login;
  }

  @FieldResolver(() => AgentGroup, { nullable: true, description: "Group in which the agent last worked, yesterday or today (UTC)." })
  async group(@Root() agent: Agent, @Ctx() context: GatewayContext): Promise<AgentGroup | null> {
    const id = await lastGroup(context, agent, directoryQuestions.agentGroup(parentOf(agent), context));
    return id === null ? null : new AgentGroup(agent.accountId, id);
  }

  @FieldResolver(() => [Skill], { nullable: true, description: "Skills in which the agent had segments in the last 24 hours, by id." })
  async skills(@Root() agent: Agent, @Ctx() context: GatewayContext): Promise<Skill[]> {
    return (await skillsOfAgent(context, agent)).map((id) => new Skill(agent.accountId, id));
  }

  @FieldResolver(() => AgentSegments, { nullable: true, description: "The agent's segments over one window." })
  segments(
    @Root() agent: Agent,
    @Args(() => AgentSegmentsArguments) args: AgentSegmentsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AgentSegments | null> {
    const questions = rowsOfAgents(parentOf(agent), args, selectionOf(info), context);
    return agentSegments(context, agent.accountId, args.lastMinutes, questions, ({ agents }) => agents.get(agent.id));
  }

  @FieldResolver(() => KeyMetrics, { nullable: true, description: "One platform call per agent: for one agent's page, not for lists." })
  keyMetrics(
    @Root() agent: Agent,
    @Args(() => AgentKeyMetricsArguments) args: AgentKeyMetricsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<KeyMetrics | null> {
    return keyMetrics(context, keyMetricsQuestions.agent.keyMetrics(parentOf(agent), args, selectionOf(info), context), totalFigures);
  }

  @FieldResolver(() => CurrentMetrics, { nullable: true, description: "One platform call per agent: for one agent's page, not for lists." })
  current(
    @Root() agent: Agent,
    @Args(() => AgentCurrentArguments) args: AgentCurrentArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CurrentMetrics | null> {
    return currentMetrics(context, keyMetricsQuestions.agent.current(parentOf(agent), args, selectionOf(info), context), totalFigures);
  }

  @FieldResolver(() => IntervalConnection, { nullable: true, description: "The agent's rows of the interval metrics." })
  intervals(
    @Root() agent: Agent,
    @Args(() => EntityIntervalsArguments) args: EntityIntervalsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<IntervalConnection | null> {
    const page = pageRequest("Agent.intervals", parentOf(agent), args, intervalPage);
    const questions = intervalsOf("AGENT")(parentOf(agent), args, selectionOf(info), context);
    return intervalConnection(context, { account: agent.accountId, page, includeBotSkills: args.includeBotSkills }, questions);
  }
}

const parentOf = ({ accountId, id }: Agent) => one(accountId, id);
