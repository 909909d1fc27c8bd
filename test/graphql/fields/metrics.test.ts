import { describe, expect, test } from "vitest";
import type { IntervalMetricsReply, Question } from "../../../src/upstream/question.js";
import { contactCenter } from "../executed.js";
import { byHand, noon, replyTo } from "../platform-by-hand.js";

describe("agent segments", () => {
  test("give every part of one object from one answer", async () => {
    const context = byHand();
    const fields = `agentSegments(lastMinutes: 60) { window { from to } totalAgentConversationSegments
      intervals(everyMinutes: 30) { from to totalAgentConversationSegments bySkill(skillIds: [2]) { agent { id } skill { id } window { from } } }
      bySkill { agent { id } skill { id } totalAgentConversationSegments } }`;
    const bySkill = (from: string) => [{ agent: { id: "13" }, skill: { id: "2" }, window: { from } }];
    expect(await contactCenter(context, fields)).toEqual({
      agentSegments: {
        window: { from: "2026-11-21T11:07:30.000Z", to: "2026-11-21T12:07:30.000Z" },
        totalAgentConversationSegments: 125,
        intervals: [
          {
            from: "2026-11-21T11:07:30.000Z",
            to: "2026-11-21T11:37:30.000Z",
            totalAgentConversationSegments: 125,
            bySkill: bySkill("2026-11-21T11:07:30.000Z"),
          },
          {
            from: "2026-11-21T11:37:30.000Z",
            to: "2026-11-21T12:07:30.000Z",
            totalAgentConversationSegments: 125,
            bySkill: bySkill("2026-11-21T11:37:30.000Z"),
          },
        ],
        bySkill: [
          { agent: { id: "12" }, skill: { id: "1" }, totalAgentConversationSegments: 12 },
          { agent: { id: "100" }, skill: { id: "1" }, totalAgentConversationSegments: 100 },
          { agent: { id: "13" }, skill: { id: "2" }, totalAgentConversationSegments: 13 },
        ],
      },
    });
    expect(context.asked).toHaveLength(1);
  });

  test("never show rows of an answer that is wider than the question", async () => {
    const wide = (question: Question) =>
      replyTo(question.api === "agent-segments" ? { ...question, agents: "all", skills: "all" } : question);
    const fields = `agent(id: 12) { segments { totalAgentConversationSegments bySkill(skillIds: [1]) { agent { id } } } }
      agentSegments(agentIds: [13]) { bySkill { agent { id } } } skill(id: 1) { agentSegments(agentIds: [100]) { agent { id } } }`;
    expect(await contactCenter(byHand({ reply: wide }), fields)).toEqual({
      agent: { segments: { totalAgentConversationSegments: 12, bySkill: [{ agent: { id: "12" } }] } },
      agentSegments: { bySkill: [{ agent: { id: "13" } }] },
      skill: { agentSegments: [{ agent: { id: "100" } }] },
    });
  });

  test("show the row that the platform gives without an agent, after all others", async () => {
    const rows = new Map([
      ["null", {}],
      ["12", {}],
    ]);
    const reply = () => ({
      asOf: noon,
      newestAskedAt: noon,
      window: { from: 0, to: noon },
      agents: rows,
      bySkill: new Map([["null", rows]]),
      total: {},
      intervals: null,
    });
    expect(await contactCenter(byHand({ reply }), "agentSegments { bySkill { agent { id } skill { id } } }")).toEqual({
      agentSegments: {
        bySkill: [
          { agent: { id: "12" }, skill: null },
          { agent: null, skill: null },
        ],
      },
    });
  });
});

test("skill segments give totals, rows and intervals", async () => {
  const fields = `skillSegments(skillIds: [1, 2]) { totalSkillConversationSegments }
    skill(id: 10) { segments { totalSkillConversationSegments intervals(everyMinutes: 30) { to totalSkillConversationSegments } } }`;
  expect(await contactCenter(byHand(), fields)).toEqual({
    skillSegments: { totalSkillConversationSegments: 3 },
    skill: {
      segments: {
        totalSkillConversationSegments: 10,
        intervals: [
          { to: "2026-11-21T11:37:30.000Z", totalSkillConversationSegments: 10 },
          { to: "2026-11-21T12:07:30.000Z", totalSkillConversationSegments: 10 },
        ],
      },
    },
  });
});

