import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock.js";
import type { AccountConfig } from "../config/account-settings.js";
import type { GatewayError } from "../errors.js";
import type { Observer, ServiceState } from "../telemetry/observer.js";
import type { Tracer } from "../telemetry/tracer.js";
import type { Freshness } from "./answers.js";
import { apis } from "./apis/registry.js";
import { ApiHealth, CircuitBreaker, type CircuitNews } from "./budget/circuit-breaker.js";
import type { Limits } from "./budget/pace.js";
import type { PermitBudget, PermitCounter } from "./budget/permit.js";
import { RateLimiter } from "./budget/rate-limiter.js";
import type { Service } from "./call.js";
import type { CallingAccount } from "./coalescing/open-calls.js";
import { ExchangeTimes, type Session } from "./coalescing/reading.js";
import type { Standing } from "./transport/look-ups.js";
import { createTransport } from "./transport/transport.js";

/** What is left of the calls at one service of an account. */
interface Budget extends Omit<PermitBudget, "waiting"> {
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
export class PlatformAccount implements CallingAccount {
  readonly id: string;
  readonly freshness: Freshness;
  readonly #services: ReadonlyMap<Service, GuardedService>;
  readonly sessions: CallingAccount["sessions"];
  readonly #health: ApiHealth;
  readonly #transport: ReturnType<typeof createTransport>;

  constructor(
    readonly config: AccountConfig,
    clock: Clock,
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
    const shared = {
      ...{ account: id, source: config.source, retryPausesMs: config.retryPausesMs, clock, health: this.#health },
      ...{ times: new ExchangeTimes(), send: this.#transport.exchange },
      sleep: (ms: number) => sleep(ms, undefined, { ref: false }),
    };
    const sessions = apis.map(({ name, service, fetch }) => [
      name,
      { ...shared, ...this.#services.get(service)!, fetch } satisfies Session,
    ]);
    this.sessions = Object.fromEntries(sessions) as CallingAccount["sessions"];
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
