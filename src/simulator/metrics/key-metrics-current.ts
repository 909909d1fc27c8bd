import type { Agent } from "../model/directory.js";
import type { AgentSegment, AgentState, Stay } from "../model/records.js";
import { count, rounded, sum } from "./figure.js";

export interface Presence {
  agent: Agent;
  state: AgentState;
  freeSlots: number;
}

export interface Assigned {
  segment: AgentSegment;
  state: AgentState;
  active: boolean;
  overdue: boolean;
}

export interface Queued {
  stay: Stay;
  waitedMs: number;
  overdue: boolean;
}

/** How things stand at a moment, of one key. */
export interface Standing {
  present: readonly Presence[];
  assigned: readonly Assigned[];
  queued: readonly Queued[];
}

type Measure = (standing: Standing) => number | undefined;

/** Weight of assigned conversations over slots, both of the agents meant; undefined when they have no slots. */
function load(standing: Standing, meant: (agent: Agent, state: AgentState) => boolean): number | undefined {
  const slots = sum(standing.present, ({ agent, state }) => (meant(agent, state) ? agent.maxSlots : 0));
  const weight = sum(standing.assigned, ({ segment, state }) => (meant(segment.agent, state) ? segment.conversation.weight : 0));
  return slots === 0 ? undefined : rounded(weight / slots, 2);
}

const inState =
  (state: AgentState): Measure =>
  ({ present }) =>
    count(present, (presence) => presence.state === state);

/** Nearest rank: the wait that this share of the queue does not exceed. */
const percentile =
  (share: number): Measure =>
  ({ queued }) => {
    const waits = queued.map((one) => one.waitedMs).sort((left, right) => left - right);
    return waits[Math.ceil(share * waits.length) - 1];
  };

const overdue = (list: readonly { overdue: boolean }[]): number => count(list, (one) => one.overdue);

/** metricsToRetrieveCurrentValue: name in the request, name in the answer, definition. */
export const currentMeasures: Record<string, { answer: string; measure: Measure }> = {
  assigned_conversations: { answer: "assignedConversations", measure: ({ assigned }) => assigned.length },
  unassigned_conversations: { answer: "unassignedConversations", measure: ({ queued }) => queued.length },
  active_conversations: { answer: "activeConversations", measure: ({ assigned }) => count(assigned, (one) => one.active) },
  agent_load: { answer: "agentLoad", measure: (standing) => load(standing, (_, state) => state !== "OFFLINE") },
  human_agent_load: {
    answer: "humanAgentLoad",
    measure: (standing) => load(standing, (agent, state) => !agent.bot && state !== "OFFLINE"),
  },
  human_online_load: {
    answer: "humanOnlineLoad",
    measure: (standing) => load(standing, (agent, state) => !agent.bot && state === "ONLINE"),
  },
  human_away_load: { answer: "humanAwayLoad", measure: (standing) => load(standing, (agent, state) => !agent.bot && state === "AWAY") },
  online_agents: { answer: "onlineAgents", measure: inState("ONLINE") },
  back_soon_agents: { answer: "backSoonAgents", measure: inState("BACK_SOON") },
  away_agents: { answer: "awayAgents", measure: inState("AWAY") },
  available_slots: { answer: "availableSlots", measure: ({ present }) => sum(present, (presence) => presence.freeSlots) },
  open_conversations: { answer: "openConversations", measure: ({ assigned, queued }) => assigned.length + queued.length },
  overdue_conversations_in_queue: { answer: "overdueConversationsInQueue", measure: ({ queued }) => overdue(queued) },
  overdue_conversations_assigned: { answer: "overdueConversationsAssigned", measure: ({ assigned }) => overdue(assigned) },
  overdue_conversations_total: {
    answer: "overdueConversationsTotal",
    measure: ({ assigned, queued }) => overdue(assigned) + overdue(queued),
  },
  queue_wait_time_50th_percentile: { answer: "queueWaitTime50thPercentile", measure: percentile(0.5) },
  queue_wait_time_90th_percentile: { answer: "queueWaitTime90thPercentile", measure: percentile(0.9) },
};
