import type { PermitSource } from "../budget/permit.js";
import type { Call, CallByApi, Exchange, Fetch, Fetched, Service } from "../call.js";
import type { ApiName, ReplyByApi } from "../question.js";
import type { Condition } from "./api-health.js";
import type { Budget, ExchangeTerms, Upstream } from "./upstream.js";

export const serviceOf: Record<ApiName, Service> = {
  "agent-segments": "operations",
  "skill-segments": "operations",
  "key-metrics": "keyMetrics",
  "interval-metrics": "intervalMetrics",
};

/** Reads whole calls through an exchange; one function an API. */
export type Fetchers = { readonly [A in keyof CallByApi]: Fetch<A> };

/** The platform as one account and one credential see it: whole calls, each exchange within the budget. */
export class Connection {
  constructor(
    private readonly account: string,
    private readonly upstream: Upstream,
    private readonly fetchers: Fetchers,
    private readonly condition: Condition,
    private readonly now: () => number,
    /** The caller's own token, where the account is read with it: then this connection is that caller's alone. */
    private readonly bearer?: string,
  ) {}

  lane(service: Service): PermitSource {
    return this.upstream.lane(service);
  }

  budgets(): Budget[] {
    return this.upstream.budgets();
  }

  /** The call with all its pages. The turn of `terms` serves the first exchange, later ones wait for turns of their own. */
  async fetch(call: Call, { turn, ...terms }: ExchangeTerms): Promise<Fetched<ReplyByApi[ApiName]>> {
    let first = turn;
    const failing: ExchangeTerms["failing"] = async (failure, nextTryAt) => {
      this.#ill(call.api, failure);
      await terms.failing?.(failure, nextTryAt);
    };
    const exchange: Exchange = (request) => {
      const given = first;
      first = undefined;
      const bearer = this.bearer === undefined ? {} : { bearer: this.bearer };
      return this.upstream.exchange(request, { ...terms, failing, ...bearer, ...(given && { turn: given }) });
    };
    // The fetcher and the call are of one API; TypeScript cannot follow that through the table.
    const fetch = this.fetchers[call.api] as Fetch<ApiName>;
    try {
      const fetched = await fetch(call, this.account, exchange, this.now);
      this.condition.well(call.api);
      return fetched;
    } catch (error) {
      this.#ill(call.api, error);
      throw error;
    }
  }

  /** A caller's own token says nothing of the platform. */
  #ill(api: ApiName, error: unknown): void {
    if (this.bearer === undefined) this.condition.ill(api, error);
  }
}
