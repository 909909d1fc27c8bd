import { describe, expect, test } from "vitest";
import { minuteMs } from "../../src/time.js";
import { atWork, stillLine } from "../support/still-line.js";

const quiet = { accounts: [{ id: "demo", agents: 3, skills: 2, conversationsPerDay: 2 }] };

describe("no data is null, without an error:", () => {
  test("an id that was never seen is an entity whose metrics are null", async () => {
    const line = await stillLine();
    const segments = "segments { totalAgentConversationSegments }";
    const { data, errors } = await line.ask(`{ contactCenter {
      agent(id: "77") { id name login group { id } skills { id } ${segments} intervals { totalCount } }
      skill(id: "77") { id name segments { totalSkillConversationSegments } agents { totalCount } agentSegments { asOf } keyMetrics { csat } current { onlineAgents } }
      agentGroup(id: "77") { id name agents { totalCount } keyMetrics { csat } current { onlineAgents } }
      conversation(id: "nobody") { id handling { handleTime } intervals { nodes { from } } }
    } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      contactCenter: {
        agent: { id: "77", name: null, login: null, group: null, skills: [], segments: null, intervals: { totalCount: 0 } },
        skill: { id: "77", name: null, segments: null, agents: { totalCount: 0 }, agentSegments: [], keyMetrics: null, current: null },
        agentGroup: { id: "77", name: null, agents: { totalCount: 0 }, keyMetrics: null, current: null },
        conversation: { id: "nobody", handling: null, intervals: { nodes: [] } },
      },
    });
  });

  test("an average over zero segments is null though the platform writes 0, and zero counts stay zero", async () => {
    const line = await stillLine(quiet);
    const wire = line.simulator.truth("demo").agentSegments({ from: atWork - minuteMs, to: atWork }).metricsTotal;
    expect(wire).toMatchObject({ totalAgentConversationSegments: 0, avgAgentSegmentDuration: 0 });
    const { data, errors } = await line.ask(`{ contactCenter {
      agentSegments(lastMinutes: 1) { totalAgentConversationSegments interactiveAgentSegments avgAgentSegmentDuration avgAgentMessagesInAgentSegment }
      skillSegments(lastMinutes: 1) { totalSkillConversationSegments avgTimeToFirstAgentMessageFromAgentAssignment }
    } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      contactCenter: {
        agentSegments: {
          totalAgentConversationSegments: 0,
          interactiveAgentSegments: 0,
          avgAgentSegmentDuration: null,
          avgAgentMessagesInAgentSegment: null,
        },
        skillSegments: { totalSkillConversationSegments: 0, avgTimeToFirstAgentMessageFromAgentAssignment: null },
      },
    });
  });

  test("a key metric that nothing counts for is null, a count of nothing is zero", async () => {
    const line = await stillLine(quiet);
    const { data } = await line.ask(
      "{ contactCenter { keyMetrics(lastMinutes: 1) { avgWaitTime csat closedConversations } current { queueWaitTime90thPercentile unassignedConversations } } }",
    );
    expect(data).toEqual({
      contactCenter: {
        keyMetrics: { avgWaitTime: null, csat: null, closedConversations: 0 },
        current: { queueWaitTime90thPercentile: null, unassignedConversations: 0 },
      },
    });
  });

  test("arrivals and closed conversations are of rows by skill alone, messages never of conversations", async () => {
    const line = await stillLine();
    const of = (groupBy: string) =>
      `intervals(lastMinutes: 240, groupBy: [${groupBy}], first: 1) { nodes { arrivals closedConversations agentMessages } }`;
    type Rows = Record<string, { nodes: { arrivals: number | null; closedConversations: number | null; agentMessages: number | null }[] }>;
    const { data, errors } = await line.ask<{ contactCenter: Rows }>(`{ contactCenter {
      skill: ${of("SKILL")} agent: ${of("AGENT")} both: ${of("SKILL, AGENT")} conversation: ${of("CONVERSATION")} } }`);
    expect(errors).toEqual([]);
    const nulls = Object.fromEntries(
      Object.entries(data.contactCenter).map(([name, { nodes }]) => [
        name,
        Object.entries(nodes[0]!).flatMap(([field, value]) => (value === null ? [field] : [])),
      ]),
    );
    expect(nulls).toEqual({
      skill: [],
      agent: ["arrivals", "closedConversations"],
      both: ["arrivals", "closedConversations"],
      conversation: ["arrivals", "closedConversations", "agentMessages"],
    });
  });
});

describe("an empty list argument means nothing:", () => {
  test.each([
    ["agents(ids: []) { totalCount nodes { id } }", { totalCount: 0, nodes: [] }],
    ["skills(ids: [], orderBy: { metric: AVG_WAIT_TIME }) { totalCount nodes { id } }", { totalCount: 0, nodes: [] }],
    ["agentSegments(agentIds: []) { asOf }", null],
    ["agentSegments(agentGroupIds: []) { asOf }", null],
    ["skillSegments(skillIds: []) { asOf }", null],
    ["keyMetrics(skillIds: []) { csat }", null],
    ['current(agentIds: [], skillIds: ["1"]) { onlineAgents }', null],
  ])("%s", async (field, expected) => {
    const line = await stillLine();
    const { data, errors } = await line.ask(`{ contactCenter { field: ${field} } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({ contactCenter: { field: expected } });
    expect(line.calls()).toBe(0);
  });

  test("no skill within one agent's segments is no row, and costs nothing more", async () => {
    const line = await stillLine();
    const { data, errors } = await line.ask(
      "{ contactCenter { agentSegments(lastMinutes: 240) { totalAgentConversationSegments bySkill(skillIds: []) { asOf } } } }",
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ contactCenter: { agentSegments: { totalAgentConversationSegments: expect.any(Number), bySkill: [] } } });
    expect(line.simulator.requests().filter(({ query }) => query.includes("skillIds"))).toEqual([]);
  });
});
