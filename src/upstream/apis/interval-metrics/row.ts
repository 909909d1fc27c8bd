import { intervalMetrics } from "../../../catalogue/interval-metrics.js";
import { metricsOf } from "../../../catalogue/metric.js";
import type { Window } from "../../../time.js";
import type { Grouping, IntervalRow, Values } from "../../question.js";
import type { AnswerReader, Json } from "../answer-reader.js";
import { platformNames } from "./request.js";

/** Metrics that count for an interval in which no human agent did anything. */
const withoutHumans = new Set(["consumerMessages", "arrivals", "closedConversations"]);
const humanFields = metricsOf(intervalMetrics).flatMap(({ field }) => (withoutHumans.has(field) ? [] : [field]));

/**
 * One row. Ids and names are those of the grouping alone. Without human activity the figures of humans are null: the
 * platform fills them with zeros that nobody measured.
 */
export function readRow(entry: unknown, grouping: readonly Grouping[], reader: AnswerReader): IntervalRow {
  const raw = reader.object(entry, "an interval");
  const values = reader.values(intervalMetrics, reader.map(raw.metrics, "the metrics of an interval"));
  const human = humanFields.some((field) => (values[field] ?? 0) !== 0);
  const named = (kind: Grouping, key: string): string | null => (grouping.includes(kind) ? reader.name(raw[key], key) : null);
  return {
    window: readTimes(reader.object(raw.timeframe, "the timeframe of an interval"), reader),
    ids: readIds(raw, grouping, reader),
    skillName: named("SKILL", "skillName"),
    agentGroupName: named("AGENT_GROUP", "agentGroupName"),
    agentName: named("AGENT", "agentName"),
    agentLogin: named("AGENT", "agentLogin"),
    human,
    values: human ? values : withoutFields(values, humanFields),
  };
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
