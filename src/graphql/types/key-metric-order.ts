import { Field, InputType } from "type-graphql";
import type { AgentUserType } from "./agent-user-type.js";
import { IncludeSubGroups, LastMinutes, UserTypeFilter } from "./argument.js";
import { KeyMetricSort } from "./key-metric-sort.js";
import { MetricSortDirection } from "./metric-sort-direction.js";

@InputType({
  description:
    "An order by a key metric: nulls last. Ties go by id; where the list is longer than one page of the platform, by its own order.",
})
export class KeyMetricOrder {
  @Field(() => KeyMetricSort, { description: "The metric to order by." })
  metric!: KeyMetricSort;
  @Field(() => MetricSortDirection, { defaultValue: MetricSortDirection.DESC, description: "Highest first unless said otherwise." })
  direction!: MetricSortDirection;
  @LastMinutes(
    "Window of a by-time metric: the last n minutes, 1 to 1440. A current metric ignores it. It is not that of the keyMetrics selected below: give both the same, or the list looks unsorted.",
  )
  lastMinutes!: number;
  @UserTypeFilter()
  userType!: AgentUserType;
  @IncludeSubGroups()
  includeSubGroups!: boolean;
}
