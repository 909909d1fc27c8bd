import { type AgentSegmentsQuestion, type Ids, idSet, type UserType } from "../../upstream/question.js";
import type { Asker } from "../context.js";
import type { Selection } from "../selection.js";
import { checkedIds, checkedSource, idsOfOneUrl, type ListArgument, namesNothing } from "./bounds.js";
import type { Asks, Parent } from "./parent.js";
import { segmentParts } from "./segment-parts.js";
import { segmentMinutes } from "./windows.js";

export interface AgentSegmentsArguments {
  lastMinutes: number;
  userType: UserType;
  agentGroupIds?: ListArgument;
  source?: string | null | undefined;
}

export interface NamedAgents {
  agentIds?: ListArgument;
}

type Scope = Omit<AgentSegmentsQuestion, "of" | "agents" | "skills" | "everyMinutes">;

function scopeOf({ account }: Parent, args: AgentSegmentsArguments, { credential }: Asker): Scope {
  return {
    api: "agent-segments",
    account,
    credential,
    lastMinutes: segmentMinutes(args.lastMinutes),
    groupIds: idsOfOneUrl("agentGroupIds", args.agentGroupIds),
    userType: args.userType,
    source: checkedSource(args.source),
  };
}

function withParts(scope: Scope, selection: Selection, sets: readonly Pick<AgentSegmentsQuestion, "of" | "agents" | "groupIds">[]) {
  const parts = segmentParts(selection, scope.lastMinutes);
  return parts ? sets.map((set): AgentSegmentsQuestion => ({ ...scope, ...parts, ...set })) : [];
}

/** ContactCenter.agentSegments: the platform's own total. */
export const totalOfAgents: Asks<AgentSegmentsArguments & NamedAgents, AgentSegmentsQuestion> = (parent, args, selection, asker) => {
  const scope = scopeOf(parent, args, asker);
  const agents = idsOfOneUrl("agentIds", args.agentIds) ?? "all";
  if (namesNothing(args.agentIds, args.agentGroupIds)) return null;
  return withParts(scope, selection, [{ of: "total", agents, groupIds: scope.groupIds }]);
};

/** Agent.segments: the agents' rows, those of all agents when the list is not read yet. */
export const rowsOfAgents: Asks<AgentSegmentsArguments, AgentSegmentsQuestion> = (parent, args, selection, asker) => {
  const scope = scopeOf(parent, args, asker);
  if (namesNothing(args.agentGroupIds)) return null;
  return parent.ids?.length === 0 ? [] : withParts(scope, selection, [{ of: "rows", agents: rowIds(parent), groupIds: scope.groupIds }]);
};

/** AgentGroup.segments: a total of its own for each group. */
export const totalOfGroup: Asks<AgentSegmentsArguments, AgentSegmentsQuestion> = (parent, args, selection, asker) =>
  withParts(
    scopeOf(parent, args, asker),
    selection,
    (parent.ids ?? []).map((id) => ({ of: "total", agents: "all", groupIds: [id] })),
  );

/** Skill.agentSegments: the rows per agent within the skills. */
export const rowsWithinSkills: Asks<AgentSegmentsArguments & NamedAgents, AgentSegmentsQuestion> = (parent, args, _, asker) => {
  const scope = scopeOf(parent, args, asker);
  const agents = checkedIds("agentIds", args.agentIds) ?? "all";
  if (namesNothing(args.agentIds, args.agentGroupIds)) return null;
  return parent.ids?.length === 0 ? [] : [{ ...scope, of: "rows", everyMinutes: null, agents, skills: rowIds(parent) }];
};

const rowIds = ({ ids }: Parent): Ids => (ids ? idSet(ids) : "all");
