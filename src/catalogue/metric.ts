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
  /** Meaning and null rule, in full sentences. Unit and upstream name are added by `describe`. */
  description: string;
  /** Reason for the GraphQL @deprecated directive. */
  deprecated?: string;
}

export interface Metric extends MetricDeclaration {
  field: string;
  answer: string;
  group: MetricGroupHead;
}

interface MetricGroupHead {
  api: MetricsApi;
  /** GraphQL type on which the metrics of the group stand, as the metric catalogue names it. */
  type: string;
  /** The platform's page on which the group is described. */
  source: string;
}

/** The metrics of one upstream call that belong together: they are always asked for as a whole. */
export interface MetricGroup<F extends string = string> extends MetricGroupHead {
  metrics: Readonly<Record<F, Metric>>;
  /** The same, in the order of their declaration. */
  inOrder: readonly Metric[];
}

export function metricGroup<F extends string>(head: MetricGroupHead, declarations: Record<F, MetricDeclaration>): MetricGroup<F> {
  const metrics = Object.fromEntries(
    Object.entries<MetricDeclaration>(declarations).map(([field, declared]) => [
      field,
      { ...declared, field, answer: declared.answer ?? declared.upstream, group: head },
    ]),
  ) as Record<F, Metric>;
  return { ...head, metrics, inOrder: Object.values(metrics) };
}

/** The metrics of a group, in the order of their declaration. */
export const metricsOf = ({ inOrder }: MetricGroup): readonly Metric[] => inOrder;

const unitWords: Record<MetricUnit, string> = {
  COUNT: "count",
  MILLISECONDS: "milliseconds",
  RATIO: "ratio (1 = 100 %)",
  MESSAGES: "messages",
};

/** The description a client reads: meaning, null rule, unit, and the platform's name with its page. */
export function describe(metric: Metric): string {
  const converted = metric.seconds ? ", converted from the platform's seconds" : "";
  return `${metric.description} Unit: ${unitWords[metric.unit]}${converted}. Platform name: ${metric.upstream} (${metric.group.source}).`;
}
