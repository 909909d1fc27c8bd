import { z } from "zod";

/**
 * What `wgc router compose` takes of a subgraph, written from its source: cli/src/commands/router/commands/types/types.ts of
 * github.com/wundergraph/cosmo, commit 6e0a147f4d (Apache License 2.0). It publishes no schema of this file.
 */
export const composeInput = z.strictObject({
  version: z.literal(1),
  subgraphs: z.array(
    z.strictObject({
      name: z.string(),
      routing_url: z.url(),
      schema: z.strictObject({ file: z.string() }),
      subscription: z
        .strictObject({
          url: z.url(),
          protocol: z.enum(["ws", "sse", "sse_post"]),
          websocketSubprotocol: z.enum(["auto", "graphql-ws", "graphql-transport-ws"]).optional(),
        })
        .optional(),
    }),
  ),
});
