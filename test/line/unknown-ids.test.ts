import { describe, expect, test } from "vitest";
import { hourMs } from "../../src/time.js";
import { type StillLine, stillLine } from "../support/still-line.js";

/** Rows of agents by quarter hours over a day fill more than one page, the key metrics of all skills three. */
const busy = { accounts: [{ id: "demo", agents: 40, skills: 120, conversationsPerDay: 2_000 }] };
const quarters = "everyMinutes: 15, lastMinutes: 1440";
const center = (fields: string) => `{ contactCenter { ${fields} } }`;

/** Calls of each API for the operation, and what its plan said of later stages. */
async function spent(line: StillLine, fields: string) {
  const { extensions } = await line.ask(center(fields), { headers: { "x-gateway-explain": "plan" } });
  line.simulator.resetCounts();
  const { data, errors } = await line.ask(center(fields));
  expect(errors).toEqual([]);
  const { domains: _, ...calls } = line.simulator.counts().byApi as Record<string, number>;
  const { later } = extensions.upstream as unknown as { later: { label: string; atMost: number | null }[] };
  return { calls, later, data: data.contactCenter as Record<string, { nodes: Record<string, unknown>[] }> };
}

describe("a field on entities that a list has yet to tell", () => {
  test("waits for the ids where that saves calls, and the plan says so", async () => {
    const fields = (first: number) => `agents(first: ${first}) { nodes { id intervals(${quarters}) { totalCount } } }`;
    const few = await spent(await stillLine(busy), fields(1));
    expect(few.calls).toEqual({ "agent-segments": 1, "interval-metrics": 1 });
    expect(few.later).toEqual([{ label: "Agent.intervals", atMost: 1 }]);
    expect(few.data.agents!.nodes).toHaveLength(1);
  });

  test("is asked for everybody in the first stage where the list is long", async () => {
    const many = await spent(await stillLine(busy), `agents(first: 40) { nodes { intervals(${quarters}) { totalCount } } }`);
    expect(many.calls["interval-metrics"]).toBeGreaterThan(1);
    expect(many.calls["interval-metrics"]).toBeLessThan(10);
    expect(many.later).toEqual([]);
  });

  test("gets the same rows either way", async () => {
    const rows = `intervals(${quarters}, first: 500) { nodes { from to agent { id } handleTime } }`;
    const waited = await spent(await stillLine(busy), `agents(first: 1) { nodes { id ${rows} } }`);
    const atOnce = await spent(await stillLine(busy), `agents(first: 40) { nodes { id ${rows} } }`);
    expect(waited.later).toHaveLength(1);
    expect(atOnce.later).toEqual([]);
    expect(waited.data.agents!.nodes[0]).toEqual(atOnce.data.agents!.nodes[0]);
  });

  test("reads the keys of an agent's skills alone, once it is known that all keys fill several pages", async () => {
    const line = await stillLine(busy);
    const fields = 'agent(id: "1001") { skills { id name keyMetrics { csat } } }';
    expect((await spent(line, fields)).calls).toEqual({ "agent-segments": 1, "key-metrics": 3 });
    line.clock.now += hourMs / 2;
    const again = await spent(line, fields);
    expect(again.calls).toEqual({ "agent-segments": 1, "key-metrics": 1 });
    expect(again.later).toEqual([
      { label: "Skill.name", atMost: null },
      { label: "Skill.keyMetrics", atMost: null },
    ]);
  });

  test("costs nothing more beside a list that is read with the same call", async () => {
    const line = await stillLine(busy);
    const fields = "skills(first: 2) { nodes { name keyMetrics { csat } current { onlineAgents } } }";
    for (const _ of ["sizes unknown", "sizes known"]) {
      const { calls, later } = await spent(line, fields);
      expect(calls).toEqual({ "key-metrics": 3 });
      expect(later).toEqual([]);
      line.clock.now += 3 * hourMs;
    }
  });

  test("a few conversations of a list are asked one by one for figures that its rows do not hold", async () => {
    const line = await stillLine(busy);
    const fields = "conversations(first: 2, lastMinutes: 60) { nodes { handling(lastMinutes: 1440) { handleTime } } }";
    const first = await spent(line, fields);
    expect(first.later).toEqual([{ label: "Conversation.handling", atMost: 2 }]);
    await line.ask(center(`intervals(groupBy: [CONVERSATION], ${quarters}) { totalCount }`));
    line.clock.now += 3 * hourMs;
    expect((await spent(line, fields)).calls["interval-metrics"]).toBeLessThanOrEqual(3);
  });
});

test("several lists that want rows of everybody are weighed together", async () => {
  const list = (
    alias: string,
    type: string,
  ) => `${alias}: agents(first: 1, orderBy: { metric: TOTAL_AGENT_CONVERSATION_SEGMENTS, userType: ${type} }) {
    nodes { intervals(${quarters}) { totalCount } } }`;
  const line = await stillLine(busy);
  // Where nothing is known of its size, a day of quarter hours is taken to be four pages.
  const lists = Array.from({ length: 4 }, (_, index) => list(`l${index}`, ["ALL", "HUMAN", "BOT"][index % 3]!));
  expect((await spent(line, lists.slice(0, 1).join())).later).toEqual([{ label: "Agent.intervals", atMost: 1 }]);
  line.clock.now += 26 * hourMs;
  expect((await spent(line, lists.join())).later).toEqual([]);
});
