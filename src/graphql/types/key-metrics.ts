import { Field, ObjectType } from "type-graphql";
import { keyMetricsByTime } from "../../catalogue/key-metrics.js";
import type { Values } from "../../upstream/question.js";
import { assignMetrics, MetricFields } from "../metric-fields.js";
import { Measured, type Measurement } from "./measured.js";
import { MetricWindow } from "./metric-window.js";

@ObjectType({
  simpleResolvers: true,
  implements: [Measured],
  description: "Key messaging metrics over a window (Key Messaging Metrics API, metricsToRetrieveByTime).",
})
@MetricFields(keyMetricsByTime)
export class KeyMetrics extends Measured {
  @Field(() => MetricWindow, { description: "The window of all metrics of this object, on whole minutes." })
  readonly window: MetricWindow;

  constructor(values: Values, measurement: Measurement) {
    super(measurement);
    this.window = new MetricWindow(measurement.window);
    assignMetrics(this, keyMetricsByTime, values);
  }
}
