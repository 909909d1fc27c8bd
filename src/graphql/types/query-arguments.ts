import { ArgsType, Field, ID } from "type-graphql";
import { MetricsApi } from "./metrics-api.js";

/** Query.contactCenter. */
@ArgsType()
export class QueryContactCenterArguments {
  @Field(() => ID, { nullable: true, description: "Id of an account that the caller may read; may be left out when there is only one." })
  accountId?: string | null;
}

/** Query.metricCatalog. */
@ArgsType()
export class QueryMetricCatalogArguments {
  @Field(() => MetricsApi, { nullable: true, description: "Only the metrics of this API; left out: all." })
  api?: MetricsApi | null;
}
