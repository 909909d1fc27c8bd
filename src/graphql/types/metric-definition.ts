import { Field, ObjectType } from "type-graphql";
import { describe, type Metric } from "../../catalogue/metric.js";
import { MetricUnit } from "./metric-unit.js";
import { MetricsApi } from "./metrics-api.js";

@ObjectType({ simpleResolvers: true, description: "What one metric means and where it comes from." })
export class MetricDefinition {
  @Field(() => String, { description: "Where the metric stands in this schema, for example KeyMetrics.avgWaitTime." })
  readonly field: string;
  @Field(() => MetricsApi, { description: "The API that delivers it." })
  readonly api: MetricsApi;
  @Field(() => String, { description: "Its name at the platform, for example avg_wait_time." })
  readonly upstreamName: string;
  @Field(() => MetricUnit, { description: "The unit in which it leaves the gateway." })
  readonly unit: MetricUnit;
  @Field(() => String, { description: "Meaning, null rule, unit and source: the description of its field." })
  readonly description: string;

  constructor(metric: Metric) {
    this.field = `${metric.group.type}.${metric.field}`;
    this.api = metric.group.api;
    this.upstreamName = metric.upstream;
    this.unit = metric.unit;
    this.description = describe(metric);
  }
}
