import { Field, InputType } from "type-graphql";
import { AgentSegmentSort } from "./agent-segment-sort.js";
import type { AgentUserType } from "./agent-user-type.js";
import { LastMinutes, UserTypeFilter } from "./argument.js";
import { MetricSortDirection } from "./metric-sort-direction.js";

@InputType({ description: "An order by an agent segment metric: nulls last, ties by id." })
export class AgentSegmentOrder {
  @Field(() => AgentSegmentSort, { description: "The metric to order by." })
  metric!: AgentSegmentSort;
  @Field(() => MetricSortDirection, { defaultValue: MetricSortDirection.DESC, description: "Highest first unless said otherwise." })
  direction!: MetricSortDirection;
  @LastMinutes()
  lastMinutes!: number;
  @UserTypeFilter()
  userType!: AgentUserType;
}
