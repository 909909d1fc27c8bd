import { afterAll, describe, expect, test } from "vitest";
import { intervalMetrics } from "../../src/catalogue/interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../src/catalogue/key-metrics.js";
import { ceilTo, dayMs, floorTo, hourMs, minuteMs } from "../../src/time.js";
import { atWork, startStill } from "../support/still-line.js";
import { allOf, expectedFigures } from "./expected-figures.js";

type Figures = Record<string, number | null>;

const line = await startStill();
afterAll(() => line.stop());
const truth = line.simulator.truth("demo");
const text = (ms: number) => new Date(ms).toISOString();

async function center<Data>(fields: string): Promise<Data> {
  const { data, errors } = await line.ask<{ contactCenter: Data }>(`{ contactCenter { ${fields} } }`);
  expect(errors).toEqual([]);
  return data.contactCenter;
}

describe("key metrics", () => {
  const byTime = allOf(keyMetricsByTime);
  const current = allOf(keyMetricsCurrent);
  /** The platform rounds windows outward to the minute. */
  const window = { from: ceilTo(atWork, minuteMs) - 240 * minuteMs, to: ceilTo(atWork, minuteMs) };
  const selection = `keyMetrics(lastMinutes: 240) { ${byTime} } current { ${current} }`;
  interface Both {
    keyMetrics: Figures;
    current: Figures;
  }
  const ofRaw = (raw: Record<string, number>): Both => ({
    keyMetrics: expectedFigures(keyMetricsByTime, raw),
    current: expectedFigures(keyMetricsCurrent, raw),
  });

  test.each([
    ["skills", "skillId"],
    ["agentGroups", "agentGroupId"],
  ] as const)("of %s, their names and the account's totals are the platform's", async (list, groupBy) => {
    const answer = await center<Both & Record<string, { nodes: (Both & { id: string; name: string | null })[] }>>(
      `${list} { nodes { id name ${selection} } } ${selection}`,
    );
    const { groups, all } = truth.keyMetrics({ ...window, asOf: atWork, groupBy });
    const expected = groups.map(({ key, keyDescription, metrics }) => ({
      id: key,
      name: keyDescription === "NA" ? null : keyDescription,
      ...ofRaw(metrics),
    }));
    expect(answer[list]!.nodes).toEqual(expected.sort((a, b) => Number(a.id) - Number(b.id)));
    expect({ keyMetrics: answer.keyMetrics, current: answer.current }).toEqual(ofRaw(all));
  });

  test("of one agent are the platform's total over that agent", async () => {
    const { id } = truth.agents[1]!;
    const { agent } = await center<{ agent: Both }>(`agent(id: "${id}") { ${selection} }`);
    expect(agent).toEqual(ofRaw(truth.keyMetrics({ ...window, asOf: atWork, agentIds: [id] }).all));
  });

  test("between two instants are those of the minutes around them", async () => {
    const between = { from: atWork - 3 * hourMs, to: atWork - hourMs };
    const { keyMetrics } = await center<{ keyMetrics: Figures & { window: object } }>(
      `keyMetrics(between: { from: "${text(between.from)}", to: "${text(between.to)}" }) { window { from to } ${byTime} }`,
    );
    const around = { from: floorTo(between.from, minuteMs), to: ceilTo(between.to, minuteMs) };
    const expected = expectedFigures(keyMetricsByTime, truth.keyMetrics({ ...around, asOf: atWork }).all);
    expect(keyMetrics).toEqual({ window: { from: text(around.from), to: text(around.to) }, ...expected });
  });

  test("add up: who closed, and what is open", async () => {
    const { keyMetrics, current: now } = await center<{ keyMetrics: Record<string, number>; current: Record<string, number> }>(selection);
    expect(keyMetrics.closedConversations).toBeGreaterThan(0);
    expect(keyMetrics.closedByAgent! + keyMetrics.closedByConsumer! + keyMetrics.autoClosed!).toBe(keyMetrics.closedConversations);
    expect(now.assignedConversations! + now.unassignedConversations!).toBe(now.openConversations);
    expect(now.overdueConversationsInQueue! + now.overdueConversationsAssigned!).toBe(now.overdueConversationsTotal);
  });
});

