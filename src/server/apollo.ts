import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { fastifyApolloDrainPlugin } from "@as-integrations/fastify";
import type { FastifyInstance } from "fastify";
import type { GraphQLSchema } from "graphql";
import type { Logger } from "pino";
import { masked } from "./masking.js";
import { type Limits, operationPlugin, type ServedContext } from "./operation.js";
import { rootRule, sizeRule } from "./operation-size.js";

/** Apollo Server as the gateway runs it: nothing leaves for Apollo, nothing of a bug reaches a client, stopping it closes `app`. */
export const apolloServer = (schema: GraphQLSchema, limits: Limits, log: Logger, now: () => number, app: FastifyInstance) =>
  new ApolloServer<ServedContext>({
    schema,
    logger: log,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.maxQueryTokens },
    validationRules: [sizeRule(limits), rootRule],
    formatError: masked(log, limits),
    plugins: [
      operationPlugin(log, now),
      fastifyApolloDrainPlugin(app),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
