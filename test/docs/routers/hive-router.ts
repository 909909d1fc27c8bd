import { z } from "zod";

/**
 * What Hive Router 0.2.0 takes of the settings that docs/federation.md uses, written from its source: bin/router/src/config/ of
 * github.com/graphql-hive/router, commit 8cfc57d362 (MIT). The router publishes no file with a schema.
 */
const mode = z.enum(["measure", "enforce"]);
const oneOrMany = z.union([z.string(), z.array(z.string())]);
/** from_env.rs: it may stand for any value. */
const fromEnv = z.strictObject({ from_env: z.string(), default: z.unknown().optional() });
const absolutePath = z.string().startsWith("/");

const headerRule = z.union([
  z.strictObject({
    propagate: z.strictObject({
      named: oneOrMany.optional(),
      matching: oneOrMany.optional(),
      rename: z.string().optional(),
      default: z.string().optional(),
    }),
  }),
  z.strictObject({ remove: z.strictObject({ named: oneOrMany.optional(), matching: oneOrMany.optional() }) }),
  z.strictObject({
    insert: z.union([
      z.strictObject({ name: z.string(), value: z.union([z.string(), fromEnv]) }),
      z.strictObject({ name: z.string(), expression: z.string() }),
    ]),
  }),
]);

const extensions = z.strictObject({ mode: z.enum(["allow", "deny"]), keys: z.array(z.string()) });
const masking = z.strictObject({ enabled: z.boolean().optional(), extensions: extensions.optional() });

export const hiveRouter = z.strictObject({
  headers: z.strictObject({ subgraphs: z.record(z.string(), z.strictObject({ request: z.array(headerRule) })) }).optional(),
  error_masking: z
    .strictObject({ enabled: z.boolean().optional(), all: masking.optional(), subgraphs: z.record(z.string(), masking).optional() })
    .optional(),
  subscriptions: z
    .strictObject({
      enabled: z.boolean(),
      websocket: z.strictObject({ subgraphs: z.record(z.string(), z.strictObject({ path: absolutePath })) }).optional(),
      callback: z.strictObject({ public_url: z.url(), path: absolutePath.optional(), subgraphs: z.array(z.string()) }).optional(),
    })
    .optional(),
  demand_control: z
    .strictObject({
      enabled: z.boolean(),
      operation_cost: z.strictObject({ max: z.int().min(0), mode }),
      subgraphs_budget: z.strictObject({
        mode,
        all: z.int().min(0).optional(),
        subgraphs: z.record(z.string(), z.int().min(0)).optional(),
      }),
    })
    .optional(),
});
