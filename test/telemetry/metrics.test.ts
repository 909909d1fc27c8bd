import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { configFrom } from "../../src/config.js";
import { served } from "../auth/served.js";
import { post, start } from "../server/fake-gateway.js";
import { stillLine } from "../support/still-line.js";
import { scraped, sumOf } from "./scraped.js";

const environment = { METRICS: "true", METRICS_OPERATIONS: "Board, Other" };
const board = "query Board { contactCenter { skills(first: 3) { nodes { id current { assignedConversations } } } } }";

describe("/metrics", () => {
  it("counts requests by declared name and by where the answer came from, and each exchange that the platform has had", async () => {
    const line = await stillLine({}, environment);
    await line.ask(board);
    await line.ask(board);
    const calls = line.calls();
    const series = await scraped(line.metricsUrl!);
    const requests = (labels: Record<string, string>) => sumOf(series, "lp_gateway_graphql_requests_total", labels);
    expect(requests({ operation: "Board", source: "executed", code: "OK" })).toBe(1);
    expect(requests({ operation: "Board", source: "memo", code: "OK" })).toBe(1);
    expect(requests({})).toBe(2);
    expect(sumOf(series, "lp_gateway_graphql_request_duration_seconds_count", { operation: "Board" })).toBe(2);
    expect(calls).toBeGreaterThan(0);
    for (const name of ["upstream_exchanges_total", "upstream_exchange_duration_seconds_count", "upstream_pages_total"])
      expect([name, sumOf(series, `lp_gateway_${name}`, { account: "demo" })]).toEqual([name, calls]);
    expect(sumOf(series, "lp_gateway_upstream_calls_total", { account: "demo", outcome: "OK" })).toBeGreaterThan(0);
    expect(sumOf(series, "lp_gateway_permit_wait_seconds_count", { account: "demo" })).toBe(calls);
    expect(sumOf(series, "lp_gateway_questions_total", { account: "demo", source: "sent" })).toBeGreaterThan(0);
    const limits = { account: "demo", service: "keyMetrics" };
    expect(sumOf(series, "lp_gateway_budget_limit_calls", limits) - sumOf(series, "lp_gateway_budget_available_calls", limits)).toBe(calls);
    expect(sumOf(series, "lp_gateway_cache_entries", { cache: "responses" })).toBe(1);
    expect(sumOf(series, "lp_gateway_cache_bytes", { cache: "answers" })).toBeGreaterThan(0);
    expect(series.get('lp_gateway_build_info{version="0.0.0"}')).toBe(1);
    expect(series.has("process_cpu_seconds_total") && series.has("nodejs_eventloop_lag_seconds")).toBe(true);
    expect(series.has("lp_gateway_redis_up")).toBe(false);
  });

  it("counts requests by the name of the client, of kept answers too, and no more names than a hundred", async () => {
    const line = await stillLine({}, environment);
    const as = (name: string) => ({ headers: { "apollographql-client-name": name } });
    for (let time = 0; time < 2; time++) await line.ask(board, as("wallboard"));
    await line.ask(board);
    const few = await scraped(line.metricsUrl!);
    const requests = (series: typeof few, client: string) => sumOf(series, "lp_gateway_client_requests_total", { client });
    expect([requests(few, "wallboard"), requests(few, "unnamed")]).toEqual([2, 1]);
    for (let at = 0; at < 105; at++) await line.ask(board, as(`made-${at}`));
    await line.ask(board, as("wallboard"));
    const many = await scraped(line.metricsUrl!);
    expect([requests(many, "wallboard"), requests(many, "made-0"), requests(many, "made-104"), requests(many, "other")]).toEqual([
      3, 1, 0, 7,
    ]);
    expect([...many.keys()].filter((key) => key.startsWith("lp_gateway_client_requests_total"))).toHaveLength(101);
  });

  it("tells the age of the figures in an answer, also of one that was kept", async () => {
    const line = await stillLine({}, environment);
    await line.ask(board);
    line.clock.now += 4_000;
    await line.ask(board);
    const series = await scraped(line.metricsUrl!);
    expect(sumOf(series, "lp_gateway_graphql_answer_age_seconds_sum")).toBe(4);
    expect(sumOf(series, "lp_gateway_graphql_answer_age_seconds_count")).toBe(2);
  });

  it("counts all names that were not declared as one", async () => {
    const line = await stillLine({}, environment);
    for (let at = 0; at < 20; at++) await line.ask(`query Made${at} { contactCenter { accountId } }`);
    await line.ask("{ contactCenter { accountId } }");
    const series = await scraped(line.metricsUrl!);
    const names = [...series.keys()].flatMap((key) => /operation="(\w+)"/.exec(key)?.[1] ?? []);
    expect(new Set(names)).toEqual(new Set(["other"]));
    expect(sumOf(series, "lp_gateway_graphql_requests_total", { operation: "other" })).toBe(21);
  });

  it("tells names in trusted documents, and other names after these were read again", async () => {
    const documentsOf = (text: string) => JSON.stringify({ [createHash("sha256").update(text).digest("hex")]: text });
    const line = await served({
      environment: { METRICS: "true", AUTH: "none", TRUSTED_DOCUMENTS: "report", TOKEN: "simulated-token" },
      accounts: (url) => `accounts: [{ id: demo, services: { csds: "${url}" }, credentials: { bearer: env:TOKEN } }]`,
      documents: documentsOf("query First { contactCenter { accountId } }"),
    });
    const asked = async (name: string) => {
      await line.ask(`query ${name} { contactCenter { accountId } }`);
      const series = await scraped(`${line.url}/metrics`);
      return sumOf(series, "lp_gateway_graphql_requests_total", { operation: name });
    };
    expect([await asked("First"), await asked("Second")]).toEqual([1, 0]);
    line.renew({ documents: documentsOf("query Second { contactCenter { accountId } }") });
    expect(await asked("Second")).toBe(1);
  });

  it("shows a 429, and the pause after it", async () => {
    const line = await stillLine({}, { ...environment, REQUEST_DEADLINE_MS: "500" });
    line.simulator.fault({ api: "key-metrics", status: 429, times: 1 });
    await line.ask(board);
    const series = await scraped(line.metricsUrl!);
    const limited = { api: "KEY_METRICS", outcome: "UPSTREAM_RATE_LIMITED" };
    expect(sumOf(series, "lp_gateway_upstream_exchanges_total", limited)).toBe(1);
    expect(sumOf(series, "lp_gateway_rate_limit_pause", { service: "keyMetrics" })).toBe(1);
    expect(sumOf(series, "lp_gateway_graphql_requests_total", { code: "UPSTREAM_RATE_LIMITED" })).toBe(1);
  });

  it("shows failed calls, their retries and the circuit that they opened", async () => {
    const line = await stillLine({}, environment);
    line.simulator.fault({ api: "agent-segments", status: 500 });
    const agents = "{ contactCenter { agents(first: 1) { nodes { segments(lastMinutes: 60) { totalAgentConversationSegments } } } } }";
    for (let at = 0; at < 3; at++) await line.ask(agents);
    const series = await scraped(line.metricsUrl!);
    const circuit = (state: string) => sumOf(series, "lp_gateway_circuit_state", { service: "operations", state });
    expect(["closed", "open", "probing"].map(circuit)).toEqual([0, 1, 0]);
    const api = "AGENT_SEGMENTS";
    const failures = sumOf(series, "lp_gateway_upstream_exchanges_total", { api, outcome: "UPSTREAM_UNAVAILABLE" });
    const calls = sumOf(series, "lp_gateway_upstream_calls_total", { api, outcome: "UPSTREAM_UNAVAILABLE" });
    expect(failures).toBe(line.simulator.counts().byApi["agent-segments"]);
    expect(calls).toBeGreaterThan(0);
    expect(sumOf(series, "lp_gateway_upstream_retries_total", { api })).toBeGreaterThan(0);
  });

  it("is closed to strangers and to callers without the right metrics", async () => {
    const digest = (key: string) => createHash("sha256").update(key).digest("hex");
    const line = await served({
      environment: { METRICS: "true", AUTH: "api-key", TOKEN: "simulated-token" },
      accounts: (url) => `accounts: [{ id: demo, services: { csds: "${url}" }, credentials: { bearer: env:TOKEN } }]`,
      keys: `
keys:
  - { name: viewer, sha256: ${digest("viewer")}, accounts: "*", explain: true, conversations: true }
  - { name: scraper, sha256: ${digest("scraper")}, accounts: [], metrics: true }`,
    });
    const asked = async (headers: Record<string, string>) => {
      const response = await fetch(`${line.url}/metrics`, { headers });
      return { status: response.status, body: await response.text() };
    };
    const [stranger, viewer] = [await asked({}), await asked({ "x-api-key": "viewer" })];
    expect([stranger.status, viewer.status]).toEqual([401, 403]);
    for (const { body } of [stranger, viewer]) expect(body).not.toContain("lp_gateway");
    expect(viewer.body).toContain("lacks the right metrics");
    const series = await scraped(`${line.url}/metrics`, { "x-api-key": "scraper" });
    expect(sumOf(series, "lp_gateway_http_refusals_total", { code: "UNAUTHENTICATED" })).toBe(1);
    expect(sumOf(series, "lp_gateway_http_refusals_total", { code: "FORBIDDEN" })).toBe(1);
  });

  it("is on an address of its own where one is set, and there alone", async () => {
    const line = await stillLine({}, { ...environment, METRICS_PORT: "0" });
    expect(new URL(line.metricsUrl!).port).not.toBe(new URL(line.url).port);
    expect((await scraped(line.metricsUrl!)).has("lp_gateway_ready")).toBe(true);
    expect((await fetch(`${line.url}/metrics`)).status).toBe(404);
  });

  it("is not there when METRICS is false", async () => {
    const app = await start();
    expect((await post(app, "{ hello }")).status).toBe(200);
    expect((await fetch(`${app.url}/metrics`)).status).toBe(404);
  });
});

