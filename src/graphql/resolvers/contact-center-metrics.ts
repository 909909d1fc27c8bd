import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";
import type { GatewayContext } from "../context.js";
import { totalOfAgents } from "../questions/agent-segments.js";
import { groupedIntervals } from "../questions/interval-metrics.js";
import { keyMetricsQuestions } from "../questions/key-metrics.js";
import { intervalPage, pageRequest } from "../questions/paging.js";
import { one } from "../questions/parent.js";
import { totalOfSkills } from "../questions/skill-segments.js";
import { agentSegments } from "../readings/agent-segments.js";
import { intervalConnection } from "../readings/interval-metrics.js";
import { currentMetrics, keyMetrics, totalFigures } from "../readings/key-metrics.js";
import { skillSegments } from "../readings/skill-segments.js";
import { selectionOf } from "../resolver-selection.js";
import { AgentSegments } from "../types/agent-segments.js";
import { ContactCenter } from "../types/contact-center.js";
import { CurrentMetrics } from "../types/current-metrics.js";
import { ContactCenterCurrentArguments } from "../types/current-metrics-arguments.js";
import { IntervalConnection } from "../types/interval-connection.js";
import { ContactCenterIntervalsArguments } from "../types/intervals-arguments.js";
import { KeyMetrics } from "../types/key-metrics.js";
import { ContactCenterKeyMetricsArguments } from "../types/key-metrics-arguments.js";
import { ContactCenterSkillSegmentsArguments, FilteredAgentSegmentsArguments } from "../types/segments-arguments.js";
import { SkillSegments } from "../types/skill-segments.js";

@Resolver(() => ContactCenter)
export class ContactCenterMetricsResolver {
  @FieldResolver(() => AgentSegments, { nullable: true, description: "Totals over all agents, or over those filtered for." })
  agentSegments(
    @Root() { accountId }: ContactCenter,
    @Args(() => FilteredAgentSegmentsArguments) args: FilteredAgentSegmentsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AgentSegments | null> {
    const questions = totalOfAgents(one(accountId), args, selectionOf(info), context);
    return agentSegments(context, accountId, args.lastMinutes, questions, ({ total }) => total);
  }

  @FieldResolver(() => SkillSegments, { nullable: true, description: "Totals over all skills, or over those named." })
  skillSegments(
    @Root() { accountId }: ContactCenter,
    @Args(() => ContactCenterSkillSegmentsArguments) args: ContactCenterSkillSegmentsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SkillSegments | null> {
    const questions = totalOfSkills(one(accountId), args, selectionOf(info), context);
    return skillSegments(context, args.lastMinutes, questions, ({ total }) => total);
  }

  @FieldResolver(() => KeyMetrics, { nullable: true, description: "Totals over the account, or over what is filtered for." })
  keyMetrics(
    @Root() { accountId }: ContactCenter,
    @Args(() => ContactCenterKeyMetricsArguments) args: ContactCenterKeyMetricsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<KeyMetrics | null> {
    return keyMetrics(context, keyMetricsQuestions.total.keyMetrics(one(accountId), args, selectionOf(info), context), totalFigures);
  }

  @FieldResolver(() => CurrentMetrics, {
    nullable: true,
    description: "Totals over the account, or over what is filtered for, as they stand now.",
  })
  current(
    @Root() { accountId }: ContactCenter,
    @Args(() => ContactCenterCurrentArguments) args: ContactCenterCurrentArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CurrentMetrics | null> {
    return currentMetrics(context, keyMetricsQuestions.total.current(one(accountId), args, selectionOf(info), context), totalFigures);
  }

  @FieldResolver(() => IntervalConnection, {
    nullable: true,
    description: "Rows of the interval metrics, in any of the groupings the platform offers.",
  })
  intervals(
    @Root() { accountId }: ContactCenter,
    @Args(() => ContactCenterIntervalsArguments) args: ContactCenterIntervalsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<IntervalConnection | null> {
    const page = pageRequest("ContactCenter.intervals", one(accountId), args, intervalPage);
    const questions = groupedIntervals(one(accountId), args, selectionOf(info), context);
    return intervalConnection(context, { account: accountId, page, includeBotSkills: args.includeBotSkills }, questions);
  }
}
