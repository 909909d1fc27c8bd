import { expect, onTestFinished, test } from "vitest";
import { hourMs, minuteMs } from "../../src/time.js";
import { startLine } from "../support/line.js";
import { stillLine } from "../support/still-line.js";

const total = "totalSkillConversationSegments";
type Data = { contactCenter: Record<string, unknown> };

/** A line in real time: what is tested are deadlines and overdue exchanges. */
async function livingLine(...settings: Parameters<typeof startLine>) {
  const line = await startLine(...settings);
  onTestFinished(() => line.stop());
  return line;
}

test("an id that the platform refuses is found by halving, fails alone, and is not asked for at the next polls", async () => {
  const line = await stillLine({ accounts: [{ id: "demo", skills: 100 }] });
  const ids = line.simulator.truth("demo").skills.map(({ id }) => id);
  const bad = ids[56]!;
  const query = `{ contactCenter { ${ids.map((id, at) => `s${at}: skill(id: "${id}") { segments { ${total} } }`).join(" ")} } }`;
  line.simulator.fault({ api: "skill-segments", status: 400, contains: bad });
  // Nothing names the id in a call for all skills: it is refused once, so that skills are named.
  line.simulator.fault({ api: "skill-segments", status: 400, times: 1 });

  for (const most of [1 + 18, 1, 1]) {
    line.simulator.resetCounts();
    const { data, errors } = await line.ask<Data>(query);
    expect(errors.map(({ path, extensions }) => [path, extensions.code, extensions.retryable])).toEqual([
      [["contactCenter", "s56", "segments"], "UPSTREAM_REJECTED", false],
    ]);
    expect(Object.keys(data.contactCenter)).toHaveLength(ids.length);
    expect(line.calls()).toBeGreaterThan(0);
    expect(line.calls()).toBeLessThanOrEqual(most);
    line.clock.now += minuteMs;
  }
  line.clock.now += hourMs;
  line.simulator.clearFaults();
  expect((await line.ask(query)).errors).toEqual([]);
});

test("a call that hangs is answered by one made beside it, and a later question waits for neither", async () => {
  const line = await livingLine({}, { TTL_SEGMENTS_SECONDS: "0", STALE_SECONDS: "0" });
  const ask = () => line.ask(`{ contactCenter { skillSegments { ${total} } } }`);
  await ask();
  line.simulator.resetCounts();
  line.simulator.fault({ api: "skill-segments", kind: "hang", times: 1 });
  expect((await ask()).errors).toEqual([]);
  expect(line.calls(), "the one that hangs and one beside it").toBe(2);
  expect((await ask()).errors).toEqual([]);
  expect(line.calls()).toBe(3);
}, 20_000);

test("a list of more pages than fit a deadline is read on behind its request, and the next poll has it", async () => {
  const line = await livingLine(
    { accounts: [{ id: "demo", skills: 400 }], latencyMs: { base: 150, jitter: 0 } },
    { REQUEST_DEADLINE_MS: "500", LP_MAX_CONCURRENT: "1", TTL_CURRENT_SECONDS: "60" },
  );
  const query = "{ contactCenter { skills { totalCount nodes { id } } } }";
  expect((await line.ask(query)).errors.map(({ extensions }) => extensions.code)).toEqual(["UPSTREAM_TIMEOUT"]);
  await expect.poll(() => line.calls(), { timeout: 10_000 }).toBe(8);
  const { data, errors } = await line.ask<{ contactCenter: { skills: { totalCount: number; nodes: unknown[] } } }>(query);
  expect(errors).toEqual([]);
  expect(data.contactCenter.skills).toMatchObject({ totalCount: 400, nodes: { length: 50 } });
  expect(line.calls(), "no page is asked for twice").toBe(8);
}, 20_000);
