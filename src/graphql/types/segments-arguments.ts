import { ArgsType, Field, Int } from "type-graphql";
import type { AgentUserType } from "./agent-user-type.js";
import { AgentGroupIds, AgentIds, LastMinutes, SkillIds, SourceFilter, UserTypeFilter } from "./argument.js";

/** ContactCenter.agentSegments, Skill.agentSegments. */
@ArgsType()
export class FilteredAgentSegmentsArguments {
  @LastMinutes()
  lastMinutes!: number;
  @AgentIds()
  agentIds?: string[] | null;
  @AgentGroupIds()
  agentGroupIds?: string[] | null;
  @UserTypeFilter()
  userType!: AgentUserType;
  @SourceFilter()
  source?: string | null;
}

/** ContactCenter.skillSegments. */
@ArgsType()
export class ContactCenterSkillSegmentsArguments {
  @LastMinutes()
  lastMinutes!: number;
  @SkillIds()
  skillIds?: string[] | null;
  @UserTypeFilter()
  userType!: AgentUserType;
}

/** Agent.segments. */
@ArgsType()
export class AgentSegmentsArguments {
  @LastMinutes()
  lastMinutes!: number;
  @AgentGroupIds()
  agentGroupIds?: string[] | null;
  @UserTypeFilter()
  userType!: AgentUserType;
  @SourceFilter()
  source?: string | null;
}

/** Skill.segments. */
@ArgsType()
export class SkillSegmentsArguments {
  @LastMinutes()
  lastMinutes!: number;
  @UserTypeFilter()
  userType!: AgentUserType;
}

/** AgentGroup.segments. */
@ArgsType()
export class AgentGroupSegmentsArguments {
  @LastMinutes()
  lastMinutes!: number;
  @UserTypeFilter()
  userType!: AgentUserType;
  @SourceFilter()
  source?: string | null;
}

/** AgentSegments.intervals, SkillSegments.intervals. */
@ArgsType()
export class SegmentsIntervalsArguments {
  @Field(() => Int, { description: "Length of an interval in minutes: at least 5, a divisor of the window, and one value per object." })
  everyMinutes!: number;
}

/** AgentSegments.bySkill, AgentSegmentsInterval.bySkill. */
@ArgsType()
export class BySkillArguments {
  @SkillIds()
  skillIds?: string[] | null;
}
