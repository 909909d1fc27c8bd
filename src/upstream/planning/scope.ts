import { LRUCache } from "lru-cache";
import type { Merge } from "../../merges.js";
import type { Api } from "../apis/descriptor.js";
import { apiByName } from "../apis/registry.js";
import type { Question } from "../question.js";

/** Everything that must be equal for two questions to share a call or an answer: account and upstream credential among it. */
export interface Scope {
  /** Equal for equal scopes; for stores, logs and explain. */
  readonly key: string;
  readonly api: Api;
  readonly account: string;
  readonly credential: string;
}

const mostScopes = 20_000;
const interned = new LRUCache<string, Scope>({ max: mostScopes });
const known = new WeakMap<Question, Scope>();

/** The scope of the question. Two questions of one scope get the same object. */
export function scopeOf(question: Question): Scope {
  const found = known.get(question);
  if (found) return found;
  const api = apiByName[question.api];
  const { account, credential } = question;
  const apart = (question.mergesOff ?? []).map((merge) => api.apartBy(question, merge) ?? null);
  const key = JSON.stringify([api.name, account, credential, ...api.scope(question), ...apart]);
  const scope = interned.get(key) ?? { key, api, account, credential };
  interned.set(key, scope);
  known.set(question, scope);
  return scope;
}

/**
 * The question as it is asked of a platform for which these merges are off; marked, so that it shares nothing that the merges are
 * needed for. More calls, never other figures.
 */
export const restricted = <Q extends Question>(question: Q, off: readonly Merge[]): Q =>
  off.length === 0 ? question : { ...(apiByName[question.api].restricted(question, off) as Q), mergesOff: off };
