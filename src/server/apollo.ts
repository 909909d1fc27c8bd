import { ApolloServer, type ApolloServerOptionsWithGateway } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import type { GatewayContext } from "../graphql/context.js";
import type { Gateway } from "./gateway-port.js";
import { masked } from "./masking.js";
import { answerValues, type Limits, operationPlugin, type ServedContext } from "./operation.js";
import { listRule, rootRule, sizeRule } from "./operation-limits.js";
import { type Trust, type TrustOptions, trustedDocumentsPlugin } from "./trusted-documents.js";

export type ApolloOptions = Limits & TrustOptions & Pick<Config, "introspection">;

/** Apollo Server as the gateway runs it: nothing leaves for Apollo, nothing of a bug reaches a client. Stopping it waits for `drain`. */
export const apolloServer = (
  gateway: Pick<Gateway, "schema" | "execute">,
  options: ApolloOptions,
  trust: Trust,
  log: Logger,
  drain: () => Promise<void>,
) =>
  new ApolloServer<ServedContext>({
    gateway: executedBy(gateway),
    logger: log,
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    csrfPrevention: false, // csrf.ts decides, before an answer is looked up.
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: options.maxQueryTokens },
    validationRules: [sizeRule(options), listRule(options.maxListItems), rootRule],
    formatError: masked(log, options),
    plugins: [
      trustedDocumentsPlugin(trust),
      operationPlugin(options),
      { serverWillStart: async () => ({ drainServer: drain }) },
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });

/** What Apollo Server calls a gateway is where an executor of one's own is put in place of graphql-js. */
const executedBy = ({
  schema,
  execute,
}: Pick<Gateway, "schema" | "execute">): ApolloServerOptionsWithGateway<ServedContext>["gateway"] => ({
  load: async () => ({
    executor: async ({ document, operationName, request, context }) => {
      const served = context as ServedContext & GatewayContext;
      const variables = request.variables ?? {};
      return execute({ document, operationName, variables, context: served, values: served[answerValues] ?? 0 });
    },
  }),
  onSchemaLoadOrUpdate(tell) {
    tell({ apiSchema: schema, coreSupergraphSdl: "" });
    return () => undefined;
  },
  stop: async () => undefined,
});
