import { afterAll, describe, expect, test } from "vitest";
import { intervalMetrics } from "../../src/catalogue/interval-metrics.js";
import { isCarried } from "../../src/catalogue/metric.js";
import { type IntervalSort, intervalSorts } from "../../src/graphql/types/enums.js";
import { minuteMs } from "../../src/time.js";
import { atWork, startStill, stillLine } from "../support/still-line.js";

const line = await startStill({ accounts: [{ id: "demo", skills: 120, agents: 40 }] });
afterAll(() => line.stop());

async function center<Data>(fields: string, from = line) {
  const { data, errors } = await from.ask<{ contactCenter: Data }>(`{ contactCenter { ${fields} } }`);
  return { data: data.contactCenter, errors };
}

type Figure = number | null;
const isOrdered = (figures: readonly Figure[], direction: "ASC" | "DESC"): boolean =>
  figures.slice(1).every((figure, index) => {
    const before = figures[index]!;
    if (before === null || figure === null) return figure === null;
    return direction === "ASC" ? before <= figure : before >= figure;
  });

describe("rows by a figure", () => {
  const groupings = [["SKILL"], ["AGENT"], ["SKILL", "AGENT"], ["CONVERSATION"]];
  const cases = (Object.keys(intervalSorts) as IntervalSort[]).flatMap((metric) =>
    groupings
      .filter((grouping) => isCarried(intervalSorts[metric], grouping, intervalMetrics))
      .map((grouping) => [metric, grouping] as const),
  );

  test.each(cases)("%s of rows grouped by %s: in both directions, the same rows, nulls last", async (metric, grouping) => {
    const { field } = intervalSorts[metric];
    const rows = (
      order: string,
    ) => `intervals(lastMinutes: 120, groupBy: [${grouping}], includeBotSkills: true, first: 5000 ${order}) { nodes {
      from skill { id } agent { id } conversation { id } figure: ${field} } }`;
    const { data, errors } = await center<Record<"up" | "down" | "plain", { nodes: { figure: Figure }[] }>>(
      `up: ${rows(`orderBy: { metric: ${metric}, direction: ASC }`)} down: ${rows(`orderBy: { metric: ${metric} }`)} plain: ${rows("")}`,
    );
    expect(errors).toEqual([]);
    const figures = ({ nodes }: { nodes: { figure: Figure }[] }) => nodes.map(({ figure }) => figure);
    expect(new Set(figures(data.plain)).size).toBeGreaterThan(1);
    expect(isOrdered(figures(data.up), "ASC")).toBe(true);
    expect(isOrdered(figures(data.down), "DESC")).toBe(true);
    const texts = ({ nodes }: { nodes: object[] }) => nodes.map((node) => JSON.stringify(node)).sort();
    expect(texts(data.up)).toEqual(texts(data.plain));
    expect(texts(data.down)).toEqual(texts(data.plain));
  });

  test("goes on from page to page, also of an entity's own rows", async () => {
    const rows = (page: string) => `intervals(lastMinutes: 240, groupBy: [AGENT], orderBy: { metric: HANDLE_TIME }, ${page}) {
      nodes { from agent { id } handleTime } pageInfo { endCursor } }`;
    type Page = { intervals: { nodes: object[]; pageInfo: { endCursor: string } } };
    const whole = await center<Page>(rows("first: 14"));
    const first = await center<Page>(rows("first: 7"));
    const second = await center<Page>(rows(`first: 7, after: "${first.data.intervals.pageInfo.endCursor}"`));
    expect([...first.data.intervals.nodes, ...second.data.intervals.nodes]).toEqual(whole.data.intervals.nodes);
    const { data } = await center<{ skills: { nodes: { intervals: { nodes: { handleTime: number }[] } }[] } }>(
      "skills(first: 3, orderBy: { metric: HUMAN_AGENT_LOAD }) { nodes { intervals(lastMinutes: 600, orderBy: { metric: HANDLE_TIME }) { nodes { handleTime } } } }",
    );
    const own = data.skills.nodes.map(({ intervals }) => intervals.nodes.map(({ handleTime }) => handleTime));
    expect(own.flat().length).toBeGreaterThan(3);
    for (const figures of own) expect(isOrdered(figures, "DESC")).toBe(true);
  });

  test("by a metric that the rows do not carry is refused", async () => {
    const { errors } = await center("intervals(groupBy: [AGENT], orderBy: { metric: ARRIVALS }) { totalCount }");
    expect(errors.map(({ message, extensions }) => [message, extensions.code])).toEqual([
      [expect.stringMatching(/orderBy\.metric.*rows grouped by AGENT carry.*ARRIVALS/), "BAD_USER_INPUT"],
    ]);
  });
});

