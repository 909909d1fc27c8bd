import { Field, Float, Int, InterfaceType, ObjectType } from "type-graphql";
import { describe, type Metric, type MetricGroup, type MetricUnit, metricsOf } from "../../catalogue/metric.js";
import type { Window } from "../../time.js";
import type { Values } from "../../upstream/question.js";
import { DateTime, Milliseconds } from "../scalars.js";

/** How old a metric object is and which window it is true of. `asOf` in epoch milliseconds. */
export interface Measurement {
  readonly asOf: number;
  readonly stale: boolean;
  readonly window: Window;
}

/** Of an object from which nothing that needs an answer is selected: nobody reads it. */
export const unmeasured: Measurement = { asOf: Number.NaN, stale: false, window: { from: Number.NaN, to: Number.NaN } };

/** That of an answer. */
export const measurementOf = ({
  reply: { asOf, window },
  stale,
}: {
  reply: Pick<Measurement, "asOf" | "window">;
  stale: boolean;
}): Measurement => ({ asOf, stale, window });

@InterfaceType({ description: "What every answer with metrics says about its own age." })
export abstract class Measured {
  @Field(() => DateTime, { description: "When the platform was asked." })
  readonly asOf: Date;
  @Field(() => Boolean, { description: "True when the answer is older than its time to live." })
  readonly stale: boolean;

  constructor({ asOf, stale }: Omit<Measurement, "window">) {
    this.asOf = new Date(asOf);
    this.stale = stale;
  }
}

@ObjectType({ simpleResolvers: true, description: "A span of time." })
export class MetricWindow {
  @Field(() => DateTime, { description: "Its beginning, inside it." })
  readonly from: Date;
  @Field(() => DateTime, { description: "Its end, outside it." })
  readonly to: Date;

  constructor({ from, to }: Window) {
    this.from = new Date(from);
    this.to = new Date(to);
  }
}

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
