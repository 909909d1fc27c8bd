import { afterAll, describe, expect, test } from "vitest";
import type { Line } from "../support/line.js";
import { startStill, stillLine } from "../support/still-line.js";

interface Row {
  from: string;
  skill: { id: string } | null;
  agent: { id: string } | null;
  handleTime: number | null;
  handledConversations: number | null;
}

const line = await startStill();
afterAll(() => line.stop());

async function center<Data>(fields: string, from: Line = line) {
  const { data, errors } = await from.ask<{ contactCenter: Data }>(`{ contactCenter { ${fields} } }`);
  return { data: data.contactCenter, errors };
}
const quoted = (ids: readonly string[]) => JSON.stringify(ids);

const rowsBy = (filters: string, more = "") =>
  `intervals(lastMinutes: 240, everyMinutes: 60, groupBy: [SKILL, AGENT], first: 5000 ${filters}) {
    nodes { from skill { id } agent { id } handleTime handledConversations } totalCount pending { from } ${more} }`;

/** Rows of agents with work and without, and of skills with work. */
async function everything() {
  const { data, errors } = await center<{ intervals: { nodes: Row[] } }>(rowsBy(""));
  expect(errors).toEqual([]);
  const { nodes } = data.intervals;
  const ids = (kind: "agent" | "skill") => [...new Set(nodes.flatMap((row) => row[kind]?.id ?? []))];
  return { nodes, agents: ids("agent"), skills: ids("skill") };
}

describe("rows of several ids", () => {
  test("are those rows of all that name one of them, of both kinds where two lists are given", async () => {
    const { nodes, agents, skills } = await everything();
    const [some, few] = [[...agents.slice(0, 3), "987654321"], skills.slice(0, 2)];
    const fresh = await stillLine();
    const { data, errors } = await center<Record<"agents" | "both" | "one", { nodes: Row[]; totalCount: number }>>(
      `agents: ${rowsBy(`agentIds: ${quoted(some)}`)}
       both: ${rowsBy(`agentIds: ${quoted(some)}, skillIds: ${quoted(few)}`)}
       one: ${rowsBy(`agentIds: ${quoted(some)}, skillId: "${few[0]}"`)}`,
      fresh,
    );
    expect(errors).toEqual([]);
    const ofAgents = nodes.filter(({ agent }) => some.includes(agent?.id ?? ""));
    expect(ofAgents.length).toBeGreaterThan(3);
    expect(data.agents.nodes).toEqual(ofAgents);
    expect(data.agents.totalCount).toBe(ofAgents.length);
    expect(data.both.nodes).toEqual(ofAgents.filter(({ skill }) => few.includes(skill?.id ?? "")));
    expect(data.one.nodes).toEqual(ofAgents.filter(({ skill }) => skill?.id === few[0]));
  });

  test("cost no more calls than the fewer of a call for each id and the pages of all rows", async () => {
    const { agents } = await everything();
    const calls = async (ids: readonly string[], hours: number) => {
      const fresh = await stillLine();
      fresh.simulator.resetCounts();
      const fields = rowsBy(`agentIds: ${quoted(ids)}`).replace("240", String(hours * 60));
      expect((await center(fields, fresh)).errors).toEqual([]);
      return fresh.calls();
    };
    expect(await calls(agents.slice(0, 2), 4)).toBe(1);
    expect(await calls(agents, 4)).toBe(1);
    expect(await calls(agents.slice(0, 2), 24)).toBeLessThanOrEqual(2);
  });

  test("over several days are those of each day", async () => {
    const { agents } = await everything();
    const some = agents.slice(0, 6);
    const days = "lastMinutes: 4320, everyMinutes: 1440, groupBy: [AGENT], first: 5000";
    const { data, errors } = await center<Record<"all" | "some", { nodes: Row[] }>>(
      `all: intervals(${days}) { nodes { from agent { id } handleTime } }
       some: intervals(${days}, agentIds: ${quoted(some)}) { nodes { from agent { id } handleTime } }`,
    );
    expect(errors).toEqual([]);
    expect(new Set(data.some.nodes.map(({ from }) => from)).size).toBeGreaterThan(1);
    expect(data.some.nodes).toEqual(data.all.nodes.filter(({ agent }) => some.includes(agent?.id ?? "")));
  });

  test("of one id in a list are those of the id, whatever the rows are grouped by", async () => {
    const { agents } = await everything();
    const grouped = "groupBy: [SKILL]";
    const { data, errors } = await center<Record<"single" | "list", unknown>>(
      `single: intervals(${grouped}, agentId: "${agents[0]}") { nodes { from handleTime } }
       list: intervals(${grouped}, agentIds: ["${agents[0]}", "${agents[0]}"]) { nodes { from handleTime } }`,
    );
    expect(errors).toEqual([]);
    expect(data.list).toEqual(data.single);
  });
});

