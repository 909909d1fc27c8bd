import { Field, ObjectType } from "type-graphql";
import { agentSegmentMetrics } from "../../catalogue/agent-segments.js";
import type { Values } from "../../upstream/question.js";
import { assignMetrics } from "../metric-fields.js";
import { AgentSegmentMetrics } from "./agent-segment-metrics.js";
import { Measured, type Measurement } from "./measured.js";
import { MetricWindow } from "./metric-window.js";

/** `origin`: what the resolvers of `intervals` and `bySkill` read on from; clients do not see it. */
@ObjectType({
  simpleResolvers: true,
  implements: [Measured, AgentSegmentMetrics],
  description: "Agent segments over one window. Null in place of the object: the platform has no row for this agent in the window.",
})
export class AgentSegments<Origin = unknown> extends Measured {
  @Field(() => MetricWindow, { description: "The window of all metrics of this object." })
  readonly window: MetricWindow;

  constructor(
    values: Values,
    measurement: Measurement,
    readonly origin: Origin,
  ) {
    super(measurement);
    this.window = new MetricWindow(measurement.window);
    assignMetrics(this, agentSegmentMetrics, values);
  }
}
