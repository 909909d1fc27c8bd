import { AgentSegments, readAgentSegments, rowsOfAgents } from "../apis/agent-segments.js";
import { entityOf, IntervalConnection, intervalsOf, readIntervals } from "../apis/interval-metrics.js";
import { keyMetricFields } from "../apis/key-metrics.js";
import { intervalPage } from "../connection.js";
import { activity, agentNames, agentOf, readAgentNaming, readLastGroup, readSkillsOfAgent, work } from "../directory.js";
import { asking, paged } from "../field.js";
import * as given from "../types/arguments.js";
import { AgentGroup, Skill } from "../types/entities.js";

const perAgent = "One platform call per agent: for one agent's page, not for lists.";

export const agentFields = {
  "Agent.name": asking({
    type: () => String,
    description: "Null when the directory does not know the agent.",
    asks: agentNames,
    each: agentOf,
    read: (reading) => readAgentNaming(reading).name,
  }),
  "Agent.login": asking({
    type: () => String,
    description: "Null when the directory does not know the agent.",
    asks: agentNames,
    each: agentOf,
    read: (reading) => readAgentNaming(reading).login,
  }),
  "Agent.group": asking({
    type: () => AgentGroup,
    description: "Group in which the agent last worked, yesterday or today (UTC).",
    cost: 5,
    asks: ({ parent, asker }) => work(parent, asker),
    each: agentOf,
    read: readLastGroup,
  }),
  "Agent.skills": asking({
    type: () => [Skill],
    description: "Skills in which the agent had segments in the last 24 hours, by id.",
    size: 5,
    asks: ({ parent, asker }) => [activity(parent, asker)],
    read: readSkillsOfAgent,
  }),
  "Agent.segments": asking({
    type: () => AgentSegments,
    description: "The agent's segments over one window.",
    args: {
      lastMinutes: given.lastMinutes(),
      agentGroupIds: given.agentGroupIds,
      userType: given.userType,
      source: given.source,
    },
    asks: rowsOfAgents,
    each: "row",
    read: readAgentSegments("agents"),
  }),
  "Agent.keyMetrics": asking({
    description: perAgent,
    cost: 20,
    waitsForIds: true,
    args: { ...given.keyMetricsSpan, skillIds: given.skillIds, userType: given.userType },
    ...keyMetricFields.agent.keyMetrics,
  }),
  "Agent.current": asking({
    description: perAgent,
    cost: 20,
    waitsForIds: true,
    args: { skillIds: given.skillIds, userType: given.userType },
    ...keyMetricFields.agent.current,
  }),
  "Agent.intervals": paged({
    type: () => IntervalConnection,
    description: "The agent's rows of the interval metrics.",
    cost: 5,
    args: given.entityIntervals,
    page: () => intervalPage,
    asks: intervalsOf("AGENT"),
    each: entityOf("AGENT"),
    read: readIntervals,
  }),
};
