import { intervalMetrics } from "../../../catalogue/interval-metrics.js";
import { metricsOf } from "../../../catalogue/metric.js";
import type { Window } from "../../../time.js";
import type { Grouping, IntervalRow, Values } from "../../question.js";
import type { AnswerReader, Json } from "../platform-form.js";
import type { RowRead } from "./judged-rows.js";
import { platformNames } from "./request.js";

/** Metrics that count for an interval in which no human agent did anything. */
const withoutHumans = new Set(["consumerMessages", "arrivals", "closedConversations"]);
const answerKeys = metricsOf(intervalMetrics).map(({ answer }) => answer);
const humanFields = metricsOf(intervalMetrics).flatMap(({ field }) => (withoutHumans.has(field) ? [] : [field]));

/**
 * One row; null when it begins outside the window asked for. Ids and names are those of the grouping alone. Without human activity
 * the figures of humans are null: the platform fills them with zeros that nobody measured.
 */
export function readRow(entry: unknown, asked: Window, grouping: readonly Grouping[], reader: AnswerReader): RowRead | null {
  const raw = reader.object(entry, "an interval");
  const window = readTimes(reader.object(raw.timeframe, "the timeframe of an interval"), reader);
  if (window.from < asked.from || window.from >= asked.to) return null;
  const metrics = reader.map(raw.metrics, "the metrics of an interval");
  if (answerKeys.every((key) => metrics[key] === undefined || metrics[key] === null)) return { window, row: null };
  const values = reader.values(intervalMetrics, metrics);
  const human = humanFields.some((field) => (values[field] ?? 0) !== 0);
  const named = (kind: Grouping, key: string): string | null => (grouping.includes(kind) ? reader.name(raw[key], key) : null);
  const row: IntervalRow = {
    window,
    ids: readIds(raw, grouping, reader),
    skillName: named("SKILL", "skillName"),
    agentGroupName: named("AGENT_GROUP", "agentGroupName"),
    agentName: named("AGENT", "agentName"),
    agentLogin: named("AGENT", "agentLogin"),
    human,
    values: human ? values : withoutFields(values, humanFields),
  };
  return { window, row };
}

/** By `from` and `to`: the vendor's own examples have `fromL` and `toL` two hours off. */
export const readTimes = (raw: Json, reader: AnswerReader): Window => ({
  from: reader.instant(raw.from, "from"),
  to: reader.instant(raw.to, "to"),
});

function readIds(raw: Json, grouping: readonly Grouping[], reader: AnswerReader): IntervalRow["ids"] {
  const ids: Partial<Record<Grouping, string>> = {};
  for (const kind of grouping) {
    const key = platformNames[kind].id;
    const id = reader.id(raw[key], key);
    if (id !== null) ids[kind] = id;
  }
  return ids;
}

const withoutFields = (values: Values, fields: readonly string[]): Values => ({
  ...values,
  ...Object.fromEntries(fields.map((field) => [field, null])),
});
