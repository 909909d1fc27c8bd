import { ObjectType } from "type-graphql";
import { keyMetricsCurrent } from "../../catalogue/key-metrics.js";
import type { Values } from "../../upstream/question.js";
import { assignMetrics, MetricFields } from "../metric-fields.js";
import { Measured, type Measurement } from "./measured.js";

@ObjectType({
  simpleResolvers: true,
  implements: [Measured],
  description: "Key messaging metrics as they stand now (Key Messaging Metrics API, metricsToRetrieveCurrentValue).",
})
@MetricFields(keyMetricsCurrent)
export class CurrentMetrics extends Measured {
  constructor(values: Values, measurement: Omit<Measurement, "window">) {
    super(measurement);
    assignMetrics(this, keyMetricsCurrent, values);
  }
}
