import { AgentSkillSegments, readRowsWithinSkill, rowsWithinSkills } from "../apis/agent-segments.js";
import { entityOf, IntervalConnection, intervalsOf, readIntervals } from "../apis/interval-metrics.js";
import { keyMetricFields } from "../apis/key-metrics.js";
import { readSkillSegments, rowsOfSkills, SkillSegments } from "../apis/skill-segments.js";
import { entityPage, intervalPage } from "../connection.js";
import { activity, agentsActiveIn, keyNames, readKeyName } from "../directory.js";
import { asking, paged } from "../field.js";
import { byId, entitiesPage } from "../lists.js";
import * as given from "../types/arguments.js";
import { Agent, AgentConnection } from "../types/entities.js";

const segmentsByAgent = asking({
  type: () => [AgentSkillSegments],
  description: "The skill's part of each agent's segments, by agent.",
  size: entityPage.unlessGiven,
  args: given.filteredAgents,
  asks: rowsWithinSkills,
  each: ({ skills }) => (skills === "all" ? null : (skills?.[0] ?? null)),
  read: readRowsWithinSkill,
});

export const skillFields = {
  "Skill.name": asking({
    type: () => String,
    description: "Null when the platform knows none.",
    asks: keyNames("skillId"),
    each: "row",
    read: readKeyName("skillId"),
  }),
  "Skill.agents": paged({
    type: () => AgentConnection,
    description: "Agents who had segments in the skill in the last 24 hours, by id.",
    args: given.page,
    page: () => entityPage,
    asks: ({ parent, selection, asker }) => (selection.wantsData ? [activity(parent, asker)] : []),
    read: ({ answers, ...reading }) =>
      new AgentConnection(
        entitiesPage(
          reading,
          byId(
            answers.flatMap((answer) => agentsActiveIn(reading.id, answer)),
            answers,
          ),
          Agent,
        ),
      ),
  }),
  "Skill.segments": asking({
    type: () => SkillSegments,
    description: "The skill's segments over one window.",
    args: { lastMinutes: given.lastMinutes(), userType: given.userType },
    asks: rowsOfSkills,
    each: "row",
    read: readSkillSegments("skills"),
  }),
  "Skill.segmentsByAgent": segmentsByAgent,
  "Skill.agentSegments": { ...segmentsByAgent, deprecated: "Use segmentsByAgent: elsewhere agentSegments is a total." },
  "Skill.keyMetrics": asking({
    description: "The skill's key metrics over a window.",
    waitsForIds: true,
    args: { ...given.keyMetricsSpan, agentIds: given.agentIds, agentGroupIds: given.agentGroupIds, ...given.countedAgents },
    ...keyMetricFields.skill.keyMetrics,
  }),
  "Skill.current": asking({
    description: "The skill's key metrics as they stand now.",
    waitsForIds: true,
    args: { agentIds: given.agentIds, agentGroupIds: given.agentGroupIds, ...given.countedAgents },
    ...keyMetricFields.skill.current,
  }),
  "Skill.intervals": paged({
    type: () => IntervalConnection,
    description: "The skill's rows of the interval metrics.",
    cost: 5,
    args: given.entityIntervals,
    page: () => intervalPage,
    asks: intervalsOf("SKILL"),
    each: entityOf("SKILL"),
    read: readIntervals,
  }),
};
