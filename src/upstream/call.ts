import type { MetricsApi } from "../catalogue/metric.js";
import type { Window } from "../time.js";
import type {
  AgentSegmentsQuestion,
  Grouping,
  HandleTimeModel,
  Ids,
  IntervalFilters,
  KeyKind,
  KeyMetricsFilters,
  KeyMetricsOrder,
  KeyMetricsWindow,
  ReplyByApi,
  UserType,
} from "./question.js";

/** Calls in canonical form: what is asked of the platform, page by page. One type an API. */

export interface AgentSegmentsCall
  extends Pick<AgentSegmentsQuestion, "lastMinutes" | "everyMinutes" | "groupIds" | "userType" | "source"> {
  api: "agent-segments";
  agents: Ids;
  skills: Ids | null;
}

export interface SkillSegmentsCall {
  api: "skill-segments";
  lastMinutes: number;
  everyMinutes: number | null;
  userType: UserType;
  skills: Ids;
}

export interface KeyMetricsCall {
  api: "key-metrics";
  window: KeyMetricsWindow;
  byTime: boolean;
  current: boolean;
  /** Null: no rows are wanted, only the total. */
  groupBy: KeyKind | null;
  total: boolean;
  filters: KeyMetricsFilters;
  includeSubGroups: boolean;
  userType: UserType;
  /** The platform's order; null: its default, by key. */
  order: Omit<KeyMetricsOrder, "first"> | null;
  /** How many rows are needed, from the first in order: pages stop there. */
  take: number | "all";
  /** Rows left out before the first, a multiple of a page's 50; left out: none. `take` counts from there. */
  skip?: number;
}

export interface IntervalMetricsCall {
  api: "interval-metrics";
  grouping: readonly Grouping[];
  everyMinutes: 15 | 30 | 60 | 1440;
  handleTimeModel: HandleTimeModel;
  window: Window;
  filters: IntervalFilters;
  includeBotSkills: boolean;
}

export interface CallByApi {
  "agent-segments": AgentSegmentsCall;
  "skill-segments": SkillSegmentsCall;
  "key-metrics": KeyMetricsCall;
  "interval-metrics": IntervalMetricsCall;
}
export type Call = CallByApi[keyof CallByApi];

/** The platform's services, by the names that settings use. */
export const services = ["operations", "keyMetrics", "intervalMetrics"] as const;
export type Service = (typeof services)[number];

/** One HTTP request to a service, without domain and credentials. */
export interface ExchangeRequest {
  api: MetricsApi;
  service: Service;
  method: "GET" | "POST";
  /** Path and query, for example /operations/api/account/le1/msgskillsegments?timeframe=60. */
  path: string;
  /** JSON body of a POST. */
  body?: unknown;
  /** True when ids are keys of maps in the answer, and so texts: no number in it can be an id that would be rounded. */
  idsAreKeys?: true;
  /** What to check when the platform refuses access, in whole sentences; left out: the credentials. */
  toCheck?: string;
}

/** A response with status 200 or 202 whose body was JSON. Everything else is thrown as a GatewayError. */
export interface ExchangeResponse {
  status: number;
  body: unknown;
  /** Size of the body, uncompressed. */
  bytes: number;
  /** Epoch ms at which the request left, after any wait for a permit: the platform counts its windows back from here. */
  askedAt: number;
}

/** Performs one exchange for the account it was made for; waiting for a turn, retries and deadlines are its affair, so it may take long. */
export type Exchange = (request: ExchangeRequest) => Promise<ExchangeResponse>;

/** What one fetch of a call knows and may do. */
export interface CallContext {
  account: string;
  /** Names the asking program to the interval metrics. */
  source: string;
  /** One exchange within the budget; may be used for several pages side by side. */
  exchange: Exchange;
  /**
   * Asks whether so many more exchanges may be made, once their number is known: before every exchange but the first of a call
   * and of each of its parts. Throws the GatewayError that refuses them. False: a list of keys ends with the pages that are there,
   * because what else is wanted costs less by itself.
   */
  expects(exchanges: number): boolean;
  /** Into how many parts a window of interval metrics is cut, read side by side; 1 unless its chain of pages is long. */
  parts: number;
  /** Called after each page, with the number of rows it brought. */
  read(page: { rows: number }): void;
  now(): number;
}

/** What a whole call brought, over all its pages. */
export interface Fetched<R> {
  reply: R;
  pages: number;
  bytes: number;
  /** What was odd about the answer and left out or put right, in plain sentences; each once for the call. */
  remarks: readonly string[];
}

/** One API: from a call to requests, from responses to a reply. Throws UPSTREAM_INVALID_RESPONSE for what is not documented. */
export type Fetch<A extends keyof CallByApi> = (call: CallByApi[A], context: CallContext) => Promise<Fetched<ReplyByApi[A]>>;

// ---------------------------------------------------------------- over HTTP

/** One HTTP request as it is sent. */
export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface HttpResponse {
  status: number;
  /** The header Retry-After. */
  retryAfter: string | null;
  text: string;
  bytes: number;
}

/** Sends one request and reads the whole answer. A signal that aborts by a timeout of its own means OutOfTime. */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

/** The vendor asks for at least this pause after a 429, whatever its Retry-After says; ms. */
export const leastPauseMs = 1_000;
