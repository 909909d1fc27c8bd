import { Field, ObjectType } from "type-graphql";
import { skillSegmentMetrics } from "../../catalogue/skill-segments.js";
import type { Window } from "../../time.js";
import type { Values } from "../../upstream/question.js";
import { assignMetrics } from "../metric-fields.js";
import { DateTime } from "../scalars.js";
import { SkillSegmentMetrics } from "./skill-segment-metrics.js";

@ObjectType({
  simpleResolvers: true,
  implements: [SkillSegmentMetrics],
  description:
    "Skill segments over one interval of a window, counted back from its end and not aligned to the clock. All metrics are null when the platform leaves the interval out.",
})
export class SkillSegmentsInterval {
  @Field(() => DateTime, { description: "Beginning of the interval, inside it." })
  readonly from: Date;
  @Field(() => DateTime, { description: "End of the interval, outside it." })
  readonly to: Date;

  constructor(values: Values, { from, to }: Window) {
    this.from = new Date(from);
    this.to = new Date(to);
    assignMetrics(this, skillSegmentMetrics, values);
  }
}
