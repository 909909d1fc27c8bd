import { type Api, serviceOf } from "./api.js";
import { Lane, type Use } from "./limits.js";

/** One request as it came and went. */
export interface Logged {
  at: number;
  api: Api;
  account: string;
  method: string;
  path: string;
  /** With the "?", or empty. */
  query: string;
  body: string;
  /** Null while it runs, and for ever when no answer was sent. */
  status: number | null;
  /** When the last byte of the answer was handed on, epoch ms; null as `status` is. */
  answeredAt: number | null;
  /** Requests of the same account and service that ran when this one came, itself included. */
  running: number;
}

export interface Counts {
  total: number;
  byApi: Partial<Record<Api, number>>;
  byAccount: Record<string, Partial<Record<Api, number>>>;
  /** Answers sent, by status. */
  byStatus: Record<string, number>;
  /** By "account/service". */
  services: Record<string, Use>;
}

const logLength = 10_000;

/** Everything that was asked, counted, and the last 10,000 requests kept. */
export class Traffic {
  #log: Logged[] = [];
  #lanes = new Map<string, Lane>();
  #counts: Omit<Counts, "services"> = { total: 0, byApi: {}, byAccount: {}, byStatus: {} };

  /** The lane an API's requests of an account run in; null for APIs without limits. */
  lane(account: string, api: Api): Lane | null {
    const service = serviceOf(api);
    if (service === null) return null;
    const name = `${account}/${service}`;
    const lane = this.#lanes.get(name) ?? new Lane();
    this.#lanes.set(name, lane);
    return lane;
  }

  came(request: Omit<Logged, "status" | "answeredAt">): Logged {
    const logged: Logged = { ...request, status: null, answeredAt: null };
    const { api, account } = request;
    const counts = this.#counts;
    counts.total++;
    counts.byApi[api] = (counts.byApi[api] ?? 0) + 1;
    const ofAccount = counts.byAccount[account] ?? {};
    counts.byAccount[account] = { ...ofAccount, [api]: (ofAccount[api] ?? 0) + 1 };
    this.#log.push(logged);
    if (this.#log.length > logLength) this.#log = this.#log.slice(-logLength / 2);
    return logged;
  }

  went(logged: Logged, status: number, at: number): void {
    logged.status = status;
    logged.answeredAt = at;
    this.#counts.byStatus[status] = (this.#counts.byStatus[status] ?? 0) + 1;
  }

  counts(): Counts {
    return structuredClone({
      ...this.#counts,
      services: Object.fromEntries([...this.#lanes].map(([name, { use }]) => [name, use])),
    });
  }

  requests(): Logged[] {
    return structuredClone(this.#log);
  }

  /** Forgets all; requests still running are counted out of lanes that nobody sees any more. */
  reset(): void {
    this.#log = [];
    this.#lanes = new Map();
    this.#counts = { total: 0, byApi: {}, byAccount: {}, byStatus: {} };
  }
}