describe("interval metrics", () => {
  const all = allOf(intervalMetrics);
  const names = (fields: readonly string[]) => intervalMetrics.inOrder.filter(({ field }) => fields.includes(field));
  const upstream = intervalMetrics.inOrder.map(({ upstream }) => upstream);
  const everyMinutes = 30;
  const to = floorTo(atWork, everyMinutes * minuteMs);
  const window = { from: to - 4 * hourMs, to };

  type Row = Figures & { from: string } & Record<"skill" | "agent" | "agentGroup" | "conversation", { id: string } | null>;
  const rowsOf = (nodes: readonly Row[]) =>
    nodes.map(({ from, skill, agent, agentGroup, conversation, ...figures }) => ({
      from,
      ids: [skill?.id, agent?.id, agentGroup?.id, conversation?.id],
      figures,
    }));
  /** Message counts do not go with conversations; arrivals and closed ones go with skill alone. */
  const measured = (grouping: readonly string[]) =>
    upstream.filter((name) => {
      if (["arrivals", "closedConversations"].includes(name)) return grouping.join() === "skill";
      return !(grouping.includes("conversation") && ["consumerMessages", "agentMessages"].includes(name));
    });

  test.each([
    ["[SKILL]", ["skill"]],
    ["[AGENT]", ["agent"]],
    ["[AGENT_GROUP]", ["agentGroup"]],
    ["[CONVERSATION]", ["conversation"]],
    ["[SKILL, AGENT, AGENT_GROUP]", ["skill", "agent", "agentGroup"]],
    ["[AGENT, CONVERSATION]", ["agent", "conversation"]],
  ] as const)("grouped by %s are the platform's rows", async (groupBy, grouping) => {
    const { intervals } = await center<{ intervals: { window: object; totalCount: number; nodes: Row[] } }>(
      `intervals(lastMinutes: 240, everyMinutes: ${everyMinutes}, groupBy: ${groupBy}, first: 5000) {
        window { from to } totalCount nodes { from skill { id } agent { id } agentGroup { id } conversation { id } ${all} } }`,
    );
    const rows = truth.intervalMetrics({
      ...window,
      intervalMinutes: everyMinutes,
      grouping,
      handleTimeModel: "IFT",
      metrics: measured(grouping),
    });
    expect(rows.length).toBeGreaterThan(5);
    expect(intervals.window).toEqual({ from: text(window.from), to: text(window.to) });
    expect(intervals.totalCount).toBe(rows.length);
    const expected = rows.map((row) => ({
      from: text(row.from),
      ids: [row.skillId, row.agentId, row.agentGroupId, row.conversationId],
      figures: expectedFigures(intervalMetrics, row.metrics),
    }));
    const order = (a: { from: string; ids: unknown[] }, b: { from: string; ids: unknown[] }) =>
      `${a.from} ${a.ids}` < `${b.from} ${b.ids}` ? -1 : 1;
    expect(rowsOf(intervals.nodes).sort(order)).toEqual(expected.sort(order));
    expect(intervals.nodes.map(({ from }) => from)).toEqual(intervals.nodes.map(({ from }) => from).sort());
  });

  test("of bot skills are shown when asked for, with the figures that bots leave and no others", async () => {
    const fields = (include: boolean) =>
      `intervals(lastMinutes: 240, everyMinutes: ${everyMinutes}, includeBotSkills: ${include}, first: 5000) { nodes { from skill { id } ${all} } }`;
    type Answered = Record<"some" | "every", { nodes: Row[] }>;
    const { some, every } = await center<Answered>(`some: ${fields(false)} every: ${fields(true)}`);
    const rows = truth.intervalMetrics({
      ...window,
      intervalMinutes: everyMinutes,
      grouping: ["skill"],
      handleTimeModel: "IFT",
      metrics: upstream,
      includeBotSkills: true,
    });
    expect(every.nodes.length).toBe(rows.length);
    expect(every.nodes.length).toBeGreaterThan(some.nodes.length);
    const isBots = ({ from, skill }: Row) => !some.nodes.some((row) => row.from === from && row.skill?.id === skill?.id);
    const human = names(["handleTime", "workTime", "handledConversations", "repliedConversations", "agentMessages"]);
    for (const row of every.nodes.filter(isBots)) {
      expect(human.map(({ field }) => row[field])).toEqual(human.map(() => null));
      expect(row.consumerMessages! + row.arrivals! + row.closedConversations!).toBeGreaterThan(0);
    }
  });

  test("of a whole closed day are its 24 hours added up, for handling and messages", async () => {
    const midnight = floorTo(atWork, dayMs);
    const day = `between: { from: "${text(midnight - dayMs)}", to: "${text(midnight)}" }, groupBy: [AGENT], first: 5000`;
    const fields = "handleTime workTime agentMessages";
    type Answered = Record<"hours" | "day", { nodes: Row[] }>;
    const answer = await center<Answered>(
      `hours: intervals(${day}, everyMinutes: 60) { nodes { agent { id } ${fields} } }
       day: intervals(${day}, everyMinutes: 1440) { nodes { agent { id } ${fields} } }`,
    );
    expect(answer.day.nodes.length).toBeGreaterThan(3);
    for (const whole of answer.day.nodes) {
      const hours = answer.hours.nodes.filter(({ agent }) => agent?.id === whole.agent?.id);
      const sum = (field: string) => hours.reduce((total, row) => total + row[field]!, 0);
      expect(sum("agentMessages")).toBe(whole.agentMessages);
      // The platform cuts times to whole seconds in each row.
      for (const field of ["handleTime", "workTime"]) {
        expect(sum(field)).toBeLessThanOrEqual(whole[field]!);
        expect(whole[field]! - sum(field)).toBeLessThan(1000 * hours.length);
      }
    }
  });

  test("of a conversation add up to its handling, in a list and alone", async () => {
    type Node = { id: string; handling: Figures & { agents: { id: string }[] }; intervals: { nodes: Row[] } };
    const own = "intervals(lastMinutes: 240, splitBy: [AGENT]) { nodes { agent { id } handleTime workTime } }";
    const { conversations } = await center<{ conversations: { nodes: Node[] } }>(
      `conversations(lastMinutes: 240, first: 5) { nodes { id handling { handleTime workTime agents { id } } ${own} } }`,
    );
    expect(conversations.nodes.length).toBe(5);
    for (const { id, handling, intervals } of conversations.nodes) {
      for (const field of ["handleTime", "workTime"])
        expect(handling[field]).toBe(intervals.nodes.reduce((sum, row) => sum + row[field]!, 0));
      expect(new Set(handling.agents.map((agent) => agent.id))).toEqual(new Set(intervals.nodes.map(({ agent }) => agent?.id)));
      const { conversation } = await center<{ conversation: { handling: Figures } }>(
        `conversation(id: "${id}") { handling(lastMinutes: 240) { handleTime } }`,
      );
      expect(conversation.handling.handleTime).toBe(handling.handleTime);
    }
  });
});
