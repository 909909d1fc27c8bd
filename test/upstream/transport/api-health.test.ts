import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { Condition } from "../../../src/upstream/transport/api-health.js";

const unavailable = new GatewayError("UPSTREAM_UNAVAILABLE", "The platform cannot be reached.");

function told() {
  const messages: string[] = [];
  return { messages, condition: new Condition("acme1", (message) => messages.push(message)) };
}

test("an outage is told when it begins and when it ends, however many exchanges fail between", () => {
  const { messages, condition } = told();
  condition.well("agent-segments");
  condition.ill("agent-segments", unavailable);
  condition.ill("agent-segments", unavailable);
  condition.ill("key-metrics", unavailable);
  condition.well("skill-segments");
  expect(condition.trouble("operations")).toBe(unavailable);
  condition.well("agent-segments");
  expect(messages).toEqual([
    "AGENT_SEGMENTS of account acme1 fails: The platform cannot be reached.",
    "KEY_METRICS of account acme1 fails: The platform cannot be reached.",
    "AGENT_SEGMENTS of account acme1 answers again.",
  ]);
  expect(condition.trouble("operations")).toBeUndefined();
  expect(condition.trouble("keyMetrics")).toBe(unavailable);
});

test.each(["UPSTREAM_TIMEOUT", "UPSTREAM_UNAUTHORIZED", "UPSTREAM_INVALID_RESPONSE"] as const)("%s is a fault of the platform", (code) => {
  const { messages, condition } = told();
  condition.ill("agent-segments", new GatewayError(code, "Not so."));
  expect(messages).toEqual(["AGENT_SEGMENTS of account acme1 fails: Not so."]);
});

test.each(["BUDGET_EXHAUSTED", "UPSTREAM_RATE_LIMITED", "UPSTREAM_REJECTED"] as const)("%s says nothing of the platform", (code) => {
  const { messages, condition } = told();
  condition.ill("agent-segments", new GatewayError(code, "Not now."));
  expect(messages).toEqual([]);
});
