import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLSchema } from "graphql";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import { masked } from "./masking.js";
import { type Limits, operationPlugin, type ServedContext } from "./operation.js";
import { listRule, rootRule, sizeRule } from "./operation-limits.js";
import { type TrustOptions, trustedDocumentsPlugin } from "./trusted-documents.js";

export type ApolloOptions = Limits & TrustOptions & Pick<Config, "introspection">;

/** Apollo Server as the gateway runs it: nothing leaves for Apollo, nothing of a bug reaches a client. Stopping it waits for `drain`. */
export const apolloServer = (schema: GraphQLSchema, options: ApolloOptions, log: Logger, drain: () => Promise<void>) =>
  new ApolloServer<ServedContext>({
    schema,
    logger: log,
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: options.maxQueryTokens },
    validationRules: [sizeRule(options), listRule(options.maxListItems), rootRule],
    formatError: masked(log, options),
    plugins: [
      trustedDocumentsPlugin(options, log),
      operationPlugin(options),
      { serverWillStart: async () => ({ drainServer: drain }) },
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
