import { expect, onTestFinished, test } from "vitest";
import { startLine } from "../support/line.js";

const query = "{ contactCenter { skills(first: 5) { nodes { id current { assignedConversations } } } } }";

const partsOf = (header: string | null) =>
  Object.fromEntries((header ?? "").split(", ").map((part) => [part.split(";")[0], Number(/;dur=([\d.]+)$/.exec(part)?.[1])]));

test("an executed answer says what it took to plan, to wait for the platform and to execute; a kept one says nothing", async () => {
  const line = await startLine();
  onTestFinished(() => line.stop());
  line.simulator.setLatency({ base: 400, jitter: 0 });
  const begun = performance.now();
  const first = await line.ask(query);
  const tookMs = performance.now() - begun;
  expect(first.errors).toEqual([]);
  const parts = partsOf(first.headers.get("server-timing"));
  expect(Object.keys(parts)).toEqual(["plan", "platform", "execution"]);
  expect(parts.platform).toBeGreaterThanOrEqual(400);
  expect(parts.plan! + parts.platform! + parts.execution!).toBeLessThanOrEqual(tookMs + 1);
  const kept = await line.ask(query);
  expect(kept.body).toBe(first.body);
  expect(kept.headers.get("server-timing")).toBeNull();
});
