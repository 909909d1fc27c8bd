import { describe, expect, test } from "vitest";
import { dayMs, hourMs } from "../../../src/time.js";
import { tolerating } from "../../../src/upstream/answers.js";
import type { AnswerRecord } from "../../../src/upstream/apis/descriptor.js";
import { intervalMetrics } from "../../../src/upstream/apis/interval-metrics/descriptor.js";
import { rowsBySlot } from "../../../src/upstream/apis/interval-metrics/fetch.js";
import type { IntervalFilters, IntervalRow } from "../../../src/upstream/question.js";
import { intervalRows } from "../questions-by-hand.js";

type Record = AnswerRecord<"interval-metrics">;

const window = { from: 0, to: hourMs };
const rowOf = (ids: IntervalRow["ids"]): IntervalRow => ({
  window: { from: 0, to: hourMs },
  ids,
  skillName: null,
  agentGroupName: null,
  agentName: null,
  agentLogin: null,
  human: true,
  values: {},
});
const agents = { grouping: ["AGENT"] as const, everyMinutes: 60 as const, window, includeBotSkills: false };

function answered(filters: IntervalFilters, ids: IntervalRow["ids"][], pending: Record["reply"]["pending"] = []): Record {
  const call = { api: "interval-metrics" as const, handleTimeModel: "IFT" as const, filters, ...agents };
  return { call, reply: { asOf: hourMs, newestAskedAt: hourMs, window, ...rowsBySlot(ids.map(rowOf), 60), pending }, bytes: 1, pages: 1 };
}

const idsFor = (answer: Record, agent: string) => {
  const { parts } = intervalMetrics.lookUp!([answer], intervalRows({ ...agents, filters: { AGENT: agent } }), () => true);
  return parts[0]?.reply.rows.map(({ ids }) => ids.AGENT) ?? "missing";
};

describe("a row without an id", () => {
  test("is in nobody's rows when it was read among everybody's", () => {
    const everybody = answered({}, [{ AGENT: "5" }, {}, { AGENT: "6" }]);
    expect(idsFor(everybody, "5")).toEqual(["5"]);
    expect(idsFor(everybody, "6")).toEqual(["6"]);
  });

  test("is in the rows of the agent for whom the platform picked it", () => {
    expect(idsFor(answered({ AGENT: "5" }, [{}]), "5")).toEqual([undefined]);
  });
});

test("a row off the UTC grid is in the answer of the interval in which it begins, and of no other", () => {
  const halfPast = { ...rowOf({ AGENT: "5" }), window: { from: hourMs / 2, to: hourMs * 1.5 } };
  const two = { ...agents, window: { from: 0, to: 2 * hourMs } };
  const stored = answered({}, []);
  const answer = { ...stored, call: { ...stored.call, ...two }, reply: { ...stored.reply, ...two, ...rowsBySlot([halfPast], 60) } };
  const rowsFor = (from: number) => {
    const { parts } = intervalMetrics.lookUp!([answer], intervalRows({ ...agents, window: { from, to: from + hourMs } }), () => true);
    return parts[0] ? [parts[0].reply.rows, [...parts[0].reply.bySlot.keys()]] : "missing";
  };
  expect(rowsFor(0)).toEqual([[halfPast], [0]]);
  expect(rowsFor(hourMs)).toEqual([[], []]);
});

describe("that an interval is not computed yet", () => {
  const ttlMs = { segments: 1, keyMetrics: 1, current: 1, intervals: 60_000, closedIntervals: dayMs };
  const question = intervalRows({ ...agents, freshForMs: dayMs });
  const askedAgain = (ms: number, pending: Record["reply"]["pending"]) => {
    const moment = { now: hourMs + ms, monotonic: hourMs + ms };
    const usable = tolerating("fresh", { ttlMs, staleMs: 0 }, question, moment, moment);
    return intervalMetrics.lookUp!([answered({}, [], pending)], question, usable).missing;
  };

  test("is remembered for the time to live of intervals, however long the question would keep figures", () => {
    expect(askedAgain(59_000, [window])).toBeNull();
    expect(askedAgain(61_000, [window])).toEqual(question);
  });

  test("does not shorten what is computed", () => {
    expect(askedAgain(61_000, [])).toBeNull();
  });
});