describe("settings of metrics", () => {
  const problemsOf = (given: Record<string, string>): readonly string[] => {
    try {
      configFrom(given);
      return [];
    } catch (error) {
      return (error as { problems: string[] }).problems;
    }
  };

  it("are refused where they cannot work", () => {
    expect(problemsOf({ METRICS: "yes" })).toEqual(['METRICS must be one of true, false, but is "yes".']);
    expect(problemsOf({ METRICS: "false", METRICS_PORT: "9464" })).toEqual([
      "METRICS_PORT must be unset when METRICS is false, but is set.",
    ]);
    expect(problemsOf({ METRICS_PORT: "9464" })).toEqual([]);
    expect(problemsOf({ METRICS: "true", METRICS_HOST: "0.0.0.0" })).toEqual([
      "METRICS_PORT must be set when METRICS_HOST is set, but is unset.",
    ]);
    expect(problemsOf({ METRICS: "true", METRICS_OPERATIONS: "A, not-a-name" })).toEqual([
      'METRICS_OPERATIONS must be at most 200 names of operations, separated by commas, but is "A, not-a-name".',
    ]);
    expect(problemsOf({ METRICS: "true", METRICS_HOST: "::1", METRICS_PORT: "9464", METRICS_OPERATIONS: "A" })).toEqual([]);
  });
});