describe("conversations of several ids", () => {
  interface Conversations {
    nodes: { id: string; handling: { handleTime: number | null; workTime: number | null } | null }[];
  }

  test("are those that one of them handled, with the sums of their rows alone", async () => {
    const { agents } = await everything();
    const some = agents.slice(0, 3);
    const { data, errors } = await center<{
      rows: { nodes: (Row & { conversation: { id: string } | null })[] };
      conversations: Conversations;
    }>(
      `rows: intervals(lastMinutes: 120, groupBy: [AGENT, CONVERSATION], first: 5000) { nodes { agent { id } conversation { id } handleTime } }
       conversations(lastMinutes: 120, agentIds: ${quoted(some)}, first: 500) { nodes { id handling { handleTime workTime } } }`,
    );
    expect(errors).toEqual([]);
    const sums = new Map<string, number>();
    for (const { agent, conversation, handleTime } of data.rows.nodes)
      if (conversation && some.includes(agent?.id ?? "")) sums.set(conversation.id, (sums.get(conversation.id) ?? 0) + (handleTime ?? 0));
    expect(sums.size).toBeGreaterThan(3);
    const told = data.conversations.nodes.map(({ id, handling }) => [id, handling?.handleTime ?? 0] as const);
    expect(new Map(told)).toEqual(sums);
  });

  test("named by their own ids are those of them that had activity", async () => {
    const { data } = await center<{ conversations: Conversations }>("conversations(lastMinutes: 120) { nodes { id } }");
    const [first, second] = data.conversations.nodes.map(({ id }) => id);
    const named = await center<{ conversations: Conversations }>(
      `conversations(lastMinutes: 120, conversationIds: ${quoted([second!, first!, "never-seen"])}) { nodes { id } }`,
    );
    expect(named.errors).toEqual([]);
    expect(named.data.conversations.nodes.map(({ id }) => id).sort()).toEqual([first!, second!].sort());
  });

  test("keep the list's filter where handling has a model of its own", async () => {
    const { agents } = await everything();
    const list = (filter: string) =>
      `conversations(lastMinutes: 120, ${filter}, first: 500) { nodes { id handling(handleTimeModel: EHT) { handleTime } } }`;
    const some = agents.slice(0, 2);
    const { data, errors } = await center<Record<"both" | "one" | "other", Conversations>>(
      `both: ${list(`agentIds: ${quoted(some)}`)} one: ${list(`agentId: "${some[0]}"`)} other: ${list(`agentId: "${some[1]}"`)}`,
    );
    expect(errors).toEqual([]);
    const sums = new Map<string, number>();
    for (const { id, handling } of [...data.one.nodes, ...data.other.nodes])
      sums.set(id, (sums.get(id) ?? 0) + (handling?.handleTime ?? 0));
    expect(new Map(data.both.nodes.map(({ id, handling }) => [id, handling?.handleTime ?? 0]))).toEqual(sums);
  });
});

describe("what is refused or means nothing", () => {
  test.each([
    ['intervals(agentId: "1", agentIds: ["2"]) { totalCount }', "agentId", "left out when agentIds is given"],
    ['intervals(groupBy: [SKILL], agentIds: ["1", "2"]) { totalCount }', "agentIds", "at most one id where groupBy does not hold AGENT"],
    ['intervals(skillIds: ["1", "all"]) { totalCount }', "skillIds", "an id of 1 to 19 digits"],
    [
      `intervals(skillIds: ${quoted(Array.from({ length: 501 }, (_, index) => String(index)))}) { totalCount }`,
      "skillIds",
      "between 0 and 500",
    ],
    ['conversations(conversationIds: ["a b"]) { totalCount }', "conversationIds", "an id of 1 to 64 letters"],
  ])("%s", async (field, argument, bound) => {
    line.simulator.resetCounts();
    const { errors } = await center(field);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
    expect(errors[0]!.message).toContain(argument);
    expect(errors[0]!.message).toContain(bound);
    expect(line.calls()).toBe(0);
  });

  test.each([
    'intervals(agentIds: [], skillId: "1") { totalCount }',
    "conversations(skillIds: []) { nodes { id handling { handleTime } } }",
  ])("an empty list means none: %s is null without a call", async (field) => {
    line.simulator.resetCounts();
    const { data, errors } = await center<Record<string, unknown>>(field);
    expect(errors).toEqual([]);
    expect(Object.values(data)).toEqual([null]);
    expect(line.calls()).toBe(0);
  });
});
