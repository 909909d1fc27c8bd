/** Hive Gateway at its fastest: whole answers kept for everybody alike, documents compiled, equal exchanges made once. */
export const gatewayConfig = {
  supergraph: new URL("supergraph.graphql", import.meta.url).pathname,
  cache: { type: "localforage" },
  responseCaching: { session: () => null, ttl: 3_600_000 },
  jit: true,
  graphiql: false,
  landingPage: false,
};
