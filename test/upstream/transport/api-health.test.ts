import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { apiByName } from "../../../src/upstream/apis/registry.js";
import { ApiHealth } from "../../../src/upstream/budget/circuit-breaker.js";

const unavailable = new GatewayError("UPSTREAM_UNAVAILABLE", "The platform cannot be reached.");

function noted() {
  const messages: string[] = [];
  return { messages, health: new ApiHealth("acme1", (message) => messages.push(message)) };
}

test("an outage is logged when it begins and when it ends, however many exchanges fail between", () => {
  const { messages, health } = noted();
  health.well(apiByName["agent-segments"]);
  health.ill(apiByName["agent-segments"], unavailable);
  health.ill(apiByName["agent-segments"], unavailable);
  health.ill(apiByName["key-metrics"], unavailable);
  health.well(apiByName["skill-segments"]);
  expect(health.trouble("operations")).toBe(unavailable);
  health.well(apiByName["agent-segments"]);
  expect(messages).toEqual([
    "AGENT_SEGMENTS of account acme1 fails: The platform cannot be reached.",
    "KEY_METRICS of account acme1 fails: The platform cannot be reached.",
    "AGENT_SEGMENTS of account acme1 answers again.",
  ]);
  expect(health.trouble("operations")).toBeUndefined();
  expect(health.trouble("keyMetrics")).toBe(unavailable);
});

test.each(["UPSTREAM_TIMEOUT", "UPSTREAM_UNAUTHORIZED", "UPSTREAM_INVALID_RESPONSE"] as const)("%s is a fault of the platform", (code) => {
  const { messages, health } = noted();
  health.ill(apiByName["agent-segments"], new GatewayError(code, "Not so."));
  expect(messages).toEqual(["AGENT_SEGMENTS of account acme1 fails: Not so."]);
});

test.each(["BUDGET_EXHAUSTED", "UPSTREAM_RATE_LIMITED", "UPSTREAM_REJECTED"] as const)("%s says nothing of the platform", (code) => {
  const { messages, health } = noted();
  health.ill(apiByName["agent-segments"], new GatewayError(code, "Not now."));
  expect(messages).toEqual([]);
});
