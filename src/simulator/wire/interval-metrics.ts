import { type IntervalRow, intervalMetrics, intervalStarts } from "../answers/interval-metrics.js";
import { hour, minute } from "../model/duration.js";
import { type Asked, type Handler, ok } from "./asked.js";
import { inWholeMinutes } from "./breaks.js";
import { type Place, placeOf, writePaging } from "./interval-pages.js";
import { intervalQuery } from "./interval-query.js";
import { Refusal } from "./refusal.js";
import type { WireVariants } from "./variants.js";

type Query = ReturnType<typeof intervalQuery>;

const text = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");

function writeTimeframe(from: number, to: number, variants: WireVariants, shiftMs = 0): Record<string, unknown> {
  const long = (at: number): number | string => (variants.longsAsStrings ? String(at - shiftMs) : at - shiftMs);
  return { from: text(from), fromL: long(from), to: text(to), toL: long(to) };
}

function writeRow(row: IntervalRow, at: number, variants: WireVariants): Record<string, unknown> {
  const asText = variants.rowIds === "string" || (variants.rowIds === "mixed" && at % 2 === 1);
  const id = (value: string): number | string => (asText ? value : Number(value));
  const { from, to, metrics, skillId, agentGroupId, agentId, ...names } = row;
  return {
    timeframe: writeTimeframe(from, to, variants, variants.rowTimesShifted ? 2 * hour : 0),
    ...(skillId !== undefined && { skillId: id(skillId), skillName: names.skillName }),
    ...(agentGroupId !== undefined && { agentGroupId: id(agentGroupId), agentGroupName: names.agentGroupName }),
    ...(agentId !== undefined && { agentId: id(agentId), agentName: names.agentName, agentLogin: names.agentLogin }),
    ...(names.conversationId !== undefined && { conversationId: names.conversationId }),
    metrics,
  };
}

function metadata(asked: Asked, query: Query, place: Place, next: Place | null, count: number): Record<string, unknown> {
  const filters = Object.entries({ agentId: query.agentId, skillId: query.skillId, agentGroupId: query.agentGroupId }).flatMap(
    ([name, id]) => (id === undefined ? [] : [[name, Number(id)] as const]),
  );
  return {
    v: 1,
    timeframe: writeTimeframe(query.from, query.to, asked.variants),
    paging: writePaging(asked, query.pageSize, place, next),
    query: { intervalDuration: query.intervalMinutes, grouping: query.grouping.join(","), handleTimeModel: query.handleTimeModel },
    filters: { ...Object.fromEntries(filters), ...(query.conversationId !== undefined && { conversationId: query.conversationId }) },
    count,
  };
}

/** The window as the service covers it. */
function covered(query: Query, variants: WireVariants): Query {
  const size = query.intervalMinutes * minute;
  return variants.startedBefore ? { ...query, from: Math.floor(query.from / size) * size } : query;
}

/** The 202 answer, while an interval of the window has not been finished; else null. */
function unfinished(asked: Asked, query: Query): unknown {
  const size = query.intervalMinutes * minute;
  const done = (start: number): boolean => start + size + asked.intervalLagMs <= asked.now;
  const starts = intervalStarts(query);
  if (starts.every(done)) return null;
  return {
    intervals: starts.map((start) => ({
      ...writeTimeframe(start, start + size, asked.variants),
      status: done(start) ? "Done" : "In Progress",
    })),
  };
}

/** GET /api/account/{id}/interval-metrics */
export const answerIntervalMetrics: Handler = (asked) => {
  const { variants, center } = asked;
  if (variants.intervalFeature !== "on") throw new Refusal(variants.intervalFeature, ["The feature is not enabled for this account."]);
  const query = covered(intervalQuery(asked.parameters, asked.now), variants);
  const pending = unfinished(asked, query);
  if (pending !== null) return { ...ok(pending), status: 202 };
  const place = placeOf(asked);
  const rows = asked.rows.get(query, () => intervalMetrics(center.ledger, query));
  const end = place.empty ? place.offset : place.offset + query.pageSize;
  const next = end < rows.length ? { offset: end, empty: variants.emptyPages && !place.empty } : null;
  const ids = { skill: query.skillId, agent: query.agentId, agentGroup: query.agentGroupId, conversation: query.conversationId };
  const isRough = variants.breaks.includes("unpicked-intervals") && query.grouping.every((kind) => ids[kind] === undefined);
  const page = rows.slice(place.offset, end).map((row) => (isRough ? { ...row, metrics: inWholeMinutes(row.metrics) } : row));
  return ok({
    metadata: metadata(asked, query, place, next, page.length),
    intervals: page.map((row, at) => writeRow(row, at, variants)),
  });
};
