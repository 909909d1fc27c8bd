import { AgentSegments, readAgentSegments, totalOfEachGroup } from "../apis/agent-segments.js";
import { entityOf, IntervalConnection, intervalsOf, readIntervals } from "../apis/interval-metrics.js";
import { keyMetricFields } from "../apis/key-metrics.js";
import { entityPage, intervalPage } from "../connection.js";
import { agentsLastIn, keyNames, readKeyName, work } from "../directory.js";
import { asking, paged } from "../field.js";
import { byId, entitiesPage } from "../lists.js";
import * as given from "../types/arguments.js";
import { Agent, AgentConnection } from "../types/entities.js";

export const agentGroupFields = {
  "AgentGroup.name": asking({
    type: () => String,
    description: "Null when the platform knows none.",
    asks: keyNames("agentGroupId"),
    each: "row",
    read: readKeyName("agentGroupId"),
  }),
  "AgentGroup.agents": paged({
    type: () => AgentConnection,
    description: "Agents who last worked in the group, yesterday or today (UTC), by id.",
    args: given.page,
    page: () => entityPage,
    asks: ({ parent: { account }, selection, asker }) => (selection.wantsData ? work({ account, ids: null }, asker) : []),
    read: ({ answers, ...reading }) => new AgentConnection(entitiesPage(reading, byId(agentsLastIn(reading.id, answers), answers), Agent)),
  }),
  "AgentGroup.segments": asking({
    type: () => AgentSegments,
    description: "Totals over the group's agents. One platform call per group: for one group's page, not for lists.",
    cost: 20,
    waitsForIds: true,
    args: { lastMinutes: given.lastMinutes(), userType: given.userType, source: given.source },
    asks: totalOfEachGroup,
    each: ({ groupIds }) => groupIds?.[0] ?? null,
    read: readAgentSegments("total"),
  }),
  "AgentGroup.keyMetrics": asking({
    description: "The group's key metrics over a window.",
    waitsForIds: true,
    args: { ...given.keyMetricsSpan, agentIds: given.agentIds, skillIds: given.skillIds, ...given.countedAgents },
    ...keyMetricFields.agentGroup.keyMetrics,
  }),
  "AgentGroup.current": asking({
    description: "The group's key metrics as they stand now.",
    waitsForIds: true,
    args: { agentIds: given.agentIds, skillIds: given.skillIds, ...given.countedAgents },
    ...keyMetricFields.agentGroup.current,
  }),
  "AgentGroup.intervals": paged({
    type: () => IntervalConnection,
    description: "The group's rows of the interval metrics.",
    cost: 5,
    args: given.entityIntervals,
    page: () => intervalPage,
    asks: intervalsOf("AGENT_GROUP"),
    each: entityOf("AGENT_GROUP"),
    read: readIntervals,
  }),
};
