import type { GraphQLSchema } from "graphql";
import type { GatewayContext } from "./context.js";
import { demandRouter } from "./rights.js";

/** Fields of Query that a router asks, and nobody else has a use for. */
const routerFields = ["_entities", "_service"] as const;

/** Makes the router's fields of a subgraph FORBIDDEN at their path for everybody else. */
export function keepForRouter(schema: GraphQLSchema): void {
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const name of routerFields) {
    const field = fields[name];
    const resolve = field?.resolve;
    if (!field || !resolve) throw new Error(`The subgraph resolves no ${name}.`);
    field.resolve = (source, args, context: GatewayContext, info) => {
      demandRouter(context);
      return resolve(source, args, context, info);
    };
  }
}
