import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";
import { useEffect, useState } from "react";
import type { LiveClient, State } from "./client.js";
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
export function useFeed<Data, Variables extends Record<string, unknown>>(
  client: LiveClient,
  document: DocumentTypeDecoration<Data, Variables>,
  variables: Variables,
  isOn: boolean,
): Feed<Data> {
  const key = JSON.stringify(variables);
  const [held, hold] = useState<{ key: string; feed: Feed<Data> }>({ key, feed: nothingYet });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `variables`, which are a new object each time.
  useEffect(() => {
    if (!isOn) return;
    const next = ({ data, errors = [] }: State<Data>) => hold({ key, feed: { data: data ?? null, errors, refusal: null } });
    const failed = (refusal: string) => hold((before) => ({ key, feed: { ...(before.key === key ? before.feed : nothingYet), refusal } }));
    return client.subscribe(document, variables, next, failed);
  }, [client, document, key, isOn]);
  return held.key === key ? held.feed : nothingYet;
}
