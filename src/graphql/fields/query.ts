import { Args, ArgsType, Ctx, Field, ID, ObjectType, Query, Resolver } from "type-graphql";
import { catalogue } from "../../catalogue/catalogue.js";
import { type AnyMetric, describe, isDerived } from "../../catalogue/metric.js";
import { accountMeant, type GatewayContext } from "../context.js";
import { ContactCenter } from "../types/entities.js";
import { MetricsApi, MetricUnit } from "../types/enums.js";

@ObjectType({ simpleResolvers: true, description: "What one metric means and where it comes from." })
export class MetricDefinition {
  @Field(() => String, { description: "Where the metric stands in this schema, for example KeyMetrics.avgWaitTime." })
  readonly field: string;
  @Field(() => MetricsApi, { description: "The API that delivers it." })
  readonly api: MetricsApi;
  @Field(() => String, {
    nullable: true,
    description: "Its name at the platform, for example avg_wait_time. Null: the gateway derives it from other metrics.",
  })
  readonly upstreamName: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      "How the gateway derives it from other metrics of the same object, for example closedByAgent / closedConversations. Null: it is the platform's own.",
  })
  readonly formula: string | null;
  @Field(() => MetricUnit, { description: "The unit in which it leaves the gateway." })
  readonly unit: MetricUnit;
  @Field(() => String, { description: "Meaning, null rule, unit and source: the description of its field." })
  readonly description: string;

  constructor(metric: AnyMetric) {
    this.field = `${metric.group.type}.${metric.field}`;
    this.api = metric.group.api;
    this.upstreamName = isDerived(metric) ? null : metric.upstream;
    this.formula = isDerived(metric) ? metric.formula.text : null;
    this.unit = metric.unit;
    this.description = describe(metric);
  }
}

@ArgsType()
class ContactCenterArguments {
  @Field(() => ID, { nullable: true, description: "Id of an account that the caller may read; may be left out when there is only one." })
  accountId?: string | null;
}

@ArgsType()
class MetricCatalogArguments {
  @Field(() => MetricsApi, { nullable: true, description: "Only the metrics of this API; left out: all." })
  api?: MetricsApi | null;
}

@Resolver()
export class QueryResolver {
  @Query(() => [MetricDefinition], {
    description: "Every metric the gateway knows, declared once: what it means, its unit, where it comes from.",
  })
  metricCatalog(@Args(() => MetricCatalogArguments) { api }: MetricCatalogArguments): MetricDefinition[] {
    return catalogue.filter((metric) => api == null || metric.group.api === api).map((metric) => new MetricDefinition(metric));
  }

  @Query(() => ContactCenter, {
    nullable: true,
    description: "One contact centre. Without an id: the only one the caller may read; several and no id is BAD_USER_INPUT.",
  })
  contactCenter(@Args(() => ContactCenterArguments) { accountId }: ContactCenterArguments, @Ctx() context: GatewayContext): ContactCenter {
    return new ContactCenter(accountMeant(context, accountId));
  }

  @Query(() => [ContactCenter], { description: "Every account this caller may read." })
  contactCenters(@Ctx() { accounts }: GatewayContext): ContactCenter[] {
    return accounts.map(({ id }) => new ContactCenter(id));
  }
}
