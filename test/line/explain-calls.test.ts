import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hourMs } from "../../src/time.js";
import type { Answer, Line } from "../support/line.js";
import { stillLine } from "../support/still-line.js";

interface Used {
  planned: number;
  sent: number;
  joined: number;
  cached: number;
  stale: number;
  retries: number;
  queuedMs: number;
  calls: { api: string; account: string; scope: object; rows: number; pages: number; outcome: string; ms: number; ageMs: number | null }[];
  budgets: {
    service: string;
    account: string;
    maximumAvailable: number;
    currentlyAvailable: number;
    restoreRatePerMinute: number;
    concurrencyLimit: number;
  }[];
}

const query = "{ contactCenter { current { onlineAgents } agentSegments { interactiveAgentSegments } } }";
const headers = { "x-gateway-explain": "calls" };

async function explained(line: Line, source = query): Promise<Used & { answer: Answer<unknown> }> {
  const answer = await line.ask(source, { headers });
  return { ...(answer.extensions.upstream as unknown as Used), answer };
}
const outcomes = ({ calls }: Used) => calls.map(({ api, outcome }) => `${api} ${outcome}`).sort();

/** Resolves when the platform has had this many requests. */
async function requested(line: Line, count: number): Promise<void> {
  await expect.poll(() => line.calls(), { interval: 1, timeout: 5000 }).toBeGreaterThanOrEqual(count);
}

