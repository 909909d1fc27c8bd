import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { MemPubSub } from "@graphql-hive/pubsub";

export interface Router {
  url: string;
  stop(): Promise<void>;
}

export interface RouterOptions {
  supergraph: string;
  /** Name of the metrics subgraph in the supergraph: it alone receives the headers below. */
  metrics: string;
  /** The gateway's ROUTER_SECRET. */
  secret?: string;
  /** Most that a query may cost by @cost and @listSize; left out: no limit. */
  maxCost?: number;
  /** How subscriptions come from the gateway: over a socket for each caller, the default, or posted to the router. */
  subscriptions?: "ws" | "http-callback";
  /** 0, the default, takes a free one. */
  port?: number;
}

/** What a client's request hands on to the gateway: who asks, and whether to explain. */
const handedOn = ["authorization", "x-api-key", "x-gateway-explain"] as const;

/** Of whoever subscribes: the gateway checks them for each socket, so that callers with different ones never share. */
const clientCredentials = { authorization: "{context.headers.authorization}", "x-api-key": "{context.headers.x-api-key}" };

/** Serves a supergraph. The router's secret is the router's own: a client that sends one does not have it handed on. */
export async function startRouter({
  supergraph,
  metrics,
  secret,
  maxCost = Number.POSITIVE_INFINITY,
  subscriptions = "ws",
  port = 0,
}: RouterOptions): Promise<Router> {
  const server = createServer((request, response) => runtime(request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const runtime = createGatewayRuntime({
    supergraph,
    logging: "error",
    demandControl: { maxCost },
    pubsub: new MemPubSub(),
    webhooks: subscriptions === "http-callback",
    transportEntries: {
      [metrics]: {
        options: {
          subscriptions:
            subscriptions === "ws"
              ? { kind: "ws", options: { connectionParams: { ...clientCredentials, "x-router-secret": secret } } }
              : { kind: "http-callback", options: { public_url: `${url}/callback`, path: "/callback" } },
        },
      },
    },
    propagateHeaders: {
      fromClientToSubgraphs: ({ request, subgraphName }) => {
        if (subgraphName !== metrics) return {};
        const headers = Object.fromEntries(handedOn.map((name) => [name, request.headers.get(name)]));
        return { ...headers, "x-router-secret": secret };
      },
    },
  });
  return {
    url: `${url}/graphql`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await runtime[Symbol.asyncDispose]();
    },
  };
}