test("key metrics are the id's own row, or the total", async () => {
  const fields =
    "skill(id: 10) { keyMetrics { avgWaitTime } current { onlineAgents } } agentGroup(id: -1) { keyMetrics { avgWaitTime } } current { onlineAgents } agent(id: 12) { current { onlineAgents } }";
  expect(await contactCenter(byHand(), fields)).toEqual({
    skill: { keyMetrics: { avgWaitTime: 500 }, current: { onlineAgents: 10 } },
    agentGroup: { keyMetrics: { avgWaitTime: 80 } },
    current: { onlineAgents: 7 },
    agent: { current: { onlineAgents: 7 } },
  });
});

describe("interval metrics", () => {
  test("come oldest first, then by id, with the entities of the grouping", async () => {
    const fields =
      "intervals(lastMinutes: 30, groupBy: [AGENT, SKILL]) { window { from to } totalCount nodes { from skill { id } agent { id } agentGroup { id } conversation { id } handleTime } }";
    const row = (from: string, skill: string, agent: string) => ({
      from,
      skill: { id: skill },
      agent: { id: agent },
      agentGroup: null,
      conversation: null,
      handleTime: 1000,
    });
    const slot = (from: string) => [row(from, "1", "12"), row(from, "1", "100"), row(from, "2", "13")];
    expect(await contactCenter(byHand(), fields)).toEqual({
      intervals: {
        window: { from: "2026-11-21T11:30:00.000Z", to: "2026-11-21T12:00:00.000Z" },
        totalCount: 6,
        nodes: [...slot("2026-11-21T11:30:00.000Z"), ...slot("2026-11-21T11:45:00.000Z")],
      },
    });
  });

  test("by skill alone hide rows without human activity unless asked, from the same answer", async () => {
    const context = byHand();
    const fields =
      "humans: intervals(lastMinutes: 15) { nodes { skill { id } arrivals } } bots: intervals(lastMinutes: 15, includeBotSkills: true) { totalCount nodes { skill { id } arrivals } }";
    expect(await contactCenter(context, fields)).toEqual({
      humans: {
        nodes: [
          { skill: { id: "1" }, arrivals: null },
          { skill: { id: "2" }, arrivals: null },
        ],
      },
      bots: {
        totalCount: 3,
        nodes: [
          { skill: { id: "1" }, arrivals: null },
          { skill: { id: "2" }, arrivals: null },
          { skill: { id: "10" }, arrivals: 3 },
        ],
      },
    });
    expect(context.asked[0]).toEqual(context.asked[1]);
  });

  test("say what the platform is still computing, next to the rows that are there", async () => {
    const pending = [{ from: noon - 60_000, to: noon }];
    const reply = (question: Question) => ({ ...(replyTo(question) as IntervalMetricsReply), pending });
    expect(await contactCenter(byHand({ reply }), "intervals(lastMinutes: 15) { totalCount pending { from to } }")).toEqual({
      intervals: { totalCount: 2, pending: [{ from: "2026-11-21T12:06:30.000Z", to: "2026-11-21T12:07:30.000Z" }] },
    });
  });

  test("are paged by cursors of their own list", async () => {
    const page = (after: string) =>
      `intervals(lastMinutes: 30, groupBy: [AGENT], first: 4${after}) { edges { cursor node { agent { id } } } pageInfo { hasNextPage hasPreviousPage endCursor } }`;
    const first = (await contactCenter(byHand(), page(""))) as { intervals: { pageInfo: { endCursor: string } } };
    expect(first).toMatchObject({
      intervals: { edges: [{}, {}, {}, { node: { agent: { id: "12" } } }], pageInfo: { hasNextPage: true, hasPreviousPage: false } },
    });
    expect(await contactCenter(byHand(), page(`, after: "${first.intervals.pageInfo.endCursor}"`))).toMatchObject({
      intervals: {
        edges: [{ node: { agent: { id: "13" } } }, { node: { agent: { id: "100" } } }],
        pageInfo: { hasNextPage: false, hasPreviousPage: true },
      },
    });
  });
});