describe("an order by a metric without a window of its own", () => {
  interface Skills {
    skills: { nodes: { keyMetrics: { closedConversations: Figure } | null }[] };
  }
  const figuresOf = ({ data }: { data: Skills }) => data.skills.nodes.map(({ keyMetrics }) => keyMetrics?.closedConversations ?? null);

  test.each([
    ["lastMinutes: 600"],
    [`between: { from: "${new Date(atWork - 400 * minuteMs).toISOString()}", to: "${new Date(atWork - 100 * minuteMs).toISOString()}" }`],
    [""],
  ])("takes that of the figures selected: %s", async (window) => {
    const own = window && `(${window})`;
    const fresh = await stillLine({ accounts: [{ id: "demo", skills: 120, agents: 40 }] });
    fresh.simulator.resetCounts();
    const answer = await center<Skills>(
      `skills(first: 50, orderBy: { metric: CLOSED_CONVERSATIONS }) { nodes { id keyMetrics${own} { closedConversations } } }`,
      fresh,
    );
    expect(answer.errors).toEqual([]);
    expect(new Set(figuresOf(answer)).size).toBeGreaterThan(1);
    expect(isOrdered(figuresOf(answer), "DESC")).toBe(true);
    expect(fresh.calls()).toBe(1);
  });

  test("of agents too", async () => {
    const { data, errors } = await center<{ agents: { edges: { node: { segments: { avgAgentSegmentDuration: Figure } | null } }[] } }>(
      `agents(orderBy: { metric: AVG_AGENT_SEGMENT_DURATION, direction: ASC }) {
        edges { node { segments(lastMinutes: 300) { avgAgentSegmentDuration } } } }`,
    );
    expect(errors).toEqual([]);
    const figures = data.agents.edges.map(({ node }) => node.segments?.avgAgentSegmentDuration ?? null);
    expect(new Set(figures).size).toBeGreaterThan(3);
    expect(isOrdered(figures, "ASC")).toBe(true);
  });

  test("is the last 60 minutes where several are selected", async () => {
    const list = (order: string) => `skills(first: 120, orderBy: { metric: CLOSED_CONVERSATIONS${order} }) {
      nodes { id short: keyMetrics(lastMinutes: 60) { closedConversations } long: keyMetrics(lastMinutes: 600) { closedConversations } } }`;
    const { data, errors } = await center<Record<"left" | "given", unknown>>(`left: ${list("")} given: ${list(", lastMinutes: 60")}`);
    expect(errors).toEqual([]);
    expect(data.left).toEqual(data.given);
  });
});

describe("a window out of bounds", () => {
  test.each([
    ["agents", "AVG_AGENT_SEGMENT_DURATION", "segments(lastMinutes: 1441) { asOf }"],
    ["skills", "CLOSED_CONVERSATIONS", "keyMetrics(lastMinutes: 1441) { asOf }"],
  ])("of the figures of %s is their own error: the order takes the last 60 minutes", async (list, metric, figures) => {
    const { data, errors } = await center<Record<"left" | "given", { nodes: { id: string; figures?: null }[] }>>(
      `left: ${list}(first: 3, orderBy: { metric: ${metric} }) { nodes { id figures: ${figures} } }
       given: ${list}(first: 3, orderBy: { metric: ${metric}, lastMinutes: 60 }) { nodes { id } }`,
    );
    expect(data.left.nodes).toEqual(data.given.nodes.map(({ id }) => ({ id, figures: null })));
    expect(errors.map(({ path, extensions }) => [path?.slice(-1), extensions.code])).toEqual(
      Array(3).fill([["figures"], "BAD_USER_INPUT"]),
    );
  });

  test.each([
    ["agents", "INTERACTIVE_RATE"],
    ["skills", "CLOSED_CONVERSATIONS"],
  ])("of the order of %s is refused by the order's name", async (list, metric) => {
    const { errors } = await center(`${list}(orderBy: { metric: ${metric}, lastMinutes: 1441 }) { nodes { id } }`);
    expect(errors.map(({ message }) => message)).toEqual(["orderBy.lastMinutes must be between 1 and 1440, but is 1441."]);
  });
});

