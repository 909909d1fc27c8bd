import type { Clock } from "../../clock.js";
import type { Api } from "../apis/descriptor.js";
import type { CircuitBreaker } from "../budget/circuit-breaker.js";
import type { ExchangeTimes } from "../budget/exchange-times.js";
import type { PermitSource } from "../budget/permit.js";
import type { ExchangeRequest, ExchangeResponse } from "../call.js";
import type { TransportTerms } from "../transport/transport.js";

/** One service of the platform as one account and one credential see it. */
export interface Session {
  readonly account: string;
  /** Names the asking program to the interval metrics. */
  readonly source: string;
  /** The caller's own token, where the account is read with it: then the session is that caller's alone. */
  readonly bearer?: string;
  readonly clock: Clock;
  readonly limiter: PermitSource;
  readonly circuit: CircuitBreaker;
  readonly times: ExchangeTimes;
  /** Pauses before the second, third… try after a 500, a 503 or a broken connection, ms. */
  readonly retryPausesMs: readonly number[];
  /** Reads a whole call through exchanges. */
  readonly fetch: Api["fetch"];
  /** Sends one request to the platform, once. */
  readonly send: (request: ExchangeRequest, terms: TransportTerms) => Promise<ExchangeResponse>;
  /** Waits without holding a permit. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Told how calls of the API end, for the account's health. */
  succeeded(): void;
  failed(error: unknown): void;
}
