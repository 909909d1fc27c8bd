import type { Formula } from "./derived.js";

/** Unit in which a metric leaves the gateway; the names are the values of the GraphQL enum MetricUnit. */
export type MetricUnit = "COUNT" | "MILLISECONDS" | "RATIO" | "MESSAGES";

/** The four upstream APIs; the names are the values of the GraphQL enum MetricsApi. */
export type MetricsApi = "AGENT_SEGMENTS" | "SKILL_SEGMENTS" | "KEY_METRICS" | "INTERVAL_METRICS";

/** What a metric is, apart from its name in our schema. */
export interface MetricDeclaration {
  /** The platform's own name: what a request asks for. */
  upstream: string;
  /** The key in the platform's answer, where it differs from `upstream`. */
  answer?: string;
  unit: MetricUnit;
  /** True when the platform writes seconds; the gateway multiplies by 1000. */
  seconds?: true;
  /** True for an average of segments: over zero segments it is null. */
  average?: true;
  /** Meaning and null rule, in full sentences. What adds up, unit and upstream name are added by `describe`. */
  description: string;
  /** Over what the figures of several rows may be added up, as a sentence; left out: over nothing. */
  sum?: string;
  /** Rows of the interval metrics that carry it; left out: all. */
  rows?: RowsCarrying;
}

/** skill-alone: rows grouped by skill and by nothing else. not-conversations: rows that are not grouped by conversation. */
type RowsCarrying = "skill-alone" | "not-conversations";

export interface Metric extends MetricDeclaration {
  field: string;
  answer: string;
  group: MetricGroupHead;
}

/** What a metric is that the gateway works out from figures of one row of one answer, apart from its name in our schema. */
export interface DerivedDeclaration<F extends string = string> {
  formula: Formula<F>;
  unit: MetricUnit;
  /** Meaning, in full sentences. Null rule, what adds up, unit and formula are added by `describe`. */
  description: string;
  sum?: string;
}

export interface DerivedMetric extends DerivedDeclaration {
  field: string;
  group: MetricGroupHead;
}

/** A metric of the schema: the platform's own, or one that is derived from those. */
export type AnyMetric = Metric | DerivedMetric;

export const isDerived = (metric: AnyMetric): metric is DerivedMetric => "formula" in metric;

interface MetricGroupHead {
  api: MetricsApi;
  /** GraphQL type on which the metrics of the group stand, as the metric catalogue names it. */
  type: string;
  /** The platform's page on which the group is described. */
  source: string;
}

/** The metrics of one upstream call that belong together: they are always asked for as a whole. */
export interface MetricGroup<F extends string = string, D extends string = string> extends MetricGroupHead {
  metrics: Readonly<Record<F, Metric>>;
  /** The platform's own metrics, in the order of declaration. */
  inOrder: readonly Metric[];
  /** What the gateway works out from them. */
  derived: Readonly<Record<D, DerivedMetric>>;
  /** All of both, the platform's own first. */
  all: readonly AnyMetric[];
}

export function metricGroup<F extends string, D extends string>(
  head: MetricGroupHead,
  declarations: Record<F, MetricDeclaration>,
  derivedDeclarations: Record<D, DerivedDeclaration<NoInfer<F>>>,
): MetricGroup<F, D> {
  const metrics = Object.fromEntries(
    Object.entries<MetricDeclaration>(declarations).map(([field, declared]) => [
      field,
      { ...declared, field, answer: declared.answer ?? declared.upstream, group: head },
    ]),
  ) as Record<F, Metric>;
  const derived = Object.fromEntries(
    Object.entries<DerivedDeclaration>(derivedDeclarations).map(([field, declared]) => [field, { ...declared, field, group: head }]),
  ) as Record<D, DerivedMetric>;
  const inOrder = Object.values<Metric>(metrics);
  return { ...head, metrics, inOrder, derived, all: [...inOrder, ...Object.values<DerivedMetric>(derived)] };
}

/** A metric's figure in one row: the platform's, or what the formula makes of the row's. Null where there is none. */
export function figureIn(values: Readonly<Record<string, number | null>>, metric: AnyMetric): number | null {
  if (!isDerived(metric)) return values[metric.field] ?? null;
  const [left, right] = metric.formula.of.map((field) => values[field] ?? null) as [number | null, number | null];
  return left === null || right === null ? null : metric.formula.value(left, right);
}

/** Whether rows grouped like this carry the metric; a derived one where they carry all that it is derived from. */
export function isCarried(metric: AnyMetric, grouping: readonly string[], { metrics }: Pick<MetricGroup, "metrics">): boolean {
  if (isDerived(metric)) return metric.formula.of.every((field) => isCarried(metrics[field]!, grouping, { metrics }));
  if (metric.rows === "skill-alone") return grouping.length === 1 && grouping[0] === "SKILL";
  return metric.rows !== "not-conversations" || !grouping.includes("CONVERSATION");
}

const unitWords: Record<MetricUnit, string> = {
  COUNT: "count",
  MILLISECONDS: "milliseconds",
  RATIO: "ratio (1 = 100 %)",
  MESSAGES: "messages",
};

/** The description a client reads: meaning, null rule, what adds up, unit, and the platform's name with its page, or the formula. */
export function describe(metric: AnyMetric): string {
  const { description, sum = "Does not add up: ask for the total.", unit } = metric;
  const words = `Unit: ${unitWords[unit]}`;
  if (isDerived(metric)) return `${description} ${nullRule(metric)} ${sum} ${words}. Derived by the gateway: ${metric.formula.text}.`;
  const converted = metric.seconds ? ", converted from the platform's seconds" : "";
  return `${description} ${sum} ${words}${converted}. Platform name: ${metric.upstream} (${metric.group.source}).`;
}

/** A formula has no value exactly where it divides by zero. */
const nullRule = ({ formula: { of, value } }: DerivedMetric): string =>
  value(0, 0) === null ? `Null where ${of[1]} is zero or either figure is null.` : "Null where either figure is null.";
