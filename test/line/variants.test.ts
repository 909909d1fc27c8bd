import { beforeAll, describe, expect, test } from "vitest";
import type { SimulatorOptions } from "../../src/simulator/controls.js";
import type { WireVariants } from "../../src/simulator/simulator.js";
import { documented } from "../../src/simulator/wire/variants.js";
import { type StillLine, startStill, stillLine } from "../support/still-line.js";

/** Enough conversations that their rows of a day fill several pages. */
const busy: SimulatorOptions = { accounts: [{ id: "demo", conversationsPerDay: 320 }] };

/** Every API, every way to read it: rows, totals, intervals, splits, names, pages. */
const query = `{ contactCenter {
  agents { nodes { id name login group { id name } skills { id }
    segments(lastMinutes: 240) { window { from to } totalAgentConversationSegments avgAgentSegmentDuration
      intervals(everyMinutes: 5) { from to totalAgentConversationSegments avgAgentSegmentDuration bySkill { skill { id } interactiveAgentSegments } }
      bySkill { skill { id } totalAgentConversationSegments } } } }
  agentSegments(lastMinutes: 240) { totalAgentConversationSegments avgAgentMessagesInAgentSegment
    intervals(everyMinutes: 5) { from totalAgentConversationSegments avgAgentSegmentDuration } }
  skills { totalCount nodes { id name
    segments(lastMinutes: 240) { totalSkillConversationSegments intervals(everyMinutes: 5) { from totalSkillConversationSegments } }
    keyMetrics(lastMinutes: 240) { avgWaitTime closedConversations autoClosed csat concludedConversations }
    current { unassignedConversations onlineAgents agentLoad queueWaitTime90thPercentile availableSlots } } }
  skillSegments(lastMinutes: 240) { totalSkillConversationSegments avgTimeToFirstAgentMessageFromAgentAssignment
    intervals(everyMinutes: 5) { from totalSkillConversationSegments } }
  agentGroups { nodes { id name current { openConversations } agents { nodes { id } } } }
  keyMetrics(lastMinutes: 60) { window { from to } avgTimeToResponse closedByConsumer }
  current { overdueConversationsTotal awayAgents }
  intervals(lastMinutes: 1440, everyMinutes: 30, includeBotSkills: true, first: 5000) {
    nodes { from to skill { id name } handleTime workTime arrivals closedConversations consumerMessages } }
  handled: intervals(lastMinutes: 1440, groupBy: [AGENT, CONVERSATION], first: 5000) {
    totalCount nodes { from agent { id } conversation { id } handleTime workTime } }
  conversations(lastMinutes: 240, first: 20) { totalCount nodes { id handling { handleTime agents { id name } } } }
} }`;

type Data = { contactCenter: { handled: { totalCount: number }; agentSegments: { totalAgentConversationSegments: number } } };
type Change = (data: Data) => unknown;

/** The data with every object for which `applies`, changed. */
const changed =
  (applies: (object: Record<string, unknown>, key: string) => boolean, change: (value: unknown) => unknown): Change =>
  (data) => {
    const walk = (value: unknown, key: string): unknown => {
      if (Array.isArray(value)) return value.map((each) => walk(each, key));
      if (typeof value !== "object" || value === null) return value;
      const object = value as Record<string, unknown>;
      const entries = Object.entries(object).map(([name, inner]) => [name, walk(inner, name)] as const);
      return Object.fromEntries(applies(object, key) ? entries.map(([name, inner]) => [name, change(inner)]) : entries);
    };
    return walk(data, "");
  };

/** What a left-out count says is nothing: null. */
const zeroIsNull = (value: unknown) => (value === 0 ? null : value);
const countsLeftOut = changed((_, key) => key === "keyMetrics" || key === "current", zeroIsNull);
const emptyLeftOut = changed((_, key) => key === "intervals", zeroIsNull);

/** Ways in which the wire may differ without changing any answer. In one round each API differs in one way at most. */
const rounds: Partial<WireVariants>[] = [
  { totalsName: "metricsTotals", longsAsDecimals: true, longsAsStrings: true, baseUri: "path" },
  { totalsPlace: "section", baseUri: "scheme" },
  { totalsPlace: "section", agentSkillsName: "skillsMetrics", skillsName: "skillsMetricsPerAgent" },
  { agentSkillsName: "skillsMetricsPerAgent", skillsName: "skillsMetricsPerAgent", totalsName: "metricsTotals" },
  { emptyMapsAsLists: true, baseUri: "host" },
  { agentIntervalsWrapped: false, skillIntervalsWrapped: true, defaultSections: [], rowIds: "number" },
  { agentIntervalOrder: "descending", skillIntervalOrder: "ascending", defaultSections: ["all"], rowIds: "string" },
  { rowTimesShifted: true },
  { paging: "refs" },
  { paging: "offsets" },
  { emptyPages: true },
  { startedBefore: true },
];

/** Ways that change what is told, and how the answer then differs. */
const telling: [variant: Partial<WireVariants>, becomes: Change][] = [
  [{ emptyIntervals: false }, emptyLeftOut],
  [{ zeroCountsAbsent: true }, countsLeftOut],
];

const elsewhere: Partial<Record<keyof WireVariants, string>> = {
  nullKeys: "another answer, below",
  agentMinusOne: "another answer, below",
  withoutAll: "fails who asked for the total; partial-answers.test.ts",
  intervalFeature: "unfinished-intervals.test.ts tells apart an account without interval metrics",
  keyMetricsLookbackHours: "a bound of the platform, which the gateway keeps by its setting",
  errorForm: "no figure; faults.test.ts",
  limitRetryAfter: "no figure; faults.test.ts",
  tokenSeconds: "no figure; the credentials' own tests",
  breaks: "ways to break what merging assumes, for the doctor to find",
};

