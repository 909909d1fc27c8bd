import { expect, test } from "vitest";
import { GatewayError } from "../src/errors.js";
import { readinessOf } from "../src/readiness.js";
import type { Service } from "../src/upstream/call.js";
import type { Standing } from "../src/upstream/transport/look-ups.js";

const well: Standing = { known: true, failure: undefined };
const unanswered = new GatewayError("UPSTREAM_UNAVAILABLE", "Domain look-up: it has not answered yet.");
const failing = new GatewayError("UPSTREAM_UNAVAILABLE", "Domain look-up: it failed (503). Ask again later.");
const unavailable = new GatewayError("UPSTREAM_UNAVAILABLE", "The platform cannot be reached.");

const account = (standings: Partial<Record<Service, Standing>>, trouble?: GatewayError) => ({
  id: "acme1",
  standing: (service: Service) => standings[service] ?? well,
  trouble: () => trouble,
});
const unknown: Standing = { known: false, failure: unanswered };

test("a gateway whose domains and tokens are known is ready", () => {
  expect(readinessOf([account({})])).toEqual({
    ready: true,
    accounts: [{ id: "acme1", services: { operations: "ok", keyMetrics: "ok", intervalMetrics: "ok" } }],
  });
});

test("a gateway that knows no service's domain yet is not ready, and says why", () => {
  const { ready, accounts } = readinessOf([account({ operations: unknown, keyMetrics: unknown, intervalMetrics: unknown })]);
  expect(ready).toBe(false);
  expect(Object.values(accounts[0]!.services)).toEqual(Array(3).fill(unanswered.message));
});

test("one service of one account that can be reached makes it ready", () => {
  const none = account({ operations: unknown, keyMetrics: unknown, intervalMetrics: unknown });
  const one = account({ operations: unknown, keyMetrics: unknown });
  expect(readinessOf([none, one])).toMatchObject({
    ready: true,
    accounts: [{}, { services: { operations: unanswered.message, intervalMetrics: "ok" } }],
  });
});

test("a look-up that fails while what was known before serves on is named, and leaves it ready", () => {
  const { ready, accounts } = readinessOf([account({ operations: { known: true, failure: failing } })]);
  expect([ready, accounts[0]?.services.operations]).toEqual([
    true,
    "Domain look-up: it failed (503). Ask again later. What was known before serves on.",
  ]);
});

test("a failing platform is named but leaves it ready: otherwise no request would come that finds it well again", () => {
  const { ready, accounts } = readinessOf([account({}, unavailable)]);
  expect([ready, Object.values(accounts[0]!.services)]).toEqual([true, Array(3).fill("The platform cannot be reached.")]);
});

test("a bug in a look-up is not taken for a reason", () => {
  const bug = new TypeError("x is not a function");
  expect(() => readinessOf([account({ operations: { known: false, failure: bug } })])).toThrow(bug);
});
