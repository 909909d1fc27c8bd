import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { figuresIn } from "../../src/server/business/figures.js";
import { figuresOperation } from "../../src/server/business/operation.js";
import { type LiveLine, type LiveLineOptions, liveLine, until, watch } from "../live/live-line.js";
import { type Series, scraped, sumOf } from "./scraped.js";

const second = 1_000;
const figures = `
everySeconds: 15
figures:
  - { metrics: [CurrentMetrics.unassignedConversations, CurrentMetrics.onlineAgents], by: account }
  - { metrics: [CurrentMetrics.unassignedConversations, KeyMetrics.avgWaitTime], by: skill, lastMinutes: 30 }
  - { metrics: [SkillSegments.totalSkillConversationSegments, SkillSegments.abandonmentRate], by: skill }
  - { metrics: [CurrentMetrics.assignedConversations], by: agentGroup }
  - { metrics: [AgentSegments.avgAgentSegmentDuration], by: account }`;

const lineWith = (text: string, { environment, ...options }: LiveLineOptions = {}) =>
  liveLine({ files: text, environment: { BUSINESS_METRICS_FILE: "figures.yaml", ...environment }, ...options });

const page = ({ app }: LiveLine) => `${app.metricsUrl}/business`;

/** The figures once the first of them are there. */
async function shown(line: LiveLine, headers: Record<string, string> = {}): Promise<Series> {
  await scraped(page(line), headers);
  await until(() => line.states > 0);
  await line.settled();
  return scraped(page(line), headers);
}

