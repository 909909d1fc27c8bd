import { z } from "zod";

/**
 * What Apollo Router 2.13.1 takes of the settings that docs/federation.md uses, written from its source (github.com/apollographql/router, commit
 * 27d8f600c5): the JSON schema of its configuration in
 * apollo-router/src/configuration/snapshots/apollo_router__configuration__tests__schema_generation.snap, and for `response_cache`, which
 * that schema does not show, apollo-router/src/plugins/response_cache/plugin.rs. Its licence (Elastic License 2.0) is the reason why no copy is kept.
 */
const headerRule = z.union([
  z.strictObject({
    propagate: z.union([
      z.strictObject({ named: z.string(), rename: z.string().optional(), default: z.string().optional() }),
      z.strictObject({ matching: z.string() }),
    ]),
  }),
  z.strictObject({ insert: z.strictObject({ name: z.string(), value: z.string() }) }),
  z.strictObject({ remove: z.union([z.strictObject({ named: z.string() }), z.strictObject({ matching: z.string() })]) }),
]);

const ttl = z.string().regex(/^\d+(ms|s|m|h)$/);
const cachedSubgraph = z.strictObject({
  enabled: z.boolean().optional(),
  redis: z.looseObject({ urls: z.array(z.url()) }).optional(),
  ttl: ttl.optional(),
  private_id: z.string().optional(),
});

export const apolloRouter = z.strictObject({
  headers: z.strictObject({ subgraphs: z.record(z.string(), z.strictObject({ request: z.array(headerRule) })) }).optional(),
  include_subgraph_errors: z
    .strictObject({ all: z.boolean().optional(), subgraphs: z.record(z.string(), z.boolean()).optional() })
    .optional(),
  subscription: z
    .strictObject({
      enabled: z.boolean(),
      mode: z.strictObject({
        passthrough: z
          .strictObject({
            subgraphs: z.record(
              z.string(),
              z.strictObject({ path: z.string(), protocol: z.enum(["graphql_ws", "graphql_transport_ws"]).optional() }),
            ),
          })
          .optional(),
        callback: z
          .strictObject({
            public_url: z.url(),
            path: z.string().optional(),
            listen: z.string().optional(),
            subgraphs: z.array(z.string()).optional(),
          })
          .optional(),
      }),
    })
    .optional(),
  demand_control: z
    .strictObject({
      enabled: z.boolean(),
      mode: z.enum(["measure", "enforce"]),
      strategy: z.strictObject({ static_estimated: z.strictObject({ list_size: z.int().min(0), max: z.number() }) }),
    })
    .optional(),
  response_cache: z
    .strictObject({
      enabled: z.boolean(),
      subgraph: z
        .strictObject({ all: cachedSubgraph, subgraphs: z.record(z.string(), cachedSubgraph) })
        .refine(({ all, subgraphs }) => all.ttl ?? Object.values(subgraphs).every((each) => each.ttl), "a TTL for all or for each"),
    })
    .optional(),
  rhai: z.strictObject({ scripts: z.string(), main: z.string() }).optional(),
});
