import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultFor, fetchSkillSegments } from "../../../src/upstream/apis/skill-segments/descriptor.js";
import type { SkillSegmentsCall } from "../../../src/upstream/call.js";
import vendor from "../../fixtures/vendor/skill-segments.json" with { type: "json" };
import { skillRows } from "../questions-by-hand.js";
import { ok, queryOf, scripted } from "./scripted-exchange.js";

const hour = 3_600_000;
const askedAt = 1_516_265_515_700;

const call = (part: Partial<SkillSegmentsCall> = {}): SkillSegmentsCall => ({
  api: "skill-segments",
  lastMinutes: 180,
  everyMinutes: null,
  userType: "ALL",
  skills: ["12", "13"],
  ...part,
});

async function fetched(body: unknown, part: Partial<SkillSegmentsCall> = {}, at = askedAt) {
  const platform = scripted(() => ok(body), at);
  const { reply } = await fetchSkillSegments(call(part), platform.context());
  return { reply, requests: platform.requests };
}

const level = (segments: number | null) => ({
  skillsMetrics: segments === null ? {} : { "12": { totalSkillConversationSegments: segments } },
  metricsTotal: { totalSkillConversationSegments: segments ?? 0 },
});
const at = (timestamp: number | string, segments: number | null = 1) => ({ timestamp, ...level(segments) });
const answer = (intervals: unknown[]) => ({ metricsByIntervals: intervals, timeframeSummary: level(9) });

test("the request says skillIds=all explicitly and the user type in lower case", async () => {
  const { requests } = await fetched(level(1), { skills: "all", userType: "HUMAN" });
  expect(requests[0]?.path).toMatch(/^\/operations\/api\/account\/le1\/msgskillsegments\?/);
  expect(requests.map(queryOf)).toEqual([{ v: "1", timeframe: "180", skillIds: "all", userType: "human" }]);
});

describe("the vendor's examples of skill segments", () => {
  test("skills: every figure under our name", async () => {
    const { reply } = await fetched(vendor.examples.skills.answer);
    expect(reply.skills.get("12")).toEqual({
      totalSkillConversationSegments: 95,
      skillSegmentsAbandonedByConsumers: 21,
      skillSegmentsAbandonedByConsumersInQueue: 17,
      skillSegmentsWithNonResponsiveConsumers: 27,
      skillSegmentsWithNonResponsiveAgents: 13,
      interactiveSkillSegments: 34,
      avgTimeToFirstAgentMessageFromAgentAssignment: 28,
    });
    expect(reply.skills.get("13")?.totalSkillConversationSegments).toBe(82);
    expect(reply.total?.totalSkillConversationSegments).toBe(177);
    expect(reply.intervals).toBeNull();
  });

  test("intervals: newest first there, oldest first here, and the one the page leaves out is there, empty", async () => {
    const { reply } = await fetched(vendor.examples.intervals.answer, { everyMinutes: 60 });
    expect(reply.intervals?.map(({ window, skills }) => [window.from, skills.get("12")?.totalSkillConversationSegments ?? null])).toEqual([
      [1_516_254_715_679, null],
      [1_516_258_315_679, 50],
      [1_516_261_915_679, 45],
    ]);
    expect(reply.window).toEqual({ from: 1_516_254_715_679, to: 1_516_265_515_679 });
    expect(reply.intervals?.[0]).toMatchObject({ total: null, skills: new Map() });
    expect(reply.skills.get("12")?.totalSkillConversationSegments).toBe(95);
  });
});

