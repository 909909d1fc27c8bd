import { Field, ObjectType } from "type-graphql";
import { agentSegmentMetrics } from "../../catalogue/agent-segments.js";
import type { Window } from "../../time.js";
import type { Values } from "../../upstream/question.js";
import { assignMetrics } from "../metric-fields.js";
import { DateTime } from "../scalars.js";
import { AgentSegmentMetrics } from "./agent-segment-metrics.js";

/** `origin`: what the resolver of `bySkill` reads on from; clients do not see it. */
@ObjectType({
  simpleResolvers: true,
  implements: [AgentSegmentMetrics],
  description:
    "Agent segments over one interval of a window, counted back from its end and not aligned to the clock. All metrics are null when the platform leaves the interval out.",
})
export class AgentSegmentsInterval<Origin = unknown> {
  @Field(() => DateTime, { description: "Beginning of the interval, inside it." })
  readonly from: Date;
  @Field(() => DateTime, { description: "End of the interval, outside it." })
  readonly to: Date;

  constructor(
    values: Values,
    { from, to }: Window,
    readonly origin: Origin,
  ) {
    this.from = new Date(from);
    this.to = new Date(to);
    assignMetrics(this, agentSegmentMetrics, values);
  }
}
