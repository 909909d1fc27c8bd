import { registerEnumType } from "type-graphql";

export const MetricSortDirection = { ASC: "ASC", DESC: "DESC" } as const;
export type MetricSortDirection = keyof typeof MetricSortDirection;

registerEnumType(MetricSortDirection, {
  name: "MetricSortDirection",
  description: "The order of a list by a metric. Entities without a value come last in both.",
  valuesConfig: { ASC: { description: "Lowest first." }, DESC: { description: "Highest first." } },
});
