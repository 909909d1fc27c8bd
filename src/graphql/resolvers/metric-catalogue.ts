import { Args, Query, Resolver } from "type-graphql";
import { catalogue } from "../../catalogue/catalogue.js";
import { MetricDefinition } from "../types/metric-definition.js";
import { QueryMetricCatalogArguments } from "../types/query-arguments.js";

@Resolver()
export class MetricCatalogueResolver {
  @Query(() => [MetricDefinition], {
    description: "Every metric the gateway knows, declared once: what it means, its unit, where it comes from.",
  })
  metricCatalog(@Args(() => QueryMetricCatalogArguments) { api }: QueryMetricCatalogArguments): MetricDefinition[] {
    return catalogue.filter((metric) => api == null || metric.group.api === api).map((metric) => new MetricDefinition(metric));
  }
}
