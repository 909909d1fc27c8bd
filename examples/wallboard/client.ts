import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient, type FormattedExecutionResult } from "graphql-ws";

/** How the page hears from the gateway. `refused`: trying again would not help. */
export type Connection = { is: "connecting" | "open" } | { is: "lost"; since: number } | { is: "refused"; reason: string };

const longestPauseMs = 10_000;
/** Credentials that are not good, or not good any more. */
const forbidden = 4403;

/**
 * Queries over HTTP, and subscriptions over one socket, which is open as long as there is one of them. A lost socket is opened
 * again until it succeeds.
 */
export function openClient(url: string, credentials: Record<string, string>, changed: (connection: Connection) => void) {
  const socket = createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: credentials,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (problem) => !(problem instanceof CloseEvent && problem.code === forbidden),
    // Doubled at each failure, with a random part, so that many boards do not come back at one moment.
    retryWait: (failures) =>
      new Promise((resume) => setTimeout(resume, Math.min(longestPauseMs, 500 * 2 ** failures) * (0.5 + Math.random() / 2))),
    on: {
      connected: () => changed({ is: "open" }),
      closed: (event) => {
        const { code, reason } = event as CloseEvent;
        if (code === forbidden) changed({ is: "refused", reason });
        else changed({ is: "lost", since: Date.now() });
      },
    },
  });
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = "", variables = {} }) => ({
      subscribe: (sink) => {
        // A state is whole. urql would fill what it leaves out from the state before: errors that are over, old data.
        const next = ({ data, errors = [] }: FormattedExecutionResult) => sink.next({ data: data ?? {}, errors });
        return { unsubscribe: socket.subscribe({ query, variables }, { ...sink, next }) };
      },
    }),
  });
  return {
    client: new Client({
      url,
      fetchOptions: { headers: credentials },
      preferGetMethod: false,
      exchanges: [fetchExchange, subscriptions],
    }),
    close: () => void socket.dispose(),
  };
}
