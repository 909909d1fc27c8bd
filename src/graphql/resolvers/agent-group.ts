import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";
import type { GatewayContext } from "../context.js";
import { agentsOfGroup, keyName } from "../directory.js";
import { totalOfGroup } from "../questions/agent-segments.js";
import { directoryQuestions, work } from "../questions/directory.js";
import { intervalsOf } from "../questions/interval-metrics.js";
import { keyMetricsQuestions } from "../questions/key-metrics.js";
import { entityPage, intervalPage, pageRequest } from "../questions/paging.js";
import { one } from "../questions/parent.js";
import { agentSegments } from "../readings/agent-segments.js";
import { pageOfIds } from "../readings/entity-lists.js";
import { intervalConnection } from "../readings/interval-metrics.js";
import { currentMetrics, figuresOf, keyMetrics } from "../readings/key-metrics.js";
import { selectionOf } from "../resolver-selection.js";
import { Agent } from "../types/agent.js";
import { AgentConnection } from "../types/agent-connection.js";
import { AgentGroup } from "../types/agent-group.js";
import { AgentSegments } from "../types/agent-segments.js";
import { CurrentMetrics } from "../types/current-metrics.js";
import { AgentGroupCurrentArguments } from "../types/current-metrics-arguments.js";
import { IntervalConnection } from "../types/interval-connection.js";
import { EntityIntervalsArguments } from "../types/intervals-arguments.js";
import { KeyMetrics } from "../types/key-metrics.js";
import { AgentGroupKeyMetricsArguments } from "../types/key-metrics-arguments.js";
import { PageArguments } from "../types/page-arguments.js";
import { AgentGroupSegmentsArguments } from "../types/segments-arguments.js";

@Resolver(() => AgentGroup)
export class AgentGroupResolver {
  @FieldResolver(() => String, { nullable: true, description: "Null when the platform knows none." })
  name(@Root() group: AgentGroup, @Ctx() context: GatewayContext): Promise<string | null> {
    return keyName(context, group, "AGENT_GROUP", directoryQuestions.groupName(parentOf(group), context));
  }

  @FieldResolver(() => AgentConnection, {
    nullable: true,
    description: "Agents who last worked in the group, yesterday or today (UTC), by id.",
  })
  async agents(
    @Root() group: AgentGroup,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AgentConnection | null> {
    const page = pageRequest("AgentGroup.agents", parentOf(group), args, entityPage);
    const questions = work({ account: group.accountId, ids: null }, context);
    const ids = selectionOf(info).wantsData ? await agentsOfGroup(context, group, questions) : [];
    const entity = (id: string) => new Agent(group.accountId, id);
    return ids && new AgentConnection(pageOfIds(page, { ids, order: "keys", totalCount: ids.length }, entity));
  }

  @FieldResolver(() => AgentSegments, {
    nullable: true,
    description: "Totals over the group's agents. One platform call per group: for one group's page, not for lists.",
  })
  segments(
    @Root() group: AgentGroup,
    @Args(() => AgentGroupSegmentsArguments) args: AgentGroupSegmentsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AgentSegments | null> {
    const questions = totalOfGroup(parentOf(group), args, selectionOf(info), context);
    return agentSegments(context, group.accountId, args.lastMinutes, questions, ({ total }) => total);
  }

  @FieldResolver(() => KeyMetrics, { nullable: true, description: "The group's key metrics over a window." })
  keyMetrics(
    @Root() group: AgentGroup,
    @Args(() => AgentGroupKeyMetricsArguments) args: AgentGroupKeyMetricsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<KeyMetrics | null> {
    const questions = keyMetricsQuestions.agentGroup.keyMetrics(parentOf(group), args, selectionOf(info), context);
    return keyMetrics(context, questions, figuresOf(group.id));
  }

  @FieldResolver(() => CurrentMetrics, { nullable: true, description: "The group's key metrics as they stand now." })
  current(
    @Root() group: AgentGroup,
    @Args(() => AgentGroupCurrentArguments) args: AgentGroupCurrentArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CurrentMetrics | null> {
    const questions = keyMetricsQuestions.agentGroup.current(parentOf(group), args, selectionOf(info), context);
    return currentMetrics(context, questions, figuresOf(group.id));
  }

  @FieldResolver(() => IntervalConnection, { nullable: true, description: "The group's rows of the interval metrics." })
  intervals(
    @Root() group: AgentGroup,
    @Args(() => EntityIntervalsArguments) args: EntityIntervalsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<IntervalConnection | null> {
    const page = pageRequest("AgentGroup.intervals", parentOf(group), args, intervalPage);
    const questions = intervalsOf("AGENT_GROUP")(parentOf(group), args, selectionOf(info), context);
    return intervalConnection(context, { account: group.accountId, page, includeBotSkills: args.includeBotSkills }, questions);
  }
}

const parentOf = ({ accountId, id }: AgentGroup) => one(accountId, id);
