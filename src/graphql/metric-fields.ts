import { Field, Float, Int } from "type-graphql";
import { describe, type Metric, type MetricGroup, type MetricUnit, metricsOf } from "../catalogue/metric.js";
import type { Values } from "../upstream/question.js";
import { Milliseconds } from "./scalars.js";

const scalars = { COUNT: Int, MILLISECONDS: Milliseconds, RATIO: Float, MESSAGES: Float } satisfies Record<MetricUnit, unknown>;

/** Property decorator: the GraphQL field of one metric, nullable, with scalar, description and deprecation from the catalogue. */
export const MetricField = (metric: Metric, prefix = "") =>
  Field(() => scalars[metric.unit], {
    nullable: true,
    description: prefix + describe(metric),
    ...(metric.deprecated === undefined ? {} : { deprecationReason: metric.deprecated }),
  });

/**
 * Class decorator: one MetricField for each metric of the group. The class declares no properties for them, because under
 * ES2022 a declared one would be written as undefined over what `assignMetrics` assigned.
 */
export const MetricFields =
  (group: MetricGroup) =>
  ({ prototype }: { prototype: object }): void => {
    for (const metric of metricsOf(group)) MetricField(metric)(prototype, metric.field);
  };

/** Writes the group's values on the object as plain properties, the cheapest thing to read; an absent value becomes null. */
export function assignMetrics(target: object, { metrics }: MetricGroup, values: Values): void {
  for (const field of Object.keys(metrics)) Reflect.set(target, field, values[field] ?? null);
}