describe("the age of a list", () => {
  interface Age {
    asOf: string | null;
    stale: boolean | null;
  }

  test.each([
    ["agents"],
    ["agents(orderBy: { metric: INTERACTIVE_RATE })"],
    ["skills"],
    ["skills(orderBy: { metric: AGENT_LOAD })"],
    ["agentGroups"],
    ["conversations"],
  ])("%s: when the platform was asked, the same a second later", async (field) => {
    const fresh = await stillLine();
    const ask = async () =>
      (await center<{ list: Age & { nodes: unknown[] } }>(`list: ${field} { asOf stale nodes { id } }`, fresh)).data.list;
    const first = await ask();
    expect(first).toMatchObject({ asOf: new Date(atWork).toISOString(), stale: false });
    fresh.clock.now += 1_000;
    expect(await ask()).toEqual(first);
  });

  test("says stale where an older answer stands in", async () => {
    const fresh = await stillLine({}, { TTL_INTERVALS_SECONDS: "60" });
    const ask = async () => (await center<{ list: Age }>("list: conversations { asOf stale nodes { id } }", fresh)).data.list;
    const { asOf } = await ask();
    fresh.clock.now += 90_000;
    expect(await ask()).toMatchObject({ asOf, stale: true });
  });

  test("of agents in a skill and in a group", async () => {
    const list = "agents { asOf stale totalCount }";
    const { data, errors } = await center<Record<"skills" | "agentGroups", { nodes: { agents: Age }[] }>>(
      `skills(first: 1) { nodes { ${list} } } agentGroups(first: 1) { nodes { ${list} } }`,
    );
    expect(errors).toEqual([]);
    for (const { nodes } of [data.skills, data.agentGroups])
      expect(nodes[0]!.agents).toMatchObject({ asOf: new Date(line.clock.now).toISOString(), stale: false });
  });

  test("is null where the ids were given, also where figures order them", async () => {
    const { data, errors } = await center<Record<string, Age>>(
      `agents(ids: ["1", "2"]) { asOf stale } skills(ids: ["1"]) { asOf stale } agentGroups(ids: []) { asOf stale }
       ordered: skills(ids: ["1", "2"], orderBy: { metric: AGENT_LOAD }) { asOf stale nodes { id } }`,
    );
    expect(errors).toEqual([]);
    for (const { asOf, stale } of Object.values(data)) expect({ asOf, stale }).toEqual({ asOf: null, stale: null });
  });
});

test("segmentsByAgent answers what agentSegments of a skill does, from the same call", async () => {
  const fresh = await stillLine();
  const id = fresh.simulator.truth("demo").skills[0]!.id;
  fresh.simulator.resetCounts();
  const fields = "(lastMinutes: 240) { agent { id } totalAgentConversationSegments }";
  const { data, errors } = await center<{ skill: Record<"segmentsByAgent" | "agentSegments", unknown[]> }>(
    `skill(id: "${id}") { segmentsByAgent${fields} agentSegments${fields} }`,
    fresh,
  );
  expect(errors).toEqual([]);
  expect(data.skill.segmentsByAgent.length).toBeGreaterThan(0);
  expect(data.skill.segmentsByAgent).toEqual(data.skill.agentSegments);
  expect(fresh.calls()).toBe(1);
});