describe("explain calls", () => {
  test("is silent unless asked", async () => {
    const line = await stillLine();
    expect((await line.ask(query)).extensions).not.toHaveProperty("upstream");
  });

  test.each(readdirSync("schema/operations"))("says how many exchanges %s cost, cold", async (file) => {
    const line = await stillLine();
    const used = await explained(line, readFileSync(`schema/operations/${file}`, "utf8"));
    expect(used.sent).toBe(line.calls());
    expect(used.planned).toBe(line.calls());
    expect(used.retries).toBe(0);
    expect(used.calls.filter(({ outcome }) => outcome === "SENT").reduce((sum, { pages }) => sum + pages, 0)).toBe(line.calls());
  });

  test("tells API, account, scope, rows and age of each call", async () => {
    const line = await stillLine();
    const { calls } = await explained(line);
    const [agents, keys] = calls.toSorted((a, b) => (a.api < b.api ? -1 : 1));
    expect(agents).toMatchObject({
      api: "AGENT_SEGMENTS",
      account: "demo",
      scope: { lastMinutes: 60, userType: "ALL" },
      pages: 1,
      outcome: "SENT",
      ageMs: 0,
    });
    expect(agents?.rows).toBeGreaterThan(0);
    expect(keys).toMatchObject({
      api: "KEY_METRICS",
      account: "demo",
      scope: { includeSubGroups: false, userType: "ALL" },
      pages: 1,
      outcome: "SENT",
      ageMs: 0,
    });
    expect(JSON.stringify(calls)).not.toMatch(/credential|own|token/);
  });

  test("counts every page of a call", async () => {
    const line = await stillLine({ accounts: [{ id: "demo", skills: 120, agents: 10 }] });
    const used = await explained(line, "{ contactCenter { skills(first: 500) { nodes { id } } } }");
    expect(used).toMatchObject({ sent: 3, planned: 1, retries: 0 });
    expect(line.calls()).toBe(3);
    expect(used.calls).toMatchObject([{ pages: 3, rows: 120 }]);
  });

  test("tells what came from the cache, and how old it was", async () => {
    const line = await stillLine();
    await line.ask(query);
    line.simulator.resetCounts();
    line.clock.now += 4000;
    const used = await explained(line);
    expect(used).toMatchObject({ sent: 0, planned: 0, cached: 2 });
    expect(line.calls()).toBe(0);
    expect(outcomes(used)).toEqual(["AGENT_SEGMENTS CACHED", "KEY_METRICS CACHED"]);
    expect(used.calls.map(({ ageMs }) => ageMs)).toEqual([4000, 4000]);
  });

  test("counts a call that several requests joined for the one that made it", async () => {
    const line = await stillLine({ latencyMs: { base: 200, jitter: 0 } });
    const first = explained(line);
    await requested(line, 2);
    const others = await Promise.all([explained(line), explained(line)]);
    const all = [await first, ...others];
    expect(all.map(({ sent }) => sent)).toEqual([2, 0, 0]);
    expect(all.map(({ joined }) => joined)).toEqual([0, 2, 2]);
    expect(line.calls()).toBe(2);
  });

  test("counts no exchange for a stale answer, whose refresh is one call behind it, whoever asks", async () => {
    const line = await stillLine();
    await line.ask(query);
    line.simulator.resetCounts();
    // Slow enough for all to come before the refresh has landed.
    line.simulator.setLatency({ base: 300, jitter: 0 });
    // Past the 10 s of current values and the 15 s of segments, within twice of both.
    line.clock.now += 18_000;
    const all = await Promise.all([explained(line), explained(line), explained(line)]);
    for (const used of all) {
      expect(used).toMatchObject({ sent: 0, stale: 2 });
      expect(used.calls.map(({ ageMs }) => ageMs)).toEqual([18_000, 18_000]);
    }
    await requested(line, 2);
    await expect.poll(async () => (await explained(line)).cached).toBe(2);
    expect(line.calls()).toBe(2);
  });

  test("counts retries, of calls that fail in the end and of calls that do not", async () => {
    const line = await stillLine({}, { LP_RETRY_PAUSES_SECONDS: "0,0,0" });
    line.simulator.fault({ api: "key-metrics", status: 500, times: 2 });
    line.simulator.fault({ api: "agent-segments", status: 503 });
    const used = await explained(line);
    // Key metrics: two failures, then an answer. Agent segments: one try and three more.
    expect(line.calls()).toBe(3 + 4);
    expect(used.sent).toBe(line.calls());
    expect(outcomes(used)).toEqual(["AGENT_SEGMENTS FAILED", "KEY_METRICS SENT"]);
    expect(used.retries).toBe(2 + 3);
  });

  test("counts the exchanges of a failed call behind a stale answer", async () => {
    const line = await stillLine();
    await line.ask(query);
    line.simulator.resetCounts();
    line.simulator.fault({ api: "key-metrics", status: 500 });
    line.clock.now += 60_000;
    const used = await explained(line);
    expect(used.answer.errors).toEqual([]);
    expect(outcomes(used)).toEqual(["AGENT_SEGMENTS SENT", "KEY_METRICS FAILED", "KEY_METRICS STALE"]);
    expect(used.sent).toBe(line.calls());
    // Nobody needs to wait for another try.
    expect(line.calls()).toBe(1 + 1);
  });

  test("counts a shared call that was rejected, and what was asked again alone", async () => {
    const line = await stillLine();
    line.simulator.fault({ api: "agent-segments", status: 400, contains: "1001" });
    // So many intervals that everybody is not asked for in place of the two.
    const fields = "{ segments(lastMinutes: 1440) { intervals(everyMinutes: 5) { from } } }";
    const used = await explained(line, `{ contactCenter { a: agent(id: "1001") ${fields} b: agent(id: "1002") ${fields} } }`);
    // One call for both is rejected; of the two that follow, one is answered.
    expect(used.answer.errors.map(({ path }) => path)).toEqual([["contactCenter", "a", "segments"]]);
    expect(line.calls()).toBe(3);
    expect(used.sent).toBe(3);
  });

  test("counts an exchange that hangs beyond the deadline", async () => {
    const line = await stillLine({}, { REQUEST_DEADLINE_MS: "300" });
    line.simulator.fault({ api: "key-metrics", kind: "hang" });
    const used = await explained(line);
    expect(used.answer.errors.map(({ extensions }) => extensions.code)).toEqual(["UPSTREAM_TIMEOUT"]);
    expect(line.calls()).toBe(2);
    expect(used.sent).toBe(2);
  });

  test("shows what is left of each service's budget", async () => {
    const line = await stillLine({}, { LP_MAX_PER_MINUTE: "60", LP_MAX_CONCURRENT: "3" });
    const { budgets } = await explained(line);
    const left = Object.fromEntries(budgets.map(({ service, currentlyAvailable }) => [service, currentlyAvailable]));
    expect(left).toEqual({ operations: 59, keyMetrics: 59, intervalMetrics: 60 });
    for (const budget of budgets)
      expect(budget).toMatchObject({ account: "demo", maximumAvailable: 60, restoreRatePerMinute: 60, concurrencyLimit: 3 });
    line.clock.now += hourMs;
    expect((await explained(line, "{ contactCenter { accountId } }")).budgets.map(({ currentlyAvailable }) => currentlyAvailable)).toEqual([
      60, 60, 60,
    ]);
  });

  test("refuses any other value of the header", async () => {
    const line = await stillLine();
    const { status, errors } = await line.ask(query, { headers: { "x-gateway-explain": "everything" } });
    expect(status).toBe(400);
    expect(errors[0]?.extensions.code).toBe("BAD_USER_INPUT");
    expect(errors[0]?.message).toMatch(/x-gateway-explain must be calls or plan, but is "everything"/);
    expect(line.calls()).toBe(0);
  });
});
