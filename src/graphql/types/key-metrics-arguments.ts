import { ArgsType } from "type-graphql";
import type { AgentUserType } from "./agent-user-type.js";
import {
  AgentGroupIds,
  AgentIds,
  IncludeSubGroups,
  keyMetricsBetween,
  keyMetricsMinutes,
  OrBetween,
  OrLastMinutes,
  SkillIds,
  UserTypeFilter,
} from "./argument.js";
import type { MetricWindowInput } from "./metric-window-input.js";

/** ContactCenter.keyMetrics. */
@ArgsType()
export class ContactCenterKeyMetricsArguments {
  @OrLastMinutes(keyMetricsMinutes)
  lastMinutes?: number | null;
  @OrBetween(keyMetricsBetween)
  between?: MetricWindowInput | null;
  @AgentIds()
  agentIds?: string[] | null;
  @AgentGroupIds()
  agentGroupIds?: string[] | null;
  @SkillIds()
  skillIds?: string[] | null;
  @IncludeSubGroups()
  includeSubGroups!: boolean;
  @UserTypeFilter()
  userType!: AgentUserType;
}

/** Agent.keyMetrics. */
@ArgsType()
export class AgentKeyMetricsArguments {
  @OrLastMinutes(keyMetricsMinutes)
  lastMinutes?: number | null;
  @OrBetween(keyMetricsBetween)
  between?: MetricWindowInput | null;
  @SkillIds()
  skillIds?: string[] | null;
  @UserTypeFilter()
  userType!: AgentUserType;
}

/** Skill.keyMetrics. */
@ArgsType()
export class SkillKeyMetricsArguments {
  @OrLastMinutes(keyMetricsMinutes)
  lastMinutes?: number | null;
  @OrBetween(keyMetricsBetween)
  between?: MetricWindowInput | null;
  @AgentIds()
  agentIds?: string[] | null;
  @AgentGroupIds()
  agentGroupIds?: string[] | null;
  @IncludeSubGroups()
  includeSubGroups!: boolean;
  @UserTypeFilter()
  userType!: AgentUserType;
}

/** AgentGroup.keyMetrics. */
@ArgsType()
export class AgentGroupKeyMetricsArguments {
  @OrLastMinutes(keyMetricsMinutes)
  lastMinutes?: number | null;
  @OrBetween(keyMetricsBetween)
  between?: MetricWindowInput | null;
  @AgentIds()
  agentIds?: string[] | null;
  @SkillIds()
  skillIds?: string[] | null;
  @IncludeSubGroups()
  includeSubGroups!: boolean;
  @UserTypeFilter()
  userType!: AgentUserType;
}
