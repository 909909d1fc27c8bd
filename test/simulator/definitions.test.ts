import { expect, test } from "vitest";
import { figuresOf, totalOf } from "../../src/simulator/answers/segments.js";
import { agentSegmentMeasures } from "../../src/simulator/metrics/agent-segments.js";
import { IntervalCell, intervalMeasures } from "../../src/simulator/metrics/interval-cell.js";
import { byTimeMeasures } from "../../src/simulator/metrics/key-metrics-by-time.js";
import { currentMeasures, type Standing } from "../../src/simulator/metrics/key-metrics-current.js";
import { skillSegmentMeasures } from "../../src/simulator/metrics/skill-segments.js";
import type { Agent, Skill } from "../../src/simulator/model/directory.js";
import type { AgentSegment, AgentState, Conversation, Response, SkillSegment } from "../../src/simulator/model/records.js";

const skill: Skill = { id: "333", name: "Sales", bot: false };
const conversation: Conversation = {
  id: "c",
  source: "APP",
  weight: 2,
  skill,
  state: "closed",
  segment: null,
  skillSegment: null,
  queueStay: null,
  wait: null,
  turns: 0,
  humanAnswered: true,
  next: "transfer",
  stamp: 0,
};
const agent = (bot: boolean, maxSlots: number): Agent => ({
  id: "12",
  name: null,
  login: null,
  group: { id: "-1", name: null, parent: null },
  bot,
  manager: false,
  skills: [skill],
  maxSlots,
  shiftStartsAtHour: 8,
});

const plain: AgentSegment = {
  conversation,
  agent: agent(false, 4),
  skill,
  start: 0,
  end: 13_000,
  began: "transfer",
  ended: "agent",
  messages: 1,
  sent: true,
  answered: true,
  firstMessageMs: 1800,
  responseMs: 0,
  responses: 0,
};
// Agents 12 and 13 of the vendor's first example: five transferred segments with seven responses of 17,000 ms in all,
// and three new ones with three responses of 4,000 ms each.
const twelve: AgentSegment[] = [1, 1, 1, 2, 2].map((messages, at) => ({
  ...plain,
  messages,
  responses: messages,
  responseMs: at === 0 ? 17_000 : 0,
}));
const thirteen = [1, 1, 1].map(
  (messages): AgentSegment => ({
    ...plain,
    end: 14_000,
    began: "new",
    messages,
    firstMessageMs: 4000,
    responses: 1,
    responseMs: 4000,
  }),
);

test("the vendor's first example of agent segments comes out: rows, total, weights and cut averages", () => {
  expect(figuresOf(agentSegmentMeasures, undefined, twelve)).toEqual({
    totalAgentConversationSegments: 5,
    avgAgentMessagesinAgentSegment: 1.4,
    avgAgentSegmentDuration: 13000,
    interactiveAgentSegments: 5,
    agentSegmentsAbandonedByConsumers: 0,
    agentSegmentsWithNonResponsiveConsumers: 0,
    agentSegmentsWithNonResponsiveAgents: 0,
    avgTimetoFirstAgentMessageFromAgentAssignment: 1800,
    avgTimetoFirstAgentMessageFromAgentAssignment_AfterTransfer: 1800,
    avgTimetoFirstAgentMessageFromAgentAssignment_NewConversation: -1,
    avgTimeToResponseFromAgentAssignment: 2428,
  });
  expect(totalOf(agentSegmentMeasures, undefined, [...twelve, ...thirteen])).toMatchObject({
    totalAgentConversationSegments: 8,
    avgAgentMessagesinAgentSegment: 1.25,
    avgAgentSegmentDuration: 13375,
    avgTimetoFirstAgentMessageFromAgentAssignment: 2625,
    avgTimetoFirstAgentMessageFromAgentAssignment_AfterTransfer: 1800,
    avgTimetoFirstAgentMessageFromAgentAssignment_NewConversation: 4000,
    avgTimeToResponseFromAgentAssignment: 2900,
  });
});

test.each([
  ["an agent wrote and the consumer answered", { sent: true, answered: true, ended: "consumer" }, "interactiveAgentSegments"],
  ["an agent wrote and nobody answered", { sent: true, answered: false, ended: "consumer" }, "agentSegmentsWithNonResponsiveConsumers"],
  ["nobody wrote and the system closed", { sent: false, answered: false, ended: "system" }, "agentSegmentsWithNonResponsiveAgents"],
  ["nobody wrote before the transfer", { sent: false, answered: false, ended: "transfer" }, "agentSegmentsWithNonResponsiveAgents"],
  ["nobody wrote and the consumer closed", { sent: false, answered: false, ended: "consumer" }, "agentSegmentsAbandonedByConsumers"],
] as const)("when %s, the segment counts for one metric alone", (_, changes, metric) => {
  const figures = figuresOf(agentSegmentMeasures, undefined, [{ ...plain, ...changes }]);
  const { totalAgentConversationSegments: total, ...others } = figures;
  expect(total).toBe(1);
  expect(Object.entries(others).filter(([name, value]) => !name.startsWith("avg") && value === 1)).toEqual([[metric, 1]]);
});

