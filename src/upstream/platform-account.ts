import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.js";
import type { AccountConfig } from "../config/account-settings.js";
import { type ErrorCode, GatewayError } from "../errors.js";
import type { Observer, ServiceState } from "../telemetry/observer.js";
import type { Tracer } from "../telemetry/tracer.js";
import type { Freshness } from "./answers.js";
import type { Api } from "./apis/descriptor.js";
import { apis } from "./apis/registry.js";
import { CircuitBreaker, type CircuitNews } from "./budget/circuit-breaker.js";
import type { Limits } from "./budget/pace.js";
import type { PermitBudget, PermitCounter } from "./budget/permit.js";
import { RateLimiter } from "./budget/rate-limiter.js";
import type { Service } from "./call.js";
import { ExchangeTimes, type Session } from "./coalescing/reading.js";
import type { Scope } from "./plan.js";
import { own } from "./question.js";
import type { Standing } from "./transport/look-ups.js";
import { createTransport } from "./transport/transport.js";

/** Stands for a caller's token wherever the token itself must not appear. */
export const digestOf = (bearer: string): string => createHash("sha256").update(bearer).digest("base64url");

/** Callers' tokens are kept for as many callers as may have calls waiting at once. */
const mostBearers = 10_000;

/** What is left of the calls at one service of an account. */
export interface Budget extends Omit<PermitBudget, "waiting"> {
  service: Service;
  account: string;
}

interface GuardedService {
  limiter: RateLimiter;
  circuit: CircuitBreaker;
}

const titles: Readonly<Record<Service, string>> = {
  operations: "operations",
  keyMetrics: "key metrics",
  intervalMetrics: "interval metrics",
};

/** One account at the platform: its budget, its health and its connections, shared by all credentials that read it. */
export class PlatformAccount {
  readonly id: string;
  readonly freshness: Freshness;
  readonly #services: ReadonlyMap<Service, GuardedService>;
  readonly #times = new ExchangeTimes();
  readonly #health: ApiHealth;
  readonly #transport: ReturnType<typeof createTransport>;
  readonly #bearers = new LRUCache<string, string>({ max: mostBearers });

