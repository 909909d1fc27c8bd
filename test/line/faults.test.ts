import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type ErrorCode, errorCodes } from "../../src/errors.js";
import { errorForms } from "../../src/simulator/wire/error-body.js";
import { type FaultKind, faultKinds } from "../../src/simulator/wire/faults.js";
import { hourMs, minuteMs } from "../../src/time.js";
import { apiByName } from "../../src/upstream/apis/registry.js";
import type { ApiName } from "../../src/upstream/question.js";
import { type Answer, type Line, startLine } from "../support/line.js";
import { atWork, type StillLine, startStill, stillLine } from "../support/still-line.js";

/** One field of each API, all under the key `figures`. */
const fields: Record<ApiName, string> = {
  "agent-segments": "figures: agentSegments { totalAgentConversationSegments }",
  "skill-segments": "figures: skillSegments { totalSkillConversationSegments }",
  "key-metrics": "figures: current { onlineAgents }",
  "interval-metrics": "figures: intervals { nodes { handleTime } pending { from to } }",
};
const apis = Object.keys(fields) as ApiName[];
type Data = { contactCenter: { figures: unknown } };

const ask = (line: Line, api: ApiName) => line.ask<Data>(`{ contactCenter { ${fields[api]} } }`);

/** What must never leave: where the platform is, how we ask it, what we are made of, and markup. */
function expectClean(line: Line, { body, headers }: Answer<unknown>): void {
  const { host, port } = new URL(line.simulator.url);
  const secrets = line.simulator.accounts.flatMap(({ bearers, clientSecret }) => [...bearers, clientSecret]);
  const everything = body + JSON.stringify([...headers]);
  for (const secret of [host, `:${port}`, ...secrets]) expect(everything).not.toContain(secret);
  for (const trace of [/https?:/i, /localhost/, /127\.0\.0\.1/, /bearer/i, /authorization"?:/i, /\/(api|operations|manager_workspace)\//])
    expect(body).not.toMatch(trace);
  for (const inside of [/<\/?[a-z!]/i, /\bat .*\.[jt]s\b/, /node:|node_modules/, /"stack/, /internalCode/, /9b2f1e04/])
    expect(body).not.toMatch(inside);
}

function expectFailure(line: Line, answer: Answer<Data>, api: ApiName, code: ErrorCode, facts: object = {}): void {
  expect(answer.data).toEqual({ contactCenter: { figures: null } });
  expect(answer.errors.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
    {
      path: ["contactCenter", "figures"],
      extensions: { code, retryable: errorCodes[code].retryable, api: apiByName[api].metricsApi, account: "demo", ...facts },
    },
  ]);
  expect(answer.errors[0]?.message).toMatch(/\S.{20,}/);
  expect(answer.status).toBe(200);
  expectClean(line, answer);
}

/** How each kind ends; null: the answer arrives all the same. A hanging one has a test of its own. */
const codesOfKinds: Record<Exclude<FaultKind, "status" | "hang">, ErrorCode | null> = {
  reset: "UPSTREAM_UNAVAILABLE",
  "slow-headers": null,
  "slow-body": null,
  "cut-body": "UPSTREAM_UNAVAILABLE",
  "truncated-json": "UPSTREAM_INVALID_RESPONSE",
  "not-json": "UPSTREAM_INVALID_RESPONSE",
  html: "UPSTREAM_INVALID_RESPONSE",
  oversized: "UPSTREAM_INVALID_RESPONSE",
  rewritten: null,
  "in-progress": null,
};

const codesOfStatuses: Record<number, ErrorCode> = {
  302: "UPSTREAM_INVALID_RESPONSE",
  400: "UPSTREAM_REJECTED",
  401: "UPSTREAM_UNAUTHORIZED",
  403: "UPSTREAM_UNAUTHORIZED",
  404: "UPSTREAM_REJECTED",
  418: "UPSTREAM_REJECTED",
  500: "UPSTREAM_UNAVAILABLE",
  502: "UPSTREAM_UNAVAILABLE",
  503: "UPSTREAM_UNAVAILABLE",
};

describe.each(apis)("at %s", (api) => {
  let line: StillLine;
  beforeAll(async () => {
    line = await startStill();
  });
  afterAll(() => line.stop());
  /** Healthy again, so much later that nothing is remembered, and then once more. */
  afterEach(async () => {
    line.simulator.clearFaults();
    line.clock.now += hourMs;
    expect((await ask(line, api)).errors).toEqual([]);
    line.clock.now += hourMs;
  });

  test.each(Object.entries(codesOfKinds))("an exchange of kind %s is %s", async (kind, code) => {
    line.simulator.fault({ api, kind: kind as FaultKind, afterMs: 40, bytes: 100_000 });
    const answer = await ask(line, api);
    if (code) return expectFailure(line, answer, api, code);
    expect(answer.errors).toEqual([]);
    expect(answer.data.contactCenter.figures).not.toBeNull();
    expectClean(line, answer);
  });

  /** Every form of body meets every status, at one of the APIs. */
  const forms = errorForms.filter((_, position) => position % apis.length === apis.indexOf(api));
  const statuses = Object.entries(codesOfStatuses).flatMap(([status, code]) => forms.map((form) => [Number(status), form, code] as const));
  test.each(statuses)("status %d with a body of form %s is %s", async (status, form, code) => {
    line.simulator.fault({ api, status, form });
    expectFailure(line, await ask(line, api), api, code, { status });
  });

  test.each(forms)("429 to the end, with a body of form %s, says after how long a retry makes sense", async (form) => {
    line.simulator.fault({ api, status: 429, form, retryAfterSeconds: 20 });
    const answer = await ask(line, api);
    expectFailure(line, answer, api, "UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: expect.any(Number) });
    line.clock.now += minuteMs;
  });
});

test("an exchange that hangs is UPSTREAM_TIMEOUT at the deadline", async () => {
  const line = await stillLine({}, { REQUEST_DEADLINE_MS: "300" });
  for (const api of apis) line.simulator.fault({ api, kind: "hang" });
  const answers = await Promise.all(apis.map(async (api) => [api, await ask(line, api)] as const));
  for (const [api, answer] of answers) expectFailure(line, answer, api, "UPSTREAM_TIMEOUT");
});

test("every kind of fault that the simulator has is tried", () => {
  expect(["status", "hang", ...Object.keys(codesOfKinds)].sort()).toEqual([...faultKinds].sort());
});

describe("the message", () => {
  test("of a rejection tells what the platform said, in one clean sentence", async () => {
    const line = await stillLine();
    line.simulator.fault({ api: "key-metrics", status: 400, form: "causes" });
    expect((await ask(line, "key-metrics")).errors[0]?.message).toMatch(/rejected the request \(400\): Bad Request; Simulated fault\.$/);
  });

  test("of a 403 of interval metrics says that the feature may be off", async () => {
    const line = await stillLine();
    line.simulator.fault({ api: "interval-metrics", status: 403 });
    expect((await ask(line, "interval-metrics")).errors[0]?.message).toMatch(/feature is off/);
  });
});

describe("a 429", () => {
  test.each(["seconds", "date"] as const)("with Retry-After in %s is not tried again before that", async (retryAfterForm) => {
    const line = await stillLine();
    line.simulator.fault({ api: "key-metrics", status: 429, retryAfterSeconds: 30, retryAfterForm });
    const { errors } = await ask(line, "key-metrics");
    // A date has whole seconds, so it can be up to one off; our jitter adds at most a quarter.
    expect(errors[0]?.extensions.retryAfterMs).toBeGreaterThanOrEqual(29_000);
    expect(errors[0]?.extensions.retryAfterMs).toBeLessThanOrEqual(31_000 * 1.25);
    expect(line.calls()).toBe(1);
  });

  test("without Retry-After pauses for a second at least", async () => {
    const line = await stillLine({}, { REQUEST_DEADLINE_MS: "500" });
    line.simulator.fault({ api: "key-metrics", status: 429 });
    const { errors } = await ask(line, "key-metrics");
    expect(errors[0]?.extensions).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", status: 429 });
    expect(errors[0]?.extensions.retryAfterMs).toBeGreaterThanOrEqual(1000);
    expect(line.calls()).toBe(1);
  });

  test("that passes is waited for, and nobody notices", async () => {
    const line = await startLine({}, { LP_MAX_PER_MINUTE: "1000" });
    onTestFinished(() => line.stop());
    line.simulator.fault({ api: "key-metrics", status: 429, times: 1 });
    const { errors } = await line.ask("{ contactCenter { current { onlineAgents } } }");
    expect(errors).toEqual([]);
    expect(line.calls()).toBe(2);
  });
});

test("a domain that cannot be looked up fails the fields of its service alone", async () => {
  const stands = () => atWork;
  const line = await startLine({}, { LP_RETRY_PAUSES_SECONDS: "0" }, stands, stands, (simulator) =>
    simulator.fault({ api: "domains", status: 500, contains: "agentManagerWorkspace" }),
  );
  onTestFinished(() => line.stop());
  expectFailure(line, await ask(line, "key-metrics"), "key-metrics", "UPSTREAM_UNAVAILABLE", { status: 500 });
  expect((await ask(line, "agent-segments")).errors).toEqual([]);
});
