import type { Call, ExchangeRequest, ExchangeResponse, Fetched, Service } from "./call.js";
import type { ApiName, ReplyByApi } from "./question.js";
import type { Lane } from "./scheduler.js";
import type { ExchangeTerms } from "./upstream.js";

/** The platform as one account and one credential see it. */
export interface Connection {
  lane(service: Service): Lane;
  fetch(call: Call, terms: ExchangeTerms): Promise<Fetched<ReplyByApi[ApiName]>>;
}

export const serviceOf: Record<ApiName, Service> = {
  "agent-segments": "operations",
  "skill-segments": "operations",
  "key-metrics": "keyMetrics",
  "interval-metrics": "intervalMetrics",
};

/** Reads whole calls through an exchange; one function an API. */
export type Fetchers = {
  [A in ApiName]: (
    call: never,
    account: string,
    exchange: (request: ExchangeRequest) => Promise<ExchangeResponse>,
    now: () => number,
  ) => Promise<Fetched<ReplyByApi[A]>>;
};