  constructor(
    readonly config: AccountConfig,
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly tell: (message: string) => void,
    /** What is shared with other replicas; left out: nothing. */
    replicas?: {
      counter(account: string, service: Service, limits: Limits): PermitCounter;
      circuit(account: string, service: Service): CircuitNews;
    },
    { observer, tracer }: { observer?: Pick<Observer, "exchanged" | "permitted">; tracer?: Pick<Tracer, "exchange"> } = {},
  ) {
    const { id, limits, ttlMs, staleMs } = config;
    this.id = id;
    this.freshness = { ttlMs, staleMs };
    this.#transport = createTransport(config, {}, clock, {
      ...(observer && { exchanged: (exchange) => observer.exchanged(exchange) }),
      ...(tracer && { tracer }),
    });
    this.#health = new ApiHealth(id, tell);
    this.#services = new Map(
      [...new Set(apis.map(({ service }) => service))].map((service) => {
        const name = `${titles[service]} of account ${id}`;
        const limiter = new RateLimiter({
          ...{ name, limits, clock, random },
          ...(replicas && { counter: replicas.counter(id, service, limits) }),
          ...(observer && { granted: (ms) => observer.permitted({ account: id, service, ms }) }),
        });
        const news = replicas && { news: replicas.circuit(id, service) };
        return [service, { limiter, circuit: new CircuitBreaker({ name, account: id, clock, random, ...news }) }];
      }),
    );
  }

  /**
   * Which credential asks for a caller: the gateway's own, or a digest of the caller's token, which is remembered for the
   * calls it makes necessary. Questions under different credentials never share an answer. UNAUTHENTICATED without a token.
   */
  credentialFor(bearer: string | undefined): string {
    if (this.config.credentials.kind !== "caller") return own;
    if (bearer === undefined) {
      const message = "This account is read with the caller's own bearer token: send it in the header Authorization.";
      throw new GatewayError("UNAUTHENTICATED", message, { account: this.id });
    }
    const digest = digestOf(bearer);
    this.#bearers.set(digest, bearer);
    return digest;
  }

  /** The service of the scope's API, as the scope's credential sees it. */
  session({ api, credential }: Scope): Session {
    const { limiter, circuit } = this.#services.get(api.service)!;
    const bearer = credential === own ? undefined : this.#bearers.get(credential);
    return {
      account: this.id,
      source: this.config.source,
      ...(bearer !== undefined && { bearer }),
      clock: this.clock,
      limiter,
      circuit,
      times: this.#times,
      retryPausesMs: this.config.retryPausesMs,
      fetch: api.fetch,
      send: this.#transport.exchange,
      sleep: (ms) => sleep(ms, undefined, { ref: false }),
      // A caller's own token says nothing of the platform.
      succeeded: () => credential === own && this.#health.well(api),
      failed: (error) => credential === own && this.#health.ill(api, error),
    };
  }

  budgets(): Budget[] {
    return [...this.#services].map(([service, { limiter }]) => {
      const { waiting: _, ...budget } = limiter.budget();
      return { service, account: this.id, ...budget };
    });
  }

  /** What stands at each service now, for whoever watches the gateway. */
  states(): ServiceState[] {
    return [...this.#services].map(([service, { limiter, circuit }]) => {
      const { concurrencyLimit, waiting, currentlyAvailable, maximumAvailable } = limiter.budget();
      return {
        ...{ account: this.id, service, waiting },
        ...{ permitsInUse: limiter.out, permitsLimit: concurrencyLimit },
        ...{ available: currentlyAvailable, maximum: maximumAvailable },
        ...{ paused: limiter.pause !== undefined, circuit: circuit.state },
      };
    });
  }

  /** Looks up domains and token in the background until `close`. Resolves when each first look-up has ended, however it ended. */
  start = (): Promise<void> =>
    this.#transport.start(this.random, ({ message }, isOver) =>
      this.tell(`Account ${this.id}: ${isOver ? `The look-up works again. It had failed: ${message}` : message}`),
    );

  /** Asks with these credentials from now on. */
  renew = (credentials: AccountConfig["credentials"]): void => this.#transport.renew(credentials);

  /** Whether the service's domain and a token are known, and what went wrong last with either. */
  standing = (service: Service): Standing => this.#transport.standing(service);

  /** Why the service failed last; undefined when it did not. */
  trouble = (service: Service): GatewayError | undefined => this.#health.trouble(service);

  async close(): Promise<void> {
    for (const { limiter } of this.#services.values()) limiter.close();
    await this.#transport.close();
  }
}

/** Failures that say something of the platform, not of one question or of our own budget. */
const faults: ReadonlySet<ErrorCode> = new Set([
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
  "UPSTREAM_UNAUTHORIZED",
  "UPSTREAM_INVALID_RESPONSE",
]);

type Examined = Pick<Api, "metricsApi" | "service">;

/** How the APIs of an account did last. A change is logged once, so that an outage behind stale answers does not pass unseen. */
export class ApiHealth {
  readonly #troubles = new Map<string, { service: Service; error: GatewayError }>();

  constructor(
    private readonly account: string,
    private readonly log: (message: string) => void,
  ) {}

  well({ metricsApi }: Examined): void {
    if (this.#troubles.delete(metricsApi)) this.log(`${metricsApi} of account ${this.account} answers again.`);
  }

  /** Anything but a fault of the platform changes nothing. */
  ill({ metricsApi, service }: Examined, error: unknown): void {
    if (!(error instanceof GatewayError) || !faults.has(error.code)) return;
    if (!this.#troubles.has(metricsApi)) this.log(`${metricsApi} of account ${this.account} fails: ${error.message}`);
    this.#troubles.set(metricsApi, { service, error });
  }

  /** Why an API of the service failed last; undefined when all went well. */
  trouble(service: Service): GatewayError | undefined {
    return [...this.#troubles.values()].find((trouble) => trouble.service === service)?.error;
  }
}
