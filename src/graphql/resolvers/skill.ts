import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from "type-graphql";
import type { GatewayContext } from "../context.js";
import { agentsOfSkill, keyName } from "../directory.js";
import { rowsWithinSkills } from "../questions/agent-segments.js";
import { directoryQuestions } from "../questions/directory.js";
import { intervalsOf } from "../questions/interval-metrics.js";
import { keyMetricsQuestions } from "../questions/key-metrics.js";
import { entityPage, intervalPage, pageRequest } from "../questions/paging.js";
import { one } from "../questions/parent.js";
import { rowsOfSkills } from "../questions/skill-segments.js";
import { agentRowsWithinSkill } from "../readings/agent-segments.js";
import { pageOfIds } from "../readings/entity-lists.js";
import { intervalConnection } from "../readings/interval-metrics.js";
import { currentMetrics, figuresOf, keyMetrics } from "../readings/key-metrics.js";
import { skillSegments } from "../readings/skill-segments.js";
import { selectionOf } from "../resolver-selection.js";
import { Agent } from "../types/agent.js";
import { AgentConnection } from "../types/agent-connection.js";
import { AgentSkillSegments } from "../types/agent-skill-segments.js";
import { CurrentMetrics } from "../types/current-metrics.js";
import { SkillCurrentArguments } from "../types/current-metrics-arguments.js";
import { IntervalConnection } from "../types/interval-connection.js";
import { EntityIntervalsArguments } from "../types/intervals-arguments.js";
import { KeyMetrics } from "../types/key-metrics.js";
import { SkillKeyMetricsArguments } from "../types/key-metrics-arguments.js";
import { PageArguments } from "../types/page-arguments.js";
import { FilteredAgentSegmentsArguments, SkillSegmentsArguments } from "../types/segments-arguments.js";
import { Skill } from "../types/skill.js";
import { SkillSegments } from "../types/skill-segments.js";

@Resolver(() => Skill)
export class SkillResolver {
  @FieldResolver(() => String, { nullable: true, description: "Null when the platform knows none." })
  name(@Root() skill: Skill, @Ctx() context: GatewayContext): Promise<string | null> {
    return keyName(context, skill, "SKILL", directoryQuestions.skillName(parentOf(skill), context));
  }

  @FieldResolver(() => AgentConnection, {
    nullable: true,
    description: "Agents who had segments in the skill in the last 24 hours, by id.",
  })
  async agents(
    @Root() skill: Skill,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AgentConnection> {
    const page = pageRequest("Skill.agents", parentOf(skill), args, entityPage);
    const ids = selectionOf(info).wantsData ? await agentsOfSkill(context, skill) : [];
    return new AgentConnection(pageOfIds(page, { ids, order: "keys", totalCount: ids.length }, (id) => new Agent(skill.accountId, id)));
  }

  @FieldResolver(() => SkillSegments, { nullable: true, description: "The skill's segments over one window." })
  segments(
    @Root() skill: Skill,
    @Args(() => SkillSegmentsArguments) args: SkillSegmentsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SkillSegments | null> {
    const questions = rowsOfSkills(parentOf(skill), args, selectionOf(info), context);
    return skillSegments(context, args.lastMinutes, questions, ({ skills }) => skills.get(skill.id));
  }

  @FieldResolver(() => [AgentSkillSegments], { nullable: true, description: "The skill's part of each agent's segments, by agent." })
  agentSegments(
    @Root() skill: Skill,
    @Args(() => FilteredAgentSegmentsArguments) args: FilteredAgentSegmentsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AgentSkillSegments[]> {
    return agentRowsWithinSkill(context, skill, rowsWithinSkills(parentOf(skill), args, selectionOf(info), context));
  }

  @FieldResolver(() => KeyMetrics, { nullable: true, description: "The skill's key metrics over a window." })
  keyMetrics(
    @Root() skill: Skill,
    @Args(() => SkillKeyMetricsArguments) args: SkillKeyMetricsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<KeyMetrics | null> {
    const questions = keyMetricsQuestions.skill.keyMetrics(parentOf(skill), args, selectionOf(info), context);
    return keyMetrics(context, questions, figuresOf(skill.id));
  }

  @FieldResolver(() => CurrentMetrics, { nullable: true, description: "The skill's key metrics as they stand now." })
  current(
    @Root() skill: Skill,
    @Args(() => SkillCurrentArguments) args: SkillCurrentArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CurrentMetrics | null> {
    const questions = keyMetricsQuestions.skill.current(parentOf(skill), args, selectionOf(info), context);
    return currentMetrics(context, questions, figuresOf(skill.id));
  }

  @FieldResolver(() => IntervalConnection, { nullable: true, description: "The skill's rows of the interval metrics." })
  intervals(
    @Root() skill: Skill,
    @Args(() => EntityIntervalsArguments) args: EntityIntervalsArguments,
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<IntervalConnection | null> {
    const page = pageRequest("Skill.intervals", parentOf(skill), args, intervalPage);
    const questions = intervalsOf("SKILL")(parentOf(skill), args, selectionOf(info), context);
    return intervalConnection(context, { account: skill.accountId, page, includeBotSkills: args.includeBotSkills }, questions);
  }
}

const parentOf = ({ accountId, id }: Skill) => one(accountId, id);