test("first messages after a takeover or a resume count for no first-message average", () => {
  const figures = figuresOf(agentSegmentMeasures, undefined, [
    { ...plain, began: "takeover" } satisfies AgentSegment,
    { ...plain, began: "resume" } satisfies AgentSegment,
  ]);
  expect(figures.avgTimetoFirstAgentMessageFromAgentAssignment).toBe(-1);
  expect(figures.avgTimeToResponseFromAgentAssignment).toBe(-1);
});

test("who leaves the queue abandons; who leaves after an agent wrote does not", () => {
  const left: SkillSegment = {
    conversation,
    skill,
    start: 0,
    end: 5,
    began: "new",
    ended: "consumer",
    endedInQueue: true,
    sent: false,
    answered: false,
    humans: false,
    bots: false,
    firstMessageMs: 0,
    firstMessages: 0,
  };
  const figures = figuresOf(skillSegmentMeasures, undefined, [left, { ...left, endedInQueue: false }, { ...left, sent: true }]);
  expect(figures).toMatchObject({
    totalSkillConversationSegments: 3,
    skillSegmentsAbandonedByConsumers: 2,
    skillSegmentsAbandonedByConsumersInQueue: 1,
    skillSegmentsWithNonResponsiveConsumers: 1,
    avgTimetoFirstAgentMessageFromAgentAssignment: -1,
  });
});

test("averages of key metrics are doubles of three decimals, and absent without responses; csat is the share of 4 and 5", () => {
  const response: Response = { at: 0, agent: plain.agent, skill, waitMs: 10, sinceAssignedMs: 5, firstHuman: true, firstAssignment: false };
  const happened = {
    responses: [response, { ...response, waitMs: 11, firstHuman: false }, { ...response, waitMs: 11, firstHuman: false }],
    closes: (["agent", "consumer", "consumer", "system"] as const).map((by) => ({ at: 0, conversation, skill, agent: null, by })),
    surveys: [1, 3, 4, 5, 5, 2].map((score) => ({ at: 0, skill, agent: null, score })),
  };
  const figures = Object.fromEntries(Object.values(byTimeMeasures).map(({ answer, measure }) => [answer, measure(happened)]));
  expect(figures).toEqual({
    avgWaitTime: 10.667,
    avgWaitTimeFirstResponse: 10,
    avgTimeToResponse: 5,
    avgTimeToFirstResponseFirstAssignment: undefined,
    closedConversations: 4,
    closedByAgent: 1,
    closedByConsumer: 2,
    autoClosed: 1,
    concludedConversations: 1,
    csat: 0.5,
  });
});

test("loads are weights over slots of the agents meant and may exceed 1; percentiles are waits that were waited", () => {
  const [human, away, bot] = [agent(false, 3), agent(false, 4), agent(true, 10)];
  const holds = (of: Agent, state: AgentState) => ({ segment: { ...plain, agent: of }, state, active: state === "ONLINE", overdue: false });
  const standing: Standing = {
    present: [
      { agent: human, state: "ONLINE", freeSlots: 0 },
      { agent: away, state: "AWAY", freeSlots: 0 },
      { agent: bot, state: "ONLINE", freeSlots: 8 },
      { agent: agent(false, 99), state: "OFFLINE", freeSlots: 0 },
    ],
    assigned: [holds(human, "ONLINE"), holds(human, "ONLINE"), holds(away, "AWAY"), holds(bot, "ONLINE")],
    queued: [10, 40, 20, 30].map((waitedMs) => ({ stay: { conversation, skill, start: 0, end: 99 }, waitedMs, overdue: waitedMs > 20 })),
  };
  const figures = Object.fromEntries(Object.values(currentMeasures).map(({ answer, measure }) => [answer, measure(standing)]));
  expect(figures).toEqual({
    assignedConversations: 4,
    unassignedConversations: 4,
    activeConversations: 3,
    openConversations: 8,
    agentLoad: 0.47,
    humanAgentLoad: 0.86,
    humanOnlineLoad: 1.33,
    humanAwayLoad: 0.5,
    onlineAgents: 2,
    backSoonAgents: 0,
    awayAgents: 1,
    availableSlots: 8,
    overdueConversationsInQueue: 2,
    overdueConversationsAssigned: 0,
    overdueConversationsTotal: 2,
    queueWaitTime50thPercentile: 20,
    queueWaitTime90thPercentile: 40,
  });
});

test("an agent's work on several conversations at once counts once, and each agent's by itself", () => {
  const cell = new IntervalCell();
  const [one, other] = [agent(false, 1), agent(false, 1)];
  for (const [start, end] of [
    [0, 4000],
    [1000, 2000],
    [3000, 6000],
    [9000, 9900],
  ] as const)
    cell.work(one, start, end);
  cell.work(other, 0, 1000);
  expect(intervalMeasures.workTime!(cell)).toBe(7);
});
