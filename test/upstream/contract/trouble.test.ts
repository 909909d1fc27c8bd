import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { GatewayError } from "../../../src/errors.js";
import type { FaultSpec } from "../../../src/simulator/simulator.js";
import { fetchAgentSegments } from "../../../src/upstream/apis/agent-segments/descriptor.js";
import { fetchIntervalMetrics } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import { fetchKeyMetrics } from "../../../src/upstream/apis/key-metrics/fetch.js";
import { fetchSkillSegments } from "../../../src/upstream/apis/skill-segments/descriptor.js";
import type { Exchange } from "../../../src/upstream/call.js";
import { keyMetricsCall } from "../apis/key-metrics-page.js";
import { failed } from "../platform-by-hand.js";
import { contextOf, now, type Simulated, simulated } from "./simulated.js";

const hour = 3_600_000;
const window = { from: Math.floor(now / hour) * hour - hour, to: Math.floor(now / hour) * hour };

const apis: Record<string, (exchange: Exchange) => Promise<unknown>> = {
  "agent-segments": (exchange) =>
    fetchAgentSegments(
      {
        api: "agent-segments",
        lastMinutes: 60,
        everyMinutes: null,
        groupIds: null,
        userType: "ALL",
        source: null,
        agents: "all",
        skills: null,
      },
      contextOf(exchange),
    ),
  "skill-segments": (exchange) =>
    fetchSkillSegments({ api: "skill-segments", lastMinutes: 60, everyMinutes: null, userType: "ALL", skills: "all" }, contextOf(exchange)),
  "key-metrics": (exchange) => fetchKeyMetrics(keyMetricsCall(), contextOf(exchange)),
  "interval-metrics": (exchange) =>
    fetchIntervalMetrics(
      {
        api: "interval-metrics",
        grouping: ["SKILL"],
        everyMinutes: 60,
        handleTimeModel: "IFT",
        window,
        filters: {},
        includeBotSkills: false,
      },
      contextOf(exchange),
    ),
};

let platform: Simulated;
beforeAll(async () => {
  platform = await simulated({}, undefined, { maxBodyBytes: 200_000 });
});
afterEach(() => {
  platform.simulator.clearFaults();
  platform.simulator.variants({ errorForm: null });
});

const faults: [FaultSpec, code: string][] = [
  [{ kind: "status", status: 400 }, "UPSTREAM_REJECTED"],
  [{ kind: "status", status: 401 }, "UPSTREAM_UNAUTHORIZED"],
  [{ kind: "status", status: 403 }, "UPSTREAM_UNAUTHORIZED"],
  [{ kind: "status", status: 429, retryAfterSeconds: 3 }, "UPSTREAM_RATE_LIMITED"],
  [{ kind: "status", status: 500 }, "UPSTREAM_UNAVAILABLE"],
  [{ kind: "status", status: 503 }, "UPSTREAM_UNAVAILABLE"],
  [{ kind: "reset" }, "UPSTREAM_UNAVAILABLE"],
  [{ kind: "cut-body" }, "UPSTREAM_UNAVAILABLE"],
  [{ kind: "truncated-json" }, "UPSTREAM_INVALID_RESPONSE"],
  [{ kind: "not-json" }, "UPSTREAM_INVALID_RESPONSE"],
  [{ kind: "html" }, "UPSTREAM_INVALID_RESPONSE"],
  [{ kind: "oversized", bytes: 300_000 }, "UPSTREAM_INVALID_RESPONSE"],
];

describe.each(Object.entries(apis))("%s", (api, ask) => {
  test("answers when nothing is wrong", async () => {
    await expect(ask(platform.exchange)).resolves.toHaveProperty("reply.asOf", now);
  });

  test.each(faults)("struck by %j is %s, once asked", async (fault, code) => {
    await ask(platform.exchange);
    platform.simulator.resetCounts();
    platform.simulator.fault({ ...fault, api: api as NonNullable<FaultSpec["api"]> });
    await expect(ask(platform.exchange)).rejects.toMatchObject({
      code,
      extensions: { account: "demo", api: api.toUpperCase().replace("-", "_"), ...(fault.retryAfterSeconds && { retryAfterMs: 3000 }) },
    });
    expect(platform.simulator.requests()).toHaveLength(1);
  });
});

test.each(["hang", "slow-headers", "slow-body"] as const)("an answer that comes too late (%s) is UPSTREAM_TIMEOUT", async (kind) => {
  const { simulator, exchange } = await simulated({}, undefined, { headersTimeoutMs: 1000, bodyTimeoutMs: 1000 });
  simulator.fault({ kind, afterMs: 60_000, api: "skill-segments" });
  await expect(apis["skill-segments"]?.(exchange)).rejects.toMatchObject({ code: "UPSTREAM_TIMEOUT" });
});

test.each(["causes", "reason", "internal-code", "internal-number", "error", "code", "oauth", "html", "empty"] as const)(
  "an error body in the form %s becomes one clean sentence",
  async (form) => {
    platform.simulator.fault({ status: 400, form, api: "key-metrics" });
    const error: GatewayError = await failed(apis["key-metrics"]!(platform.exchange));
    expect(error.message).toMatch(/^Key Messaging Metrics API: the platform rejected the request \(400\): [\w =;.]+\.$/);
    expect(error.message.endsWith("it does not say why.")).toBe(form === "html" || form === "empty");
  },
);

test("services behind a path are found", async () => {
  const other = await simulated();
  other.simulator.variants({ baseUri: "path" });
  await expect(apis["skill-segments"]?.(other.exchange)).resolves.toHaveProperty("reply.asOf", now);
});

test("an account that the platform does not know is told, and nothing is asked of its services", async () => {
  const { simulator, transport } = await simulated({ id: "somebody" });
  const request = {
    api: "SKILL_SEGMENTS",
    service: "operations",
    method: "GET",
    path: "/operations/api/account/demo/msgskillsegments",
  } as const;
  await expect(transport.exchange(request, { deadline: now + 30_000 })).rejects.toMatchObject({
    code: "UPSTREAM_REJECTED",
    extensions: { status: 404 },
  });
  expect(simulator.requests().map(({ api }) => api)).toEqual(["domains"]);
});

describe("client credentials", () => {
  const credentials = { kind: "client", clientId: "client-demo", clientSecret: "secret-demo" } as const;

  test("open every API with one token, and when the platform revokes it, a burst of refusals buys one other", async () => {
    const { simulator, exchange } = await simulated({}, credentials);
    const all = () => Promise.all(Object.values(apis).map((ask) => ask(exchange)));
    const bought = () => simulator.requests().filter(({ api }) => api === "token").length;
    await all();
    expect(bought()).toBe(1);
    simulator.revokeTokens();
    await all();
    expect(bought()).toBe(2);
  });

  test("that are wrong are UPSTREAM_UNAUTHORIZED", async () => {
    const { exchange } = await simulated({}, { ...credentials, clientSecret: "wrong" });
    await expect(apis["skill-segments"]?.(exchange)).rejects.toMatchObject({ code: "UPSTREAM_UNAUTHORIZED", extensions: { status: 401 } });
  });
});