const namesOf = (series: Series) => new Set([...series.keys()].map((key) => key.replace(/\{.*/, "")));
const own = (series: Series) => [...series.keys()].filter((key) => !key.startsWith("lp_business"));

describe("/metrics/business", () => {
  it("shows what the same questions get over GraphQL, in Prometheus' units, by account, skill and group", async () => {
    const line = await lineWith(figures);
    const series = await shown(line);
    const { data } = (await line.ask(`{ contactCenter {
      current { unassignedConversations onlineAgents }
      agentSegments { avgAgentSegmentDuration }
      skills(first: 500) { nodes { id name current { unassignedConversations } keyMetrics(lastMinutes: 30) { avgWaitTime } segments { totalSkillConversationSegments abandonmentRate } } }
      agentGroups(first: 500) { nodes { id name current { assignedConversations } } } } }`)) as never as {
      data: { contactCenter: Center };
    };
    const { current, agentSegments, skills, agentGroups } = data.contactCenter;
    const account = 'account="demo"';
    const wanted = new Map<string, number>([
      [`lp_account_current_unassigned_conversations{${account}}`, current.unassignedConversations!],
      [`lp_account_current_online_agents{${account}}`, current.onlineAgents!],
      [
        `lp_account_agent_segments_avg_agent_segment_duration_seconds{${account},window="60m"}`,
        agentSegments.avgAgentSegmentDuration! / 1_000,
      ],
    ]);
    const put = (name: string, labels: string, value: number | null | undefined) =>
      value != null && wanted.set(`${name}{${labels}}`, value);
    for (const { id, name, current, keyMetrics, segments } of skills.nodes) {
      const labels = `${account},skill="${id}",skill_name="${name ?? ""}"`;
      put("lp_skill_current_unassigned_conversations", labels, current?.unassignedConversations);
      put(
        "lp_skill_key_metrics_avg_wait_time_seconds",
        `${labels},window="30m"`,
        keyMetrics?.avgWaitTime && keyMetrics.avgWaitTime / 1_000,
      );
      put("lp_skill_skill_segments_total_skill_conversation_segments", `${labels},window="60m"`, segments?.totalSkillConversationSegments);
      put("lp_skill_skill_segments_abandonment_rate_ratio", `${labels},window="60m"`, segments?.abandonmentRate);
    }
    for (const { id, name, current } of agentGroups.nodes)
      put(
        "lp_agent_group_current_assigned_conversations",
        `${account},agent_group="${id}",agent_group_name="${name ?? ""}"`,
        current?.assignedConversations,
      );
    expect(wanted.size).toBeGreaterThan(12);
    expect(Object.fromEntries([...series].filter(([key]) => !key.startsWith("lp_business")))).toEqual(Object.fromEntries(wanted));
    expect(sumOf(series, "lp_business_complete", { account: "demo" })).toBe(1);
    expect(sumOf(series, "lp_business_series")).toBe(wanted.size);
    expect(sumOf(series, "lp_business_oldest_figure_timestamp_seconds")).toBe(line.time.now() / 1_000);
  });

  it("costs the platform no more than one viewer, however often it is scraped", async () => {
    const everybody = async (scrapes: number, viewers: number) => {
      const line = await lineWith(figures);
      const query = `subscription { contactCenter(everySeconds: 15) {
        current { unassignedConversations onlineAgents asOf } agentSegments { avgAgentSegmentDuration asOf }
        skills(first: 500) { nodes { id name current { unassignedConversations } keyMetrics(lastMinutes: 30) { avgWaitTime } segments { totalSkillConversationSegments abandonmentRate } } }
        agentGroups(first: 500) { nodes { id name current { assignedConversations } } } } }`;
      const watchers = Array.from({ length: viewers }, () => watch(line.client(), query));
      await Promise.all(watchers.map((watcher) => watcher.payload(1)));
      for (let passed = 0; passed < 60; passed++) {
        for (let scrape = 0; scrape < scrapes; scrape++) await scraped(page(line));
        if (scrapes > 0) await until(() => line.states > 0);
        await line.run(1);
      }
      return { calls: line.calls(), states: line.states };
    };
    const [viewer, scraper, both] = [await everybody(0, 1), await everybody(3, 0), await everybody(1, 1)];
    expect(viewer.calls).toBeGreaterThan(10);
    expect(scraper.calls).toBeLessThanOrEqual(viewer.calls);
    expect(both.calls).toBeLessThanOrEqual(viewer.calls);
    expect(scraper.states).toBeGreaterThan(3);
  });

  it("has no series for what could not be had, and all of the others", async () => {
    const line = await lineWith(figures, { environment: { STALE_SECONDS: "0" } });
    expect(namesOf(await shown(line))).toContain("lp_skill_key_metrics_avg_wait_time_seconds");
    line.simulator.fault({ api: "key-metrics", status: 500 });
    const deadline = line.config.requestDeadlineMs / second;
    await line.run(15 + deadline + 30);
    const series = await scraped(page(line));
    const names = [...namesOf(series)];
    expect(names.filter((name) => /_(current|key_metrics)_/.test(name))).toEqual([]);
    expect(sumOf(series, "lp_business_complete")).toBe(0);
    expect(names).toContain("lp_account_agent_segments_avg_agent_segment_duration_seconds");
  });

  it("shows no stale figure, although viewers are shown it", async () => {
    const line = await lineWith("figures: [{ metrics: [CurrentMetrics.onlineAgents], by: account }]", {
      environment: { STALE_SECONDS: "3600" },
    });
    expect(own(await shown(line))).toHaveLength(1);
    line.simulator.fault({ api: "key-metrics", status: 500 });
    await line.run(60);
    const { data } = await line.ask("{ contactCenter { current { stale onlineAgents } } }");
    expect(data).toEqual({ contactCenter: { current: { stale: true, onlineAgents: expect.any(Number) } } });
    const series = await scraped(page(line));
    expect(own(series)).toEqual([]);
    expect(sumOf(series, "lp_business_complete")).toBe(0);
  });

  it("is not complete when a part of the figures is stale", async () => {
    const line = await lineWith(
      "figures: [{ metrics: [CurrentMetrics.onlineAgents, AgentSegments.avgAgentSegmentDuration], by: account }]",
      {
        environment: { STALE_SECONDS: "3600" },
      },
    );
    expect(own(await shown(line))).toHaveLength(2);
    line.simulator.fault({ api: "key-metrics", status: 500 });
    await line.run(60);
    const series = await scraped(page(line));
    expect(own(series).map((key) => key.replace(/\{.*/, ""))).toEqual(["lp_account_agent_segments_avg_agent_segment_duration_seconds"]);
    expect(sumOf(series, "lp_business_complete")).toBe(0);
  });

  it("shows no figure for longer than until the next should have come", async () => {
    const line = await lineWith("figures: [{ metrics: [CurrentMetrics.onlineAgents], by: account }]", {
      environment: { REQUEST_DEADLINE_MS: "5000" },
    });
    expect(own(await shown(line))).toHaveLength(1);
    // Timers run by the clock that does not step, so that no refresh comes.
    line.stepWall(20 * second);
    expect(own(await scraped(page(line)))).toHaveLength(1);
    line.stepWall(1);
    expect(own(await scraped(page(line)))).toEqual([]);
    expect(line.states).toBe(1);
  });

  it("asks nothing before the first scrape, and nothing any more when nobody has scraped for five minutes", async () => {
    const line = await lineWith(figures);
    await line.run(30);
    expect(line.calls()).toBe(0);
    await shown(line);
    await line.run(320);
    const calls = line.calls();
    expect(calls).toBeGreaterThan(20);
    await line.run(120);
    expect(line.calls()).toBe(calls);
    expect(own(await scraped(page(line)))).toEqual([]);
    await until(() => line.calls() > calls);
    await line.settled();
    expect(own(await scraped(page(line))).length).toBeGreaterThan(12);
  });

  it("gives a caller with the right metrics the accounts that it may read, and nobody else anything", async () => {
    const digest = (key: string) => createHash("sha256").update(key).digest("hex");
    const line = await lineWith("figures: [{ metrics: [CurrentMetrics.onlineAgents], by: account }]", {
      simulated: { accounts: ["east", "west"].map((id) => ({ id })) } as never,
      environment: { AUTH: "api-key" },
      keys: `keys:
  - { name: viewer, sha256: ${digest("viewer")}, accounts: "*", explain: true, conversations: true }
  - { name: scraper, sha256: ${digest("scraper")}, accounts: [west], metrics: true }
  - { name: machine, sha256: ${digest("machine")}, accounts: [], metrics: true }`,
    });
    const status = async (key?: string) => (await fetch(page(line), { headers: key ? { "x-api-key": key } : {} })).status;
    expect([await status(), await status("viewer")]).toEqual([401, 403]);
    expect([...(await scraped(page(line), { "x-api-key": "machine" })).keys()]).toEqual([]);
    expect(line.calls()).toBe(0);
    const series = await shown(line, { "x-api-key": "scraper" });
    expect(own(series)).toEqual(['lp_account_current_online_agents{account="west"}']);
    expect(line.simulator.counts().byAccount.east?.["key-metrics"] ?? 0).toBe(0);
  });

  it("gives the skills that are named, and no series to one that the platform does not know", async () => {
    const line = await lineWith(`figures:
  - { metrics: [CurrentMetrics.unassignedConversations], by: skill, ids: ["101", "4300000102", "999"] }`);
    const series = await shown(line);
    expect(own(series).map((key) => /skill="(\d+)"/.exec(key)![1])).toEqual(["101", "4300000102"]);
  });

  it("says when an account has more entities than one set can have", async () => {
    const { sets } = figuresOperation(
      "demo",
      [{ metrics: ["CurrentMetrics.openConversations"], by: "skill", ids: null, lastMinutes: 60, accounts: null }],
      15,
    );
    const center = (hasNextPage: boolean) => ({ [sets[0]!.list!]: { nodes: [], pageInfo: { hasNextPage } } });
    expect([true, false].map((more) => figuresIn("demo", sets, center(more)).isCut)).toEqual([true, false]);
  });

  it("is not there unless figures were chosen", async () => {
    const line = await liveLine();
    expect((await fetch(page(line))).status).toBe(404);
  });
});

interface Center {
  current: Record<string, number | null>;
  agentSegments: Record<string, number | null>;
  skills: { nodes: { id: string; name: string | null; current: Row; keyMetrics: Row; segments: Row }[] };
  agentGroups: { nodes: { id: string; name: string | null; current: Row }[] };
}
type Row = Record<string, number | null> | null;
