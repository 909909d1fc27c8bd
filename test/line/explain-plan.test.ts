import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hourMs } from "../../src/time.js";
import type { Line } from "../support/line.js";
import { stillLine } from "../support/still-line.js";

interface Plan {
  planned: number;
  calls: { api: string; account: string; exchanges: number; call: Record<string, unknown> }[];
  later: { label: string; atMost: number | null }[];
}

async function planOf(line: Line, query: string, variables = {}): Promise<Plan> {
  const { data, errors, extensions } = await line.ask(query, { variables, headers: { "x-gateway-explain": "plan" } });
  expect(errors).toEqual([]);
  expect(data).toBeNull();
  return extensions.upstream as unknown as Plan;
}

/** Calls by API, of a plan and as the platform had them. */
const planned = ({ calls }: Plan) => counted(calls.flatMap(({ api, exchanges }) => Array<string>(exchanges).fill(api)));
const made = (line: Line) =>
  counted(line.simulator.requests().flatMap(({ api }) => (api === "domains" ? [] : [api.toUpperCase().replace("-", "_")])));
function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

describe("explain plan", () => {
  test("says that variables are refused, and has no plan for them", async () => {
    const line = await stillLine();
    const query = "query ($minutes: Int!) { contactCenter { keyMetrics(lastMinutes: $minutes) { csat } } }";
    const { errors } = await line.ask(query, { variables: { minutes: "x" }, headers: { "x-gateway-explain": "plan" } });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    expect(errors[0]!.message).toContain("$minutes");
    expect(line.calls()).toBe(0);
  });

  const files = readdirSync("schema/operations");

  test.each(files)("of %s makes no call, and its calls are those then made", async (file) => {
    const operation = readFileSync(`schema/operations/${file}`, "utf8");
    const line = await stillLine();
    const plan = await planOf(line, operation);
    expect(line.calls()).toBe(0);
    const certain = planned(plan);
    expect(plan.planned).toBe(Object.values(certain).reduce((sum, count) => sum + count, 0));

    await line.ask(operation);
    const later = made(line);
    // The page of an agent asks two things of that agent when the list has told who it is: one call.
    if (file === "agent.graphql") later.KEY_METRICS!--;
    expect(later).toEqual(certain);
    expect(plan.later).toEqual(
      file === "agent.graphql"
        ? [
            { label: "Agent.keyMetrics", atMost: 1 },
            { label: "Agent.current", atMost: 1 },
          ]
        : [],
    );
  });

  test("names API, account and what is asked of each call", async () => {
    const line = await stillLine();
    const { calls } = await planOf(line, '{ contactCenter { agent(id: "1001") { segments(lastMinutes: 30) { asOf } } } }');
    expect(calls).toEqual([
      {
        api: "AGENT_SEGMENTS",
        account: "demo",
        exchanges: 1,
        // The first question in an hour asks for everybody, which tells how many there are.
        call: expect.objectContaining({ lastMinutes: 30, agents: "all", skills: null }),
      },
    ]);
  });

  test("knows what is known already: nothing more is planned, until it is old", async () => {
    const line = await stillLine();
    const query = "{ contactCenter { current { onlineAgents } agentSegments { asOf } } }";
    expect((await planOf(line, query)).planned).toBe(2);
    await line.ask(query);
    expect(await planOf(line, query)).toEqual({ planned: 0, calls: [], later: [] });
    line.clock.now += hourMs;
    expect((await planOf(line, query)).planned).toBe(2);
  });

  test("says that the pages of a list are not known, and counts them when it was read before", async () => {
    const line = await stillLine({ accounts: [{ id: "demo", skills: 120, agents: 10 }] });
    const query = "{ contactCenter { skills { nodes { id } } } }";
    expect(await planOf(line, query)).toMatchObject({ planned: 1, calls: [{ api: "KEY_METRICS", exchanges: null }] });
    await line.ask(query);
    line.clock.now += hourMs;
    expect(await planOf(line, query)).toMatchObject({ planned: 3, calls: [{ api: "KEY_METRICS", exchanges: 3 }] });
  });

  test("says at most how many questions wait for ids, or that nothing limits them", async () => {
    const line = await stillLine();
    const fields = `agents(first: 7) { nodes { keyMetrics { csat } } } agentGroups(first: 2) { nodes { segments { asOf } } }
      intervals(groupBy: [AGENT]) { nodes { agent { current { agentLoad: humanAgentLoad } } } }`;
    expect((await planOf(line, `{ contactCenter { ${fields} } }`)).later).toEqual([
      { label: "Agent.keyMetrics", atMost: 7 },
      { label: "AgentGroup.segments", atMost: 2 },
      { label: "Agent.current", atMost: null },
    ]);
    expect(line.calls()).toBe(0);
  });
});

