import { ArgsType } from "type-graphql";
import type { AgentUserType } from "./agent-user-type.js";
import { AgentGroupIds, AgentIds, IncludeSubGroups, SkillIds, UserTypeFilter } from "./argument.js";

/** ContactCenter.current. */
@ArgsType()
export class ContactCenterCurrentArguments {
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

/** Agent.current. */
@ArgsType()
export class AgentCurrentArguments {
  @SkillIds()
  skillIds?: string[] | null;
  @UserTypeFilter()
  userType!: AgentUserType;
}

/** Skill.current. */
@ArgsType()
export class SkillCurrentArguments {
  @AgentIds()
  agentIds?: string[] | null;
  @AgentGroupIds()
  agentGroupIds?: string[] | null;
  @IncludeSubGroups()
  includeSubGroups!: boolean;
  @UserTypeFilter()
  userType!: AgentUserType;
}

/** AgentGroup.current. */
@ArgsType()
export class AgentGroupCurrentArguments {
  @AgentIds()
  agentIds?: string[] | null;
  @SkillIds()
  skillIds?: string[] | null;
  @IncludeSubGroups()
  includeSubGroups!: boolean;
  @UserTypeFilter()
  userType!: AgentUserType;
}
