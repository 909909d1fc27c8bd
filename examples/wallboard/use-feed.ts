import type { AnyVariables, Client, OperationResult, TypedDocumentNode } from "@urql/core";
import { useEffect, useState } from "react";
import type { StateError } from "./condition.js";

/** The latest state of a subscription. `data` is undefined until the first has come. */
export interface Feed<Data> {
  data: Data | null | undefined;
  errors: readonly StateError[];
  /** Why the gateway does not run it; null while it does. */
  refusal: string | null;
}

const nothingYet: Feed<never> = { data: undefined, errors: [], refusal: null };

/** Subscribes while `isOn`. What came before a pause stays; other variables begin anew. */
export function useFeed<Data, Variables extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  isOn: boolean,
): Feed<Data> {
  const key = JSON.stringify(variables);
  const [held, hold] = useState<{ key: string; feed: Feed<Data> }>({ key, feed: nothingYet });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `variables`, which are a new object each time.
  useEffect(() => {
    if (!isOn) return;
    const next = ({ data, error }: OperationResult<Data, Variables>) =>
      hold((before) => {
        const last = before.key === key ? before.feed : nothingYet;
        if (error?.networkError) return { key, feed: { ...last, refusal: reasonOf(error.networkError) } };
        return { key, feed: { data: data ?? null, errors: (error?.graphQLErrors ?? []) as StateError[], refusal: null } };
      });
    return client.subscription(document, variables).subscribe(next).unsubscribe;
  }, [client, document, key, isOn]);
  return held.key === key ? held.feed : nothingYet;
}

const reasonOf = (problem: Error | CloseEvent): string =>
  problem instanceof CloseEvent ? problem.reason || `The gateway closed the socket with ${problem.code}.` : problem.message;