describe("more calls than MAX_UPSTREAM_CALLS", () => {
  const eachAgent = "query ($ids: [ID!]) { contactCenter { agents(ids: $ids) { nodes { id keyMetrics { closedConversations } } } } }";
  const ids = (line: Line, count: number) =>
    line.simulator
      .truth("demo")
      .agents.slice(0, count)
      .map(({ id }) => id);

  test("that are certain refuse the operation before any call, with the number and how to ask for less", async () => {
    const line = await stillLine({}, { MAX_UPSTREAM_CALLS: "4" });
    const { body, errors, status } = await line.ask(eachAgent, { variables: { ids: ids(line, 5) } });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toEqual({ code: "PLAN_TOO_LARGE", retryable: false });
    expect(errors[0]?.message).toMatch(
      /needs 5 calls .*KEY_METRICS.* at most 4\. Ask for fewer ids with fields that cost a call each \(Agent\.keyMetrics/,
    );
    expect(JSON.parse(body)).not.toHaveProperty("data");
    expect(status).toBe(200);
    expect(line.calls()).toBe(0);
  });

  test("are not begun at the limit itself", async () => {
    const line = await stillLine({}, { MAX_UPSTREAM_CALLS: "4" });
    const { errors } = await line.ask(eachAgent, { variables: { ids: ids(line, 4) } });
    expect(errors).toEqual([]);
    expect(line.calls()).toBe(4);
  });

  test("count what is certain alone: known answers cost nothing", async () => {
    const line = await stillLine({}, { MAX_UPSTREAM_CALLS: "4" });
    await line.ask(eachAgent, { variables: { ids: ids(line, 3) } });
    const { errors } = await line.ask(eachAgent, { variables: { ids: ids(line, 7) } });
    expect(errors).toEqual([]);
    expect(line.calls()).toBe(7);
  });

  test("in a later stage leave that stage out, whole, and the rest is answered", async () => {
    const line = await stillLine({}, { MAX_UPSTREAM_CALLS: "4" });
    const { data, errors } = await line.ask<{
      contactCenter: { agents: { nodes: { id: string; keyMetrics: unknown }[] }; current: object };
    }>(
      "{ contactCenter { current { onlineAgents } agents { nodes { id segments(lastMinutes: 1440) { asOf } keyMetrics { closedConversations } } } } }",
    );
    const { nodes } = data.contactCenter.agents;
    expect(nodes.length).toBeGreaterThan(4);
    expect(nodes.map(({ keyMetrics }) => keyMetrics)).toEqual(nodes.map(() => null));
    expect(errors.map(({ path, extensions }) => [path, extensions])).toEqual(
      nodes.map((_, index) => [["contactCenter", "agents", "nodes", index, "keyMetrics"], { code: "PLAN_TOO_LARGE", retryable: false }]),
    );
    expect(errors[0]?.message).toMatch(new RegExp(`^After 2 calls, the next stage .* needs ${nodes.length} calls .* at most 4\\.`));
    expect(data.contactCenter.current).not.toBeNull();
    expect(line.calls()).toBe(2);
  });
});
