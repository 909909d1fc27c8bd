import { describe, expect, test } from "vitest";
import { minuteMs } from "../../src/time.js";
import type { Line } from "../support/line.js";
import { stillLine } from "../support/still-line.js";

interface Page {
  nodes: Record<string, unknown>[];
  edges: { cursor: string; node: Record<string, unknown> }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: number | null;
}

/** Skills on three pages of the platform. */
const many = { accounts: [{ id: "demo", skills: 120, agents: 40 }] };
/** Rows of a day on two pages of the platform. */
const busy = { accounts: [{ id: "demo", conversationsPerDay: 400 }] };

const page = async (line: Line, field: string, args: string, node: string, after: string | null, first: number) => {
  const query = `query ($after: String, $first: Int) { contactCenter { list: ${field}(${args} first: $first, after: $after) {
    nodes { ${node} } edges { cursor node { ${node} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } } }`;
  const { data, errors } = await line.ask<{ contactCenter: { list: Page | null } }>(query, { variables: { after, first } });
  return { list: data?.contactCenter.list ?? null, errors };
};

/** All pages from the first to the one that says that none follows. */
async function pages(line: Line, field: string, args: string, node: string, first: number): Promise<Page[]> {
  const read: Page[] = [];
  for (let after: string | null = null; ; ) {
    const { list, errors } = await page(line, field, args, node, after, first);
    expect(errors).toEqual([]);
    read.push(list!);
    if (!list!.pageInfo.hasNextPage) return read;
    after = list!.pageInfo.endCursor;
    expect(read.length).toBeLessThan(100);
  }
}

const lists: [name: string, field: string, args: string, node: string, first: number][] = [
  ["agents by id", "agents", "", "id", 7],
  ["agents by a figure", "agents", "orderBy: { metric: AVG_AGENT_SEGMENT_DURATION, lastMinutes: 1440, direction: ASC },", "id", 7],
  ["skills by id, over the platform's pages", "skills", "", "id name", 50],
  [
    "skills by a figure, in the platform's order",
    "skills",
    "orderBy: { metric: CLOSED_CONVERSATIONS, lastMinutes: 240 },",
    "id keyMetrics(lastMinutes: 240) { closedConversations }",
    32,
  ],
  ["groups", "agentGroups", "", "id", 2],
  ["conversations", "conversations", "lastMinutes: 240,", "id", 9],
  [
    "intervals, over the platform's pages",
    "intervals",
    "lastMinutes: 1440, groupBy: [AGENT, CONVERSATION],",
    "from agent { id } conversation { id } handleTime",
    250,
  ],
];

describe("page after page to the end", () => {
  test.each(lists)("%s: every node once, in the order of the whole, whatever the size of a page", async (_, field, args, node, first) => {
    const line = await stillLine(field === "intervals" ? busy : many);
    const read = await pages(line, field, args, node, first);
    expect(read.length).toBeGreaterThan(1);
    const nodes = read.flatMap((each) => each.nodes);
    const whole = await page(line, field, args, node, null, field === "intervals" ? 5000 : 500);
    expect(nodes).toEqual(whole.list!.nodes);
    expect(new Set(nodes.map((each) => JSON.stringify(each))).size).toBe(nodes.length);
    for (const [index, each] of read.entries()) {
      expect(each.nodes).toHaveLength(index < read.length - 1 ? first : nodes.length - first * index);
      expect(each.edges.map((edge) => edge.node)).toEqual(each.nodes);
      expect(each.pageInfo).toEqual({
        hasNextPage: index < read.length - 1,
        hasPreviousPage: index > 0,
        startCursor: each.edges[0]!.cursor,
        endCursor: each.edges.at(-1)!.cursor,
      });
      expect([nodes.length, null]).toContain(each.totalCount);
    }
  });

  test.each(["keys", "refs", "offsets"] as const)("the platform's pages are read to the end by %s, once", async (paging) => {
    const line = await stillLine(busy);
    line.simulator.variants({ paging });
    await pages(line, "intervals", "lastMinutes: 1440, groupBy: [AGENT, CONVERSATION],", "from", 250);
    const { totalCount } = (await page(line, "intervals", "lastMinutes: 1440, groupBy: [AGENT, CONVERSATION],", "from", null, 5000)).list!;
    expect(totalCount).toBeGreaterThan(500);
    expect(line.calls()).toBe(Math.ceil(totalCount! / 500));
  });

  test("skills that the platform sorts are read no further than asked for", async () => {
    const line = await stillLine(many);
    const { list } = await page(line, "skills", "orderBy: { metric: AVG_WAIT_TIME },", "id keyMetrics { avgWaitTime }", null, 10);
    expect(line.calls()).toBe(1);
    expect(list!.nodes).toHaveLength(10);
    expect(list!.totalCount).toBe(120);
    const waits = list!.nodes.map(({ keyMetrics }) => (keyMetrics as { avgWaitTime: number }).avgWaitTime);
    expect(waits).toEqual(waits.toSorted((a, b) => b - a));
    const truth = line.simulator
      .truth("demo")
      .keyMetrics({ from: line.clock.now - 60 * minuteMs - 33_444, to: line.clock.now + 26_556, groupBy: "skillId" });
    const longest = Math.max(...truth.groups.map(({ metrics }) => metrics.avgWaitTime ?? 0));
    expect(waits[0]).toBe(longest);
  });

  test("of the ids given, in their order, each once", async () => {
    const line = await stillLine(many);
    const ids = 'ids: ["1003", "7", "1001", "1003", "-1"],';
    const read = await pages(line, "agents", ids, "id", 3);
    expect(read.map(({ nodes }) => nodes.map(({ id }) => id))).toEqual([["1003", "7", "1001"], ["-1"]]);
    expect(line.calls()).toBe(0);
  });
});

describe("a cursor", () => {
  test("of another list, or with other arguments, is refused", async () => {
    const line = await stillLine(many);
    const { list } = await page(line, "skills", "", "id", null, 5);
    const cursor = list!.pageInfo.endCursor;
    for (const [field, args] of [
      ["agentGroups", ""],
      ["skills", "orderBy: { metric: AVG_WAIT_TIME },"],
    ] as const) {
      const { errors } = await page(line, field, args, "id", cursor, 5);
      expect(errors.map(({ message, extensions }) => [extensions.code, message])).toEqual([
        ["BAD_USER_INPUT", expect.stringContaining("after must be a cursor of this list")],
      ]);
    }
  });

  test("of an order that figures have changed is refused, and of ids goes on", async () => {
    const line = await stillLine(many);
    const ordered = "orderBy: { metric: TOTAL_AGENT_CONVERSATION_SEGMENTS, lastMinutes: 60 },";
    const byFigure = (await page(line, "agents", ordered, "id", null, 10)).list!;
    const byId = (await page(line, "agents", "", "id", null, 10)).list!;
    line.clock.now += 90 * minuteMs;
    const expired = await page(line, "agents", ordered, "id", byFigure.pageInfo.endCursor, 10);
    expect(expired.errors.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
    expect(expired.errors[0]?.message).toMatch(/figures have changed: begin again/);
    const next = await page(line, "agents", "", "id", byId.pageInfo.endCursor, 10);
    expect(next.errors).toEqual([]);
    expect(Number(next.list!.nodes[0]!.id)).toBeGreaterThan(Number(byId.nodes.at(-1)!.id));
  });
});
