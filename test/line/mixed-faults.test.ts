import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { startLine } from "../support/line.js";

/** What a request may be told while the platform fails in all these ways; a timeout, where its call left right before its deadline. */
const clear = ["BUDGET_EXHAUSTED", "UPSTREAM_RATE_LIMITED", "UPSTREAM_REJECTED", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"];
const storm = [503, 400, 429, 500];
const deadlineMs = 10_000;
/** At the latest. */
const faultsMs = 4_000;
/** The longest pause after so short a storm, jitter included: that of a circuit that has opened, or of a 429. */
const longestPauseMs = 8_000;
const calmMs = 3_000;
const everyMs = 50;

interface Ended {
  /** Real ms since the start. */
  readonly at: number;
  readonly tookMs: number;
  readonly codes: readonly string[];
}

test("after a storm of 429, 400, 500 and 503 at a platform with lower limits than the gateway was told, nothing waits for its deadline, and what was not refused is answered", async () => {
  const line = await startLine(
    {
      accounts: [{ id: "demo", agents: 40, skills: 40, conversationsPerDay: 500 }],
      latencyMs: { base: 20, jitter: 20 },
      limits: { maxConcurrent: 2, maxPerMinute: 10_000 },
    },
    {
      REQUEST_DEADLINE_MS: String(deadlineMs),
      LP_MAX_CONCURRENT: "50",
      LP_MAX_PER_MINUTE: "100000",
      LP_RETRY_PAUSES_SECONDS: "0,1",
      CALLER_CALLS_PER_MINUTE: "0",
      TTL_SEGMENTS_SECONDS: "1",
      TTL_CURRENT_SECONDS: "1",
      STALE_SECONDS: "0",
    },
  );
  onTestFinished(() => line.stop());
  const { agents, skills } = line.simulator.truth("demo");
  const queries = [
    (turn: number) =>
      `{ contactCenter { agent(id: "${agents[(turn * 7) % 40]!.id}") { segments(lastMinutes: ${60 + 60 * (turn % 5)}) { totalAgentConversationSegments } } } }`,
    (turn: number) =>
      `{ contactCenter { skill(id: "${skills[(turn * 11) % 40]!.id}") { segments(lastMinutes: ${60 + 60 * (turn % 7)}) { totalSkillConversationSegments } } } }`,
    () => "{ contactCenter { skills(first: 40) { nodes { id current { unassignedConversations } } } } }",
  ];
  for (let round = 0; round < 3; round++) for (const status of storm) line.simulator.fault({ status, times: 1 });

  const start = performance.now();
  const passed = () => performance.now() - start;
  const ends: Ended[] = [];
  const asked: Promise<void>[] = [];
  const ask = async (turn: number) => {
    const at = passed();
    const { errors } = await line.ask(queries[turn % queries.length]!(turn));
    ends.push({ at, tookMs: passed() - at, codes: errors.map(({ extensions }) => extensions.code) });
  };
  let clearedAt = Number.POSITIVE_INFINITY;
  for (let turn = 0; passed() < Math.min(clearedAt, 2 * faultsMs) + longestPauseMs + calmMs; turn++) {
    if (clearedAt === Number.POSITIVE_INFINITY && (passed() > faultsMs || line.simulator.faults().length === 0)) {
      line.simulator.clearFaults();
      clearedAt = passed();
    }
    asked.push(ask(turn));
    await pause(everyMs);
  }
  await Promise.all(asked);

  const { byStatus } = line.simulator.counts();
  for (const status of [200, ...storm]) expect(byStatus[status], `answers with ${status}`).toBeGreaterThan(0);
  expect([...new Set(ends.flatMap(({ codes }) => codes))].filter((code) => !clear.includes(code))).toEqual([]);
  const later = ends.filter(({ at }) => at > clearedAt + longestPauseMs);
  expect(later.length).toBeGreaterThan(10);
  // An id or argument that was refused while the platform was in trouble is not asked again for a while, as documented.
  expect(later.filter(({ codes }) => codes.some((code) => code !== "UPSTREAM_REJECTED"))).toEqual([]);
  expect(later.filter(({ codes }) => codes.length === 0).length).toBeGreaterThan(later.length / 4);
  expect(later.filter(({ tookMs }) => tookMs > deadlineMs / 2)).toEqual([]);
}, 60_000);
