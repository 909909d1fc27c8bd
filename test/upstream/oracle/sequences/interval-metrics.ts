import type { IntervalMetricsCall } from "../../../../src/upstream/call.js";
import type { Grouping, IntervalFilters, IntervalMetricsQuestion } from "../../../../src/upstream/question.js";
import { product } from "../cover.js";
import { hours, intervalMetricsUniverse, named } from "../interval-metrics.js";
import { distinct } from "./distinct.js";
import type { ApiOracle } from "./oracle.js";
import { noon, ttlMs } from "./sequence.js";

const hourMs = 3_600_000;
const longestMs = 24 * hourMs;
/** Rows of intervals that ended this long before they were asked for no longer change. */
const settledAfterMs = 2 * hourMs;
const universe = intervalMetricsUniverse(() => undefined);
const kinds = ["SKILL", "AGENT"] as const;

const picksOf = ({ filters, grouping }: Pick<IntervalMetricsQuestion, "filters" | "grouping">): IntervalFilters =>
  Object.fromEntries(Object.entries(filters).filter(([kind]) => grouping.includes(kind as Grouping)));
const foreignOf = ({ filters, grouping }: Pick<IntervalMetricsQuestion, "filters" | "grouping">): IntervalFilters =>
  Object.fromEntries(Object.entries(filters).filter(([kind]) => !grouping.includes(kind as Grouping)));

/** The bounds of all windows, and where what is settled ends: no part of a question lies across one of them. */
const boundsOf = (questions: readonly IntervalMetricsQuestion[]): number[] =>
  [...new Set([noon - settledAfterMs, ...questions.flatMap(({ window }) => [window.from, window.to])])].sort((a, b) => a - b);

const scopeOf = (question: IntervalMetricsQuestion): string =>
  JSON.stringify([question.grouping, question.everyMinutes, question.handleTimeModel, foreignOf(question)]);

export const intervalMetricsOracle: ApiOracle<IntervalMetricsQuestion, IntervalMetricsCall> = {
  scope: scopeOf,
  parts(question, among) {
    const { from, to } = question.window;
    const bounds = boundsOf(among).filter((bound) => bound >= from && bound <= to);
    return bounds.slice(1).map((bound, index) => ({ ...question, window: { from: bounds[index]!, to: bound } }));
  },
  calls(questions) {
    const bounds = boundsOf(questions);
    const spans = product(bounds, bounds).filter(([from, to]) => from < to && to - from <= longestMs);
    const scopes = [...new Map(questions.map((question) => [scopeOf(question), question])).values()];
    return scopes.flatMap((first) => {
      const { grouping, everyMinutes, handleTimeModel } = first;
      const within = questions.filter((question) => scopeOf(question) === scopeOf(first));
      const single = within.flatMap((question) =>
        kinds.flatMap((kind) => (picksOf(question)[kind] ? [{ [kind]: picksOf(question)[kind]! }] : [])),
      );
      const picks = distinct<IntervalFilters>([{}, ...single, ...within.map(picksOf)]);
      return product(spans, picks).map(([[from, to], pick]) => ({
        api: "interval-metrics",
        grouping,
        everyMinutes,
        handleTimeModel,
        window: { from, to },
        filters: { ...foreignOf(first), ...pick },
        includeBotSkills: true,
      }));
    });
  },
  /** Bounds stand for hours of the table in their order: whether one window contains the other is all that counts. */
  answers(call, question) {
    if (call.window.to - call.window.from > longestMs) return false;
    const order = [...new Set([call.window.from, call.window.to, question.window.from, question.window.to])].sort((a, b) => a - b);
    const hourOf = (bound: number) => hours[order.indexOf(bound)]! * hourMs;
    const onTable = ({ from, to }: { from: number; to: number }) => ({ from: hourOf(from), to: hourOf(to) });
    const filtersOf = (filters: IntervalFilters, other: IntervalFilters, at: number): IntervalFilters =>
      Object.fromEntries(
        kinds.flatMap((kind) => {
          if (filters[kind] === undefined) return [];
          return [[kind, named[kind][other[kind] === undefined || other[kind] === filters[kind] ? 0 : at]!]];
        }),
      );
    return universe.answers(
      { ...call, window: onTable(call.window), filters: filtersOf(call.filters, question.filters, 0) },
      { ...question, window: onTable(question.window), filters: filtersOf(question.filters, call.filters, 1) },
    );
  },
  forAll(call) {
    const foreign = foreignOf(call);
    return Object.keys(foreign).length === Object.keys(call.filters).length ? null : { ...call, filters: foreign };
  },
  sizeName: (call) => `rows ${call.grouping} ${Object.keys(foreignOf(call))}`,
  idsNamed: (questions) => {
    const picks = questions.map(picksOf);
    if (picks.some((pick) => Object.keys(pick).length === 0)) return Number.POSITIVE_INFINITY;
    return new Set(picks.map((pick) => JSON.stringify(pick))).size;
  },
  ttlMs: ({ window }, asOf) => (window.to <= asOf - settledAfterMs ? ttlMs.closedIntervals : ttlMs.intervals),
};
