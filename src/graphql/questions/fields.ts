import type { Question } from "../../upstream/question.js";
import type { Asker } from "../context.js";
import { rowsOfAgents, rowsWithinSkills, totalOfAgents, totalOfGroup } from "./agent-segments.js";
import { activity, directoryQuestions, work } from "./directory.js";
import { conversationRows, handlingOf } from "./handling.js";
import { groupedIntervals, intervalsOf } from "./interval-metrics.js";
import { keyMetricsQuestions } from "./key-metrics.js";
import { agentList, keyList } from "./lists.js";
import { entityPage, intervalPage, type PageBounds, pageRequest } from "./paging.js";
import type { Asks, Parent } from "./parent.js";
import { rowsOfSkills, totalOfSkills } from "./skill-segments.js";

/** What one field asks, for outline and resolver alike. */
export interface AskingField {
  asks: Asks<never>;
  /** True when it asks nothing before the ids of its entities are known: a later stage. */
  waitsForIds?: true;
}

const paged =
  <A extends object, Q extends Question>(field: string, bounds: PageBounds, asks: Asks<A, Q>): Asks<A, Q> =>
  (parent, args, selection, asker) => {
    pageRequest(field, parent, args, bounds);
    return asks(parent, args, selection, asker);
  };

const plain =
  <Q extends Question>(asks: (parent: Parent, asker: Asker) => readonly Q[]): Asks<unknown, Q> =>
  (parent, _, __, asker) =>
    asks(parent, asker);

/** Every field that can ask the platform, by type and name. */
export const askingFields = {
  "ContactCenter.agents": { asks: agentList },
  "ContactCenter.skills": { asks: keyList("skillId") },
  "ContactCenter.agentGroups": { asks: keyList("agentGroupId") },
  "ContactCenter.conversations": { asks: paged("ContactCenter.conversations", entityPage, conversationRows) },
  "ContactCenter.agentSegments": { asks: totalOfAgents },
  "ContactCenter.skillSegments": { asks: totalOfSkills },
  "ContactCenter.keyMetrics": { asks: keyMetricsQuestions.total.keyMetrics },
  "ContactCenter.current": { asks: keyMetricsQuestions.total.current },
  "ContactCenter.intervals": { asks: paged("ContactCenter.intervals", intervalPage, groupedIntervals) },
  "Agent.name": { asks: plain(directoryQuestions.agentNaming) },
  "Agent.login": { asks: plain(directoryQuestions.agentNaming) },
  "Agent.group": { asks: plain(directoryQuestions.agentGroup) },
  "Agent.skills": { asks: plain(directoryQuestions.agentSkills) },
  "Agent.segments": { asks: rowsOfAgents },
  "Agent.keyMetrics": { asks: keyMetricsQuestions.agent.keyMetrics, waitsForIds: true },
  "Agent.current": { asks: keyMetricsQuestions.agent.current, waitsForIds: true },
  "Agent.intervals": { asks: paged("Agent.intervals", intervalPage, intervalsOf("AGENT")) },
  "Skill.name": { asks: plain(directoryQuestions.skillName) },
  "Skill.agents": {
    asks: paged("Skill.agents", entityPage, (parent, _, selection, asker) => (selection.wantsData ? [activity(parent, asker)] : [])),
  },
  "Skill.segments": { asks: rowsOfSkills },
  "Skill.agentSegments": { asks: rowsWithinSkills },
  "Skill.keyMetrics": { asks: keyMetricsQuestions.skill.keyMetrics, waitsForIds: true },
  "Skill.current": { asks: keyMetricsQuestions.skill.current, waitsForIds: true },
  "Skill.intervals": { asks: paged("Skill.intervals", intervalPage, intervalsOf("SKILL")) },
  "AgentGroup.name": { asks: plain(directoryQuestions.groupName) },
  "AgentGroup.agents": {
    asks: paged("AgentGroup.agents", entityPage, ({ account }, _, selection, asker) =>
      selection.wantsData ? work({ account, ids: null }, asker) : [],
    ),
  },
  "AgentGroup.segments": { asks: totalOfGroup, waitsForIds: true },
  "AgentGroup.keyMetrics": { asks: keyMetricsQuestions.agentGroup.keyMetrics, waitsForIds: true },
  "AgentGroup.current": { asks: keyMetricsQuestions.agentGroup.current, waitsForIds: true },
  "AgentGroup.intervals": { asks: paged("AgentGroup.intervals", intervalPage, intervalsOf("AGENT_GROUP")) },
  "Conversation.handling": { asks: handlingOf },
  "Conversation.intervals": { asks: paged("Conversation.intervals", intervalPage, intervalsOf("CONVERSATION")) },
} satisfies Record<string, AskingField>;