describe("intervals of skill segments", () => {
  const newest = 1_516_261_915_679;

  test("may be wrapped in metricsData, as sister APIs of the service do", async () => {
    const wrapped = { metricsByIntervals: [{ timestamp: newest, metricsData: level(4) }], timeframeSummary: { metricsData: level(4) } };
    const { reply } = await fetched(wrapped, { everyMinutes: 60 });
    expect(reply.intervals?.at(-1)?.skills.get("12")?.totalSkillConversationSegments).toBe(4);
    expect(reply.total?.totalSkillConversationSegments).toBe(4);
  });

  test("may have timestamps as numeric strings", async () => {
    const { reply } = await fetched(answer([at(String(newest))]), { everyMinutes: 60 });
    expect(reply.intervals?.at(-1)?.window.from).toBe(newest);
  });

  test("stand at their own place when the newest were left out", async () => {
    const { reply } = await fetched(answer([at(newest - 2 * hour, 7)]), { everyMinutes: 60 });
    expect(reply.intervals?.map(({ total }) => total?.totalSkillConversationSegments ?? null)).toEqual([7, null, null]);
    expect(reply.window.to).toBe(newest + hour);
  });

  test("all left out, end when the platform was asked", async () => {
    const { reply } = await fetched(answer([]), { everyMinutes: 60 });
    expect(reply.window).toEqual({ from: askedAt - 3 * hour, to: askedAt });
    expect(reply.intervals?.map(({ skills }) => skills.size)).toEqual([0, 0, 0]);
  });

  test("complete, are placed by their timestamps alone, however wrong our clock is", async () => {
    const full = answer([at(newest), at(newest - hour), at(newest - 2 * hour)]);
    for (const clock of [0, newest + 1000 * hour]) {
      const { reply } = await fetched(full, { everyMinutes: 60 }, clock);
      expect(reply.window).toEqual({ from: newest - 2 * hour, to: newest + hour });
    }
  });

  test("of any subset and order come out complete, oldest first, each figure at its time", async () => {
    const subset = fc.uniqueArray(fc.integer({ min: 0, max: 11 }));
    await fc.assert(
      fc.asyncProperty(subset, fc.integer({ min: -120_000, max: 120_000 }), async (kept, skewMs) => {
        const from = 1_700_000_123_456;
        const end = from + 12 * 5 * 60_000;
        const body = answer(kept.map((index) => at(from + index * 5 * 60_000, index + 1)));
        const { reply } = await fetched(body, { lastMinutes: 60, everyMinutes: 5 }, end + skewMs);
        const expected = Array.from({ length: 12 }, (_, index) => (kept.includes(index) ? index + 1 : null));
        expect(reply.intervals?.map(({ total }) => total?.totalSkillConversationSegments ?? null)).toEqual(expected);
        expect(reply.window).toEqual(kept.length > 0 ? { from, to: end } : { from: from + skewMs, to: end + skewMs });
        expect(reply.intervals?.[0]?.window.from).toBe(reply.window.from);
      }),
    );
  });

  test("without a summary are UPSTREAM_INVALID_RESPONSE", async () => {
    await expect(fetched({ metricsByIntervals: [] }, { everyMinutes: 60 })).rejects.toMatchObject({
      code: "UPSTREAM_INVALID_RESPONSE",
      extensions: { api: "SKILL_SEGMENTS" },
    });
  });
});

describe("a faulty section of skill segments", () => {
  const newest = 1_516_261_915_679;
  const rows = skillRows();
  const total = skillRows({ of: "total", skills: "all" });
  const questions = {
    rows,
    total,
    "rows in intervals": { ...rows, everyMinutes: 60 },
    "total in intervals": { ...total, everyMinutes: 60 },
  };
  const inIntervals = ["rows in intervals", "total in intervals"];
  const { skillsMetrics, metricsTotal } = level(1);

  test.each<[fault: string, body: object, section: string, failing: string[]]>([
    ["two intervals at one time", answer([at(newest), at(newest)]), "intervals", inIntervals],
    ["an interval without timestamp", answer([level(1)]), "intervals", inIntervals],
    ["intervals further apart than the window", answer([at(newest), at(newest - 5 * hour)]), "intervals", inIntervals],
    ["no list of intervals", { timeframeSummary: level(1) }, "intervals", inIntervals],
    ["an interval without rows", answer([{ timestamp: newest, metricsTotal }]), "intervals.rows", ["rows in intervals"]],
    ["an interval without total", answer([{ timestamp: newest, skillsMetrics }]), "intervals.total", ["total in intervals"]],
    ["no skillsMetrics", { ...answer([]), timeframeSummary: { metricsTotal } }, "rows", ["rows", "rows in intervals"]],
    ["no total", { ...answer([]), timeframeSummary: { skillsMetrics } }, "total", ["total", "total in intervals"]],
  ])("(%s) fails the questions that need it, and the others are answered", async (_, body, section, failing) => {
    const { reply } = await fetched(body, { everyMinutes: 60 });
    expect(Object.keys(reply.faults ?? {})).toEqual([section]);
    const failed = Object.entries(questions).filter(([, question]) => faultFor(reply, question) !== null);
    expect(failed.map(([name]) => name)).toEqual(failing);
  });
});

test("a reply of skill segments survives serialisation", async () => {
  const { reply } = await fetched(vendor.examples.intervals.answer, { everyMinutes: 60 });
  expect(deserialize(serialize(reply))).toEqual(reply);
  expect(structuredClone(reply)).toEqual(reply);
});

test("an average over zero segments is null in an empty total, its counts are zero", async () => {
  const zeros = Object.fromEntries(vendor.metrics.map(({ name }) => [name, 0]));
  const { reply } = await fetched({ skillsMetrics: {}, metricsTotal: zeros });
  expect(reply.total).toMatchObject({ avgTimeToFirstAgentMessageFromAgentAssignment: null, interactiveSkillSegments: 0 });
});

test("an answer without rows and without total is UPSTREAM_INVALID_RESPONSE", async () => {
  await expect(fetched({ message: "Service is down" })).rejects.toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE" });
});
