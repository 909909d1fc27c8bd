import { expect, test } from "vitest";
import { liveLine, watch } from "./live-line.js";

const current = (more = "") =>
  `subscription Board($every: Int! = 10) { contactCenter(everySeconds: $every) { current { unassignedConversations onlineAgents ${more} } } }`;

test("a subscriber is sent the present state at once, then another when something selected has changed", async () => {
  const line = await liveLine();
  const watcher = watch(line.client(), current("asOf"));
  const first = await watcher.payload(1);
  expect(first.errors).toBeUndefined();
  expect(first.data).toMatchObject({ contactCenter: { current: { onlineAgents: expect.any(Number) } } });
  expect(first.extensions?.freshness).toEqual({ oldestAsOf: new Date(line.time.now()).toISOString(), stale: false });
  expect(line.calls()).toBe(1);

  await line.pass(9_000);
  expect(line.states).toBe(1);
  await line.pass(1_000);
  const second = await watcher.payload(2);
  expect(second.data).not.toEqual(first.data);
  expect(line.calls()).toBe(2);
});
