import { Field, ObjectType } from "type-graphql";
import { skillSegmentMetrics } from "../../catalogue/skill-segments.js";
import type { Values } from "../../upstream/question.js";
import { assignMetrics } from "../metric-fields.js";
import { Measured, type Measurement } from "./measured.js";
import { MetricWindow } from "./metric-window.js";
import { SkillSegmentMetrics } from "./skill-segment-metrics.js";

/** `origin`: what the resolver of `intervals` reads on from; clients do not see it. */
@ObjectType({
  simpleResolvers: true,
  implements: [Measured, SkillSegmentMetrics],
  description: "Skill segments over one window. Null in place of the object: the platform has no row for this skill in the window.",
})
export class SkillSegments<Origin = unknown> extends Measured {
  @Field(() => MetricWindow, { description: "The window of all metrics of this object." })
  readonly window: MetricWindow;

  constructor(
    values: Values,
    measurement: Measurement,
    readonly origin: Origin,
  ) {
    super(measurement);
    this.window = new MetricWindow(measurement.window);
    assignMetrics(this, skillSegmentMetrics, values);
  }
}
