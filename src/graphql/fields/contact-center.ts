import { AgentSegments, readAgentSegments, totalOfAgents } from "../apis/agent-segments.js";
import { conversationMeant, conversationRows, readConversations } from "../apis/conversations.js";
import { groupedIntervals, IntervalConnection, readIntervals } from "../apis/interval-metrics.js";
import { keyMetricFields } from "../apis/key-metrics.js";
import { readSkillSegments, SkillSegments, totalOfSkills } from "../apis/skill-segments.js";
import { entityIdIn } from "../bounds.js";
import { entityPage, intervalPage } from "../connection.js";
import { asking, named, paged } from "../field.js";
import { agentIds, agentList, entitiesOf, entitiesPage, keyList, listBounds, readKeyList } from "../lists.js";
import * as given from "../types/arguments.js";
import {
  Agent,
  AgentConnection,
  AgentGroup,
  AgentGroupConnection,
  Conversation,
  ConversationConnection,
  Skill,
  SkillConnection,
} from "../types/entities.js";

const byEntityId = { args: { id: given.entityId }, idIn: entityIdIn };

export const contactCenterFields = {
  "ContactCenter.agent": named(Agent, { description: "One agent; costs no call by itself.", ...byEntityId }),
  "ContactCenter.skill": named(Skill, { description: "One skill; costs no call by itself.", ...byEntityId }),
  "ContactCenter.agentGroup": named(AgentGroup, { description: "One agent group; costs no call by itself.", ...byEntityId }),
  "ContactCenter.conversation": named(Conversation, {
    description: "One conversation; costs no call by itself.",
    args: { id: given.conversationId },
    idIn: conversationMeant,
  }),
  "ContactCenter.agents": paged({
    type: () => AgentConnection,
    description: "The agents named, in that order, or all who were active in the last 24 hours.",
    cost: 10,
    args: given.agentList,
    page: listBounds,
    asks: agentList,
    leads: ({ parent, page, args }) => entitiesOf(parent, page, args),
    read: (reading) => new AgentConnection(entitiesPage(reading, agentIds(reading), Agent)),
  }),
  "ContactCenter.skills": paged({
    type: () => SkillConnection,
    description: "The skills named, or all that the account has; ordered by a key metric when asked.",
    cost: 10,
    args: given.keyList,
    page: listBounds,
    asks: keyList("skillId"),
    leads: ({ parent, page, args, questions: [listed] }) => entitiesOf(parent, page, args, listed),
    read: (reading) => new SkillConnection(readKeyList(reading, Skill)),
  }),
  "ContactCenter.agentGroups": paged({
    type: () => AgentGroupConnection,
    description: "The agent groups named, or all that the account has; ordered by a key metric when asked.",
    cost: 10,
    args: given.keyList,
    page: listBounds,
    asks: keyList("agentGroupId"),
    leads: ({ parent, page, args, questions: [listed] }) => entitiesOf(parent, page, args, listed),
    read: (reading) => new AgentGroupConnection(readKeyList(reading, AgentGroup)),
  }),
  "ContactCenter.conversations": paged({
    type: () => ConversationConnection,
    description:
      "Conversations that had handling activity in the window, by their first interval in it, then by id. The window of lastMinutes moves on, so that a later page may repeat a conversation: between keeps the window.",
    cost: 10,
    args: { ...given.conversationsSpan, handleTimeModel: given.handleTimeModel, ...given.conversationFilters, ...given.page },
    page: () => entityPage,
    asks: conversationRows,
    leads: ({ parent, page, questions: [listed] }) => ({
      account: parent.account,
      ids: null,
      atMost: page.first,
      ...(listed && { listed }),
    }),
    read: readConversations,
  }),
  "ContactCenter.agentSegments": asking({
    type: () => AgentSegments,
    description: "Totals over all agents, or over those filtered for.",
    cost: 10,
    args: given.filteredAgents,
    asks: totalOfAgents,
    read: readAgentSegments("total"),
  }),
  "ContactCenter.skillSegments": asking({
    type: () => SkillSegments,
    description: "Totals over all skills, or over those named.",
    cost: 10,
    args: { lastMinutes: given.lastMinutes(), skillIds: given.skillIds, userType: given.userType },
    asks: totalOfSkills,
    read: readSkillSegments("total"),
  }),
  "ContactCenter.keyMetrics": asking({
    description: "Totals over the account, or over what is filtered for.",
    cost: 10,
    args: {
      ...given.keyMetricsSpan,
      agentIds: given.agentIds,
      agentGroupIds: given.agentGroupIds,
      skillIds: given.skillIds,
      ...given.countedAgents,
    },
    ...keyMetricFields.total.keyMetrics,
  }),
  "ContactCenter.current": asking({
    description: "Totals over the account, or over what is filtered for, as they stand now.",
    cost: 10,
    args: { agentIds: given.agentIds, agentGroupIds: given.agentGroupIds, skillIds: given.skillIds, ...given.countedAgents },
    ...keyMetricFields.total.current,
  }),
  "ContactCenter.intervals": paged({
    type: () => IntervalConnection,
    description: "Rows of the interval metrics, in any of the groupings the platform offers.",
    cost: 10,
    args: given.groupedIntervals,
    page: () => intervalPage,
    asks: groupedIntervals,
    read: readIntervals,
  }),
};
