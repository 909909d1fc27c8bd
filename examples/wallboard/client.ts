import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
import { createClient } from "graphql-ws";
import type { StateError } from "./condition.js";

/** How the page hears from the gateway. `refused`: trying again would not help. */
export type Connection = { is: "connecting" | "open" } | { is: "lost"; since: number } | { is: "refused"; reason: string };

export interface State<Data> {
  data?: Data | null;
  errors?: readonly StateError[];
}

const longestPauseMs = 10_000;
/** Credentials that are not good, or not good any more. */
const forbidden = 4403;

/** Subscriptions over one socket, which is open as long as there is one of them. A lost socket is opened again until it succeeds. */
export function openClient(url: string, credentials: Record<string, string>, changed: (connection: Connection) => void) {
  const client = createClient({
    url,
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
  return {
    /** Calls `next` with each state, `failed` when the subscription cannot go on. Returns what ends it. */
    subscribe<Data, Variables extends Record<string, unknown>>(
      document: DocumentTypeDecoration<Data, Variables>,
      variables: Variables,
      next: (state: State<Data>) => void,
      failed: (reason: string) => void,
    ): () => void {
      return client.subscribe<Data>(
        { query: String(document), variables },
        {
          next: (state) => next(state as State<Data>),
          error: (problem) => failed(reasonOf(problem)),
          complete: () => undefined,
        },
      );
    },
    close: () => void client.dispose(),
  };
}

export type LiveClient = ReturnType<typeof openClient>;

function reasonOf(problem: unknown): string {
  if (Array.isArray(problem)) return problem.map(({ message }: { message: string }) => message).join(" ");
  if (problem instanceof CloseEvent) return problem.reason || `The gateway closed the socket with ${problem.code}.`;
  return problem instanceof Error ? problem.message : String(problem);
}
