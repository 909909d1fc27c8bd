import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { plan } from "../../../src/upstream/planning/plan.js";
import { explained, refuseMoreThan } from "../../../src/upstream/planning/preview.js";
import { agentRows, intervalRows, keyTotal, nowhere } from "../questions-by-hand.js";

const calls = (count: number) =>
  plan(
    Array.from({ length: count }, (_, id) => keyTotal({ filters: { ...nowhere, agentIds: [String(id)] } })),
    () => undefined,
  );

test("as many exchanges as are allowed pass", () => {
  expect(() => refuseMoreThan(50, calls(50))).not.toThrow();
});

test("one more is refused, with the number, the limit, the API and how to ask for less", () => {
  const refused = () => refuseMoreThan(50, calls(51));
  expect(refused).toThrow(GatewayError);
  expect(refused).toThrow(expect.objectContaining({ code: "PLAN_TOO_LARGE" }));
  expect(refused).toThrow(/needs 51 calls .*KEY_METRICS.* at most 50.* Ask for fewer ids/s);
});

test("pages count as the exchanges they are", () => {
  const day = plan([intervalRows({ window: { from: 0, to: 86_400_000 } })], () => 60);
  expect(() => refuseMoreThan(11, day)).toThrow(/needs 12 calls/);
});

test("a plan is explained call by call: API, account, exchanges and what is asked", () => {
  expect(explained(plan([agentRows({ agents: ["1", "2"] })], () => undefined))).toEqual([
    {
      api: "AGENT_SEGMENTS",
      account: "a",
      exchanges: 1,
      call: { lastMinutes: 60, everyMinutes: null, groupIds: null, userType: "ALL", source: null, agents: ["1", "2"], skills: null },
    },
  ]);
});
