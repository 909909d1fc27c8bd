import type { Probe } from "../longrun/probe.js";
import { agentTotal, rowsOfAgents } from "../longrun/probes/agent-segments.js";
import { type IntervalsAsked, intervalsBy } from "../longrun/probes/interval-metrics.js";
import { type KeyMetricsAsked, keyMetricsRows, keyMetricsTotal } from "../longrun/probes/key-metrics.js";
import { rowsOfSkills, skillTotal } from "../longrun/probes/skill-segments.js";

/** Questions that differ in one thing each, so that the answer to one would pass for the answer to another. */

interface Ids {
  agents: readonly string[];
  skills: readonly string[];
  groups: readonly string[];
}

type Scope = Parameters<typeof agentTotal>[0];

export function agentNeighbours({ agents, skills, groups }: Ids): Probe[] {
  const scope: Scope = { lastMinutes: 240, agentGroupIds: undefined, userType: "ALL", source: undefined };
  const fields = ["totalAgentConversationSegments", "avgAgentSegmentDuration", "interactiveAgentSegments"];
  const plain = { fields, everyMinutes: undefined, bySkill: undefined };
  const scopes: Scope[] = [
    scope,
    { ...scope, userType: "HUMAN" },
    { ...scope, userType: "BOT" },
    { ...scope, source: "APP" },
    { ...scope, source: "WEB" },
    { ...scope, agentGroupIds: groups.slice(0, 1) },
    { ...scope, agentGroupIds: groups.slice(0, 2) },
    { ...scope, lastMinutes: 120 },
  ];
  const sets = [undefined, agents.slice(0, 1), agents.slice(0, 3), agents.slice(1, 3), agents];
  const shapes = [
    { ...plain, everyMinutes: 60 },
    { ...plain, everyMinutes: 120 },
    { ...plain, bySkill: null },
    { ...plain, bySkill: skills.slice(0, 1) },
    { ...plain, bySkill: skills.slice(0, 2) },
  ];
  return [
    ...scopes.flatMap((each) => [agentTotal(each, undefined, plain), rowsOfAgents(each, agents, plain)]),
    ...sets.map((set) => agentTotal(scope, set, plain)),
    ...shapes.flatMap((shape) => [agentTotal(scope, agents.slice(0, 3), shape), rowsOfAgents(scope, agents, shape)]),
  ];
}

export function skillNeighbours({ skills }: Ids): Probe[] {
  const fields = ["totalSkillConversationSegments", "avgTimeToFirstAgentMessageFromAgentAssignment"];
  const asked = { lastMinutes: 240, userType: "ALL" as const, fields, everyMinutes: undefined };
  const scopes = [
    asked,
    { ...asked, userType: "HUMAN" as const },
    { ...asked, userType: "BOT" as const },
    { ...asked, everyMinutes: 60 },
    { ...asked, everyMinutes: 120 },
    { ...asked, lastMinutes: 120 },
  ];
  return scopes.flatMap((scope) => [
    ...[undefined, skills, skills.slice(0, 1), skills.slice(0, 2), skills.slice(-1)].map((set) => skillTotal(scope, set)),
    rowsOfSkills(scope, skills),
  ]);
}

export function keyNeighbours({ agents, skills, groups }: Ids): Probe[] {
  const none = { agentIds: undefined, agentGroupIds: undefined, skillIds: undefined };
  const byTime = ["closedConversations", "avgTimeToResponse"];
  const asked: KeyMetricsAsked = { window: { lastMinutes: 240 }, filters: none, includeSubGroups: false, userType: "ALL", fields: byTime };
  const filters = [
    none,
    { ...none, agentIds: agents.slice(0, 1) },
    { ...none, agentIds: agents.slice(0, 2) },
    { ...none, agentGroupIds: groups.slice(0, 1) },
    { ...none, skillIds: skills.slice(0, 1) },
    { ...none, skillIds: skills.slice(0, 2) },
    { ...none, skillIds: [...skills] },
    { ...none, agentGroupIds: groups.slice(0, 1), skillIds: skills.slice(0, 1) },
  ];
  const scopes: KeyMetricsAsked[] = [
    ...filters.map((each) => ({ ...asked, filters: each })),
    { ...asked, userType: "HUMAN" },
    { ...asked, userType: "BOT" },
    { ...asked, includeSubGroups: true, filters: { ...none, agentGroupIds: groups.slice(0, 1) } },
    { ...asked, window: { lastMinutes: 120 } },
    { ...asked, window: null, fields: ["assignedConversations", "onlineAgents"] },
  ];
  const without = (one: KeyMetricsAsked, own: keyof typeof none) => ({ ...one, filters: { ...one.filters, [own]: undefined } });
  return scopes.flatMap((scope) => [
    keyMetricsTotal(scope),
    keyMetricsRows({ list: "skills", of: "skillId", ids: skills }, [without(scope, "skillIds")]),
    keyMetricsRows({ list: "agentGroups", of: "agentGroupId", ids: groups }, [without(scope, "agentGroupIds")]),
  ]);
}

export function intervalNeighbours({ agents, skills, groups }: Ids): Probe[] {
  const fields = ["handleTime", "handledConversations", "arrivals"];
  const asked = {
    lastMinutes: 240,
    everyMinutes: 60,
    groupBy: ["SKILL"],
    handleTimeModel: "IFT",
    includeBotSkills: false,
    filters: {},
    fields,
  };
  const changes: Partial<IntervalsAsked>[] = [
    {},
    { includeBotSkills: true },
    { handleTimeModel: "EHT" },
    { everyMinutes: 15 },
    { lastMinutes: 120 },
    { filters: { SKILL: skills[0]! } },
    { filters: { AGENT: agents[0]! } },
    { filters: { AGENT_GROUP: groups[0]! } },
    { filters: { SKILL: skills[0]!, AGENT: agents[0]! } },
    { groupBy: ["AGENT"] },
    { groupBy: ["AGENT"], filters: { SKILL: skills[0]! } },
    { groupBy: ["AGENT"], filters: { AGENT: agents[0]! } },
    { groupBy: ["SKILL", "AGENT"] },
    { groupBy: ["SKILL", "AGENT"], filters: { SKILL: skills[0]! } },
    { groupBy: ["SKILL", "AGENT"], filters: { AGENT: agents[0]! } },
    { groupBy: ["SKILL", "AGENT"], filters: { AGENT: agents[1]!, SKILL: skills[1]! } },
    { groupBy: ["SKILL", "AGENT"], includeBotSkills: true },
    { groupBy: ["AGENT_GROUP"] },
    { groupBy: ["CONVERSATION"], fields: ["handleTime"] },
    { groupBy: ["CONVERSATION"], fields: ["handleTime"], includeBotSkills: true },
    { groupBy: ["SKILL", "CONVERSATION"], fields: ["handleTime"], filters: { SKILL: skills[0]! }, includeBotSkills: true },
    { groupBy: ["SKILL", "CONVERSATION"], fields: ["handleTime"], filters: { SKILL: skills[0]! } },
  ];
  return changes.map((change) => intervalsBy({ ...(asked as IntervalsAsked), ...change }));
}
