import type { DocumentNode, GraphQLSchema } from "graphql";
import type { Clock } from "../clock.js";
import type { AccountConfig } from "../config/account-settings.js";
import type { GatewayError } from "../errors.js";
import type { AbandonedSignal, GatewayContext } from "../graphql/context.js";
import type { Execute } from "../graphql/executor.js";
import type { GatewayState } from "../telemetry/observer.js";
import type { TraceContext } from "../telemetry/tracer.js";

/** What the server asks of the rest of the gateway; gateway.ts answers it, tests use one by hand. */
export interface Gateway {
  schema: GraphQLSchema;
  /** Executes a valid operation of the schema in the context of a request. */
  execute: Execute;
  /** By which everything in the process is dated and measured. */
  clock: Clock;
  /** Everything about the caller that an answer depends on, in one line without secrets: callers of one audience get the same answers. */
  audience(caller: Caller): string;
  /** CALLER_BUDGET_EXHAUSTED while the caller has used up its share of calls and asked for more; null else. */
  refusal(caller: Caller): GatewayError | null;
  /** Tells each record of the platform's answers when it is stored, before what waits for it is answered. */
  onStored(listener: (record: StoredRecord) => void): void;
  /** One GraphQL request: its context, and what it has learnt by the end. `signal`: nobody waits for its answer any more. */
  request(from: {
    explain: Explain | null;
    caller: Caller;
    signal?: AbandonedSignal;
    state?: LiveState;
    trace?: TraceContext;
  }): GatewayRequest;
  /** What is known of the platform; asks nothing. */
  readiness(): Readiness;
  /** What stands now, for whoever watches the gateway; asks nothing. */
  state(): GatewayState;
  /** Resolves when the first look-ups of domains and tokens have ended, however they ended. */
  lookedUp: Promise<void>;
  /** Asks the platform with these credentials from now on; accounts are known by their ids. */
  renew(accounts: readonly Pick<AccountConfig, "id" | "credentials">[]): void;
  /** Answers what waits for the platform, with stale figures or an error, and makes no further call. */
  stop(): void;
  close(): Promise<void>;
}

/** A record that took its place among the stored answers: see Dependency in upstream/coalescing/ask.ts. */
export interface StoredRecord {
  readonly scope: string;
  readonly slot: string;
  readonly version: number;
}

/** Who asks, and what they may; decided before the gateway sees the request. */
export interface Caller {
  /** Names the caller in logs and budgets; never a secret. */
  id: string;
  /** Accounts whose figures the caller may read. */
  accounts: readonly string[] | "*";
  explain: boolean;
  conversations: boolean;
  /** What the gateway does, at /metrics, for all accounts; absent: no. */
  metrics?: boolean;
  /** Entities by reference, and the subgraph's own text; absent: no. */
  router?: boolean;
  /** The caller's own token for the platform, for accounts that are read with it. */
  bearer?: string;
}

/** Who asks where nobody is asked who they are: everything is allowed. */
export const anybody: Caller = { id: "anybody", accounts: "*", explain: true, conversations: true, metrics: true, router: true };

/** The caller of requests that the gateway makes itself. */
export const itself: Caller = { ...anybody, id: "gateway" };

/** calls: the answer says what was asked of the platform. plan: nothing is asked, the plan is the answer. */
export type Explain = "calls" | "plan";

/** That the request makes one state of a subscription, which many may share. */
export interface LiveState {
  /** first: what is stored is taken at once, however old it may be. next: at the lowest priority; it waits for what is fresh. */
  which: "first" | "next";
  /** Ids of the callers who share the state: the first of them who has calls left bears those that it needs. */
  callers: readonly string[];
}

export interface GatewayRequest {
  context: GatewayContext;
  /**
   * Draws the operation's outline and asks its questions; with explain=plan it only plans.
   * Throws GatewayError PLAN_TOO_LARGE.
   */
  prepare(operation: PreparedOperation): Promise<void>;
  /** For extensions and headers, when the operation has ended. */
  report(): Report;
}

export interface PreparedOperation {
  document: DocumentNode;
  operationName: string | null;
  variables: Readonly<Record<string, unknown>>;
}

export interface Report {
  /** Null when no metric was used. */
  freshness: { oldestAsOf: string; stale: boolean; failures?: object[] } | null;
  /** Shortest remaining freshness of what was used; null when no metric was used. */
  maxAgeMs: number | null;
  /** Epoch ms at which the answer may change although what was used is still fresh; Infinity when nothing but its freshness bounds it. */
  holdsUntil: number;
  /** The value of extensions.upstream; null when nothing was to be explained. */
  upstream: object | null;
  /** HTTP exchanges with the platform. */
  sent: number;
  /** What the request took to find out what it asks, and for how long it waited for answers, of the platform and stored ones. */
  timing: { planMs: number; platformMs: number };
  /** What the answer was made from: see Dependency in upstream/coalescing/ask.ts. */
  dependencies: readonly { scope: string; slot: string; version: number; freshUntil: number; staleUntil: number }[];
  /** Epoch ms until which an equal request may be given the same answer, stale as it may be, if nothing newer comes. */
  repeatableUntil: number;
}

export interface Readiness {
  ready: boolean;
  /** By service: "ok" or what is wrong, in plain words. */
  accounts: { id: string; services: Record<string, string> }[];
  /** "ok", or why nothing is shared with other replicas now, which leaves the gateway ready. Left out where nothing is to be shared. */
  redis?: string;
}
