import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client/core";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { createClient } from "graphql-ws";
import { keys, possibleTypes, typePolicies } from "../../../src/client/index.js";

/** What a frontend elsewhere does, as its page's script. Each resolves to the account's id, or rejects with what the client says. */
const clients = {
  /** Apollo Client as it comes. */
  async apollo(url: string, headers: Record<string, string>, query: string): Promise<unknown> {
    const cache = new InMemoryCache({ typePolicies, possibleTypes });
    const client = new ApolloClient({
      cache,
      link: new HttpLink({ uri: url, headers }),
      clientAwareness: { name: "board", version: "1.2" },
    });
    return (await client.query({ query: gql(query) })).data;
  },

  /** urql as it comes, which sends queries by GET; or by POST. */
  async urql(url: string, headers: Record<string, string>, query: string, preferGetMethod?: false): Promise<unknown> {
    const exchanges = [cacheExchange({ keys, possibleTypes }), fetchExchange];
    const client = new Client({ url, fetchOptions: { headers }, exchanges, ...(preferGetMethod === false && { preferGetMethod }) });
    const { data, error } = await client.query(query, {});
    if (error) throw error;
    return data;
  },

  /** What a page can read of an answer, a refused one too. */
  async plain(url: string, headers: Record<string, string>, query: string): Promise<unknown> {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query }),
    });
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return { status: response.status, simulated: response.headers.get("x-gateway-simulated"), code: errors?.[0]?.extensions.code };
  },

  /** The first event of a subscription. */
  socket(url: string, headers: Record<string, string>, query: string): Promise<unknown> {
    const client = createClient({ url: url.replace(/^http/, "ws"), connectionParams: headers, retryAttempts: 0 });
    return new Promise((resolve, reject) => {
      client.subscribe(
        { query },
        {
          next: ({ data }) => resolve(data),
          error: (error) => reject(error),
          complete: () => reject(new Error("no event")),
        },
      );
    });
  },
};

export type Clients = typeof clients;

Object.assign(globalThis, { clients });
