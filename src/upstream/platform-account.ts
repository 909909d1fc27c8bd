import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { AccountConfig } from "../config.js";
import { GatewayError } from "../errors.js";
import type { Freshness } from "./answers/freshness.js";
import { fetchAgentSegments } from "./apis/agent-segments/fetch.js";
import { intervalMetricsFetch } from "./apis/interval-metrics/fetch.js";
import { fetchKeyMetrics } from "./apis/key-metrics/fetch.js";
import { fetchSkillSegments } from "./apis/skill-segments/fetch.js";
import type { Service } from "./call.js";
import { Condition } from "./transport/api-health.js";
import type { Standing } from "./transport/look-ups.js";
import { own } from "./transport/own-credential.js";
import { Connection, type Fetchers } from "./transport/session.js";
import { createTransport } from "./transport/transport.js";
import { type Budget, type Send, Upstream } from "./transport/upstream.js";

/** Stands for a caller's token wherever the token itself must not appear. */
export const digestOf = (bearer: string): string => createHash("sha256").update(bearer).digest("base64url");

/** Callers' tokens are kept for as many callers as may have calls waiting at once. */
const mostBearers = 10_000;

/** One account at the platform, with its budget; connections are made for each credential that asks. */
export class PlatformAccount {
  readonly id: string;
  readonly freshness: Freshness;
  readonly #upstream: Upstream;
  readonly #condition: Condition;
  readonly #transport: ReturnType<typeof createTransport>;
  readonly #fetchers: Fetchers;
  readonly #bearers = new LRUCache<string, string>({ max: mostBearers });

  constructor(
    readonly config: AccountConfig,
    private readonly now: () => number,
    private readonly random: () => number,
    tell: (message: string) => void,
  ) {
    const { id, limits, retryPausesMs, ttlMs, staleMs } = config;
    this.id = id;
    this.freshness = { ttlMs, staleMs };
    this.#transport = createTransport(config, {}, { now, monotonic: now });
    const { exchange } = this.#transport;
    const send: Send = (request, terms) => {
      const sending = () => {
        terms.sending?.();
        return true;
      };
      return exchange(request, { ...terms, sending });
    };
    this.#upstream = new Upstream({ account: id, limits, retryPausesMs, send, sleep, now, random });
    this.#condition = new Condition(id, tell);
    this.#fetchers = {
      "agent-segments": fetchAgentSegments,
      "skill-segments": fetchSkillSegments,
      "key-metrics": fetchKeyMetrics,
      "interval-metrics": intervalMetricsFetch(config.source),
    };
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

  connect(credential: string): Connection {
    const bearer = credential === own ? undefined : this.#bearers.get(credential);
    return new Connection(this.id, this.#upstream, this.#fetchers, this.#condition, this.now, bearer);
  }

  budgets(): Budget[] {
    return this.#upstream.budgets();
  }

  /** Looks up domains and token in the background until `close`. Resolves when each first look-up has ended, however it ended. */
  start(): Promise<void> {
    return this.#transport.start(this.random);
  }

  /** Whether the service's domain and a token are known, and what went wrong last with either. */
  standing = (service: Service): Standing => this.#transport.standing(service);

  /** Why the service failed last; undefined when it did not. */
  trouble = (service: Service): GatewayError | undefined => this.#condition.trouble(service);

  async close(): Promise<void> {
    this.#upstream.close();
    await this.#transport.close();
  }
}