async function answered(line: StillLine): Promise<Data> {
  const { data, errors } = await line.ask<Data>(query);
  expect(errors).toEqual([]);
  return data;
}

let healthy: Data;
beforeAll(async () => {
  const line = await startStill(busy);
  healthy = await answered(line);
  await line.stop();
});

describe("whatever the wire looks like, the answer is the same:", () => {
  test("every variant of the simulator is tried here or elsewhere", () => {
    const here = [...rounds, ...telling.map(([variant]) => variant)].flatMap((round) => Object.keys(round));
    expect([...new Set([...here, ...Object.keys(elsewhere)])].sort()).toEqual(Object.keys(documented).sort());
  });

  test("the answer compared is worth it: pages are turned, and intervals are empty", () => {
    expect(healthy.contactCenter.handled.totalCount).toBeGreaterThan(500);
    expect(emptyLeftOut(healthy)).not.toEqual(healthy);
    expect(countsLeftOut(healthy)).not.toEqual(healthy);
  });

  test.each(rounds.map((round) => [JSON.stringify(round), round] as const))("%s", async (_, round) => {
    const line = await stillLine(busy);
    line.simulator.variants(round);
    expect(await answered(line)).toEqual(healthy);
  });

  test.each(telling.map(([variant, becomes]) => [JSON.stringify(variant), variant, becomes] as const))(
    "but for null in place of the counts that %s leaves out",
    async (_, variant, becomes) => {
      const line = await stillLine(busy);
      line.simulator.variants(variant);
      expect(await answered(line)).toEqual(becomes(healthy));
    },
  );
});

describe("rows that name nobody", () => {
  const fields = `agents { nodes { id name skills { id } segments(lastMinutes: 240) { totalAgentConversationSegments } } }
    skills { totalCount nodes { id name current { onlineAgents } } }
    ordered: skills(orderBy: { metric: AGENT_LOAD }) { totalCount nodes { id } }
    agentSegments(lastMinutes: 240) { totalAgentConversationSegments bySkill { agent { id } skill { id } totalAgentConversationSegments } }`;
  interface Rows {
    agents: {
      nodes: { id: string; name: string | null; skills: { id: string }[]; segments: { totalAgentConversationSegments: number } | null }[];
    };
    skills: { totalCount: number; nodes: { id: string; name: string | null }[] };
    ordered: { totalCount: number; nodes: { id: string }[] };
    agentSegments: {
      totalAgentConversationSegments: number;
      bySkill: { agent: { id: string } | null; skill: { id: string } | null; totalAgentConversationSegments: number }[];
    };
  }
  const read = async (variant: Partial<WireVariants>) => {
    const line = await stillLine(busy);
    line.simulator.variants(variant);
    const { data, body, errors } = await line.ask<{ contactCenter: Rows }>(`{ contactCenter { ${fields} } }`);
    expect(errors).toEqual([]);
    return { ...data.contactCenter, body };
  };

  test("by the key null are rows without an entity, never an entity with the id null, and change no total", async () => {
    const { agents, skills, ordered, agentSegments, body } = await read({ nullKeys: true });
    const documentedly = await read({});
    expect(body).not.toContain('"null"');
    expect(agents.nodes.length).toBeGreaterThan(3);
    const known = documentedly.skills.nodes.filter(({ id }) => id !== "-1");
    expect(known).toHaveLength(documentedly.skills.nodes.length - 1);
    expect(skills).toEqual({ totalCount: known.length, nodes: known });
    expect(ordered.nodes.map(({ id }) => id)).toEqual(documentedly.ordered.nodes.map(({ id }) => id).filter((id) => id !== "-1"));
    expect(ordered.totalCount).toBe(known.length);
    const nobodys = agentSegments.bySkill.filter(({ skill }) => skill === null);
    expect(nobodys.length).toBeGreaterThan(0);
    expect(agentSegments.totalAgentConversationSegments).toBe(healthy.contactCenter.agentSegments.totalAgentConversationSegments);
    expect(agentSegments.bySkill.reduce((sum, row) => sum + row.totalAgentConversationSegments, 0)).toBe(
      agentSegments.totalAgentConversationSegments,
    );
  });

  test("by the key -1 are an agent of that id without a name, and change no other row and no total", async () => {
    const { agents, agentSegments } = await read({ agentMinusOne: true });
    const documentedly = await read({});
    const [first, ...others] = agents.nodes;
    expect(first).toMatchObject({ id: "-1", name: null, segments: { totalAgentConversationSegments: expect.any(Number) } });
    expect(others).toEqual(documentedly.agents.nodes);
    expect(agentSegments.totalAgentConversationSegments).toBe(documentedly.agentSegments.totalAgentConversationSegments);
  });

  test("are no row of an agent who is asked for by id", async () => {
    const line = await stillLine(busy);
    line.simulator.variants({ nullKeys: true, agentMinusOne: true });
    const id = line.simulator.truth("demo").agents[0]!.id;
    const { data, errors } = await line.ask<{ contactCenter: { agents: { nodes: { id: string }[] } } }>(
      `{ contactCenter { agents(ids: ["${id}"]) { nodes { id segments(lastMinutes: 240) { totalAgentConversationSegments } } } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.contactCenter.agents.nodes.map((agent) => agent.id)).toEqual([id]);
  });
});
