import { Counter, collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from "prom-client";
import { errorCodes } from "../errors.js";
import { ClientCounts } from "./client-counts.js";
import type { AnsweredRequest, CacheState, GatewayState, LiveState, Observer } from "./observer.js";
import { OperationNames, other } from "./operation-names.js";
import { Tally } from "./tally.js";

export interface MetricsOptions {
  version: string;
  /** Names of operations that are told apart, besides those of trusted documents. */
  operations: readonly string[];
  /** Texts of trusted documents by their hashes. */
  documents: Readonly<Record<string, string>>;
}

/** What is read at each scrape. */
export interface Sources {
  gateway: () => GatewayState;
  live: () => LiveState;
  /** Whole answers to clients that are kept as bytes. */
  responses: () => CacheState;
}

/** Answers to one operation from one source. */
interface AnswersOfOne {
  readonly labels: { operation: string; source: string };
  /** Seconds. */
  readonly took: (seconds: number) => void;
  readonly byCode: Map<string, number>;
}

const prefix = "lp_gateway_";
const seconds = (ms: number): number => ms / 1_000;

const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];
const exchangeBuckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];
const waitBuckets = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];
const ageBuckets = [1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600, 3_600, 86_400];
const redisBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];

/**
 * Metrics in the Prometheus exposition format. Facts are counted where they are decided; states are read at each scrape. Every label has
 * few values: accounts and services of the configuration, codes of the contract, declared names of operations.
 */
export class GatewayMetrics implements Observer {
  readonly #registry = new Registry();
  readonly #names: OperationNames;
  #sources: Partial<Sources> = {};

  readonly #requestSeconds = this.#tally(
    "graphql_request_duration_seconds",
    "Time from when a request and its caller are known to its answer.",
    requestBuckets,
  );
  readonly #ageSeconds = this.#tally("graphql_answer_age_seconds", "Age of the oldest figure in an answer.", ageBuckets).series({});
  readonly #answers = new Map<string, AnswersOfOne>();
  readonly #requestsByClient = new ClientCounts();
  readonly #subscriptionsByClient = new ClientCounts();
  readonly #refusals = this.#counter("http_refusals_total", "Requests that never became an operation.", ["code"]);
  /** By their labels, in one text. */
  readonly #questions = new Map<string, { labels: Record<string, string>; count: number }>();
  readonly #exchanges = this.#counter("upstream_exchanges_total", "HTTP exchanges with the platform.", ["account", "api", "outcome"]);
  readonly #exchangeSeconds = this.#histogram(
    "upstream_exchange_duration_seconds",
    "Duration of HTTP exchanges with the platform.",
    exchangeBuckets,
    ["account", "api"],
  );
  readonly #calls = this.#counter("upstream_calls_total", "Calls to the platform, each of one or more exchanges.", [
    "account",
    "api",
    "outcome",
  ]);
  readonly #pages = this.#counter("upstream_pages_total", "Pages that calls have read.", ["account", "api"]);
  readonly #retries = this.#counter("upstream_retries_total", "Exchanges that repeated one that had failed.", ["account", "api"]);
  readonly #waitSeconds = this.#histogram("permit_wait_seconds", "Time for which an exchange waited for its permit.", waitBuckets, [
    "account",
    "service",
  ]);
  readonly #redisSeconds = this.#histogram("redis_command_duration_seconds", "Duration of commands to Redis.", redisBuckets, []);

  constructor({ version, operations, documents }: MetricsOptions) {
    this.#names = new OperationNames(operations, documents);
    collectDefaultMetrics({ register: this.#registry });
    this.#read("gauge", "build_info", "Release of the gateway; always 1.", ["version"], (set) => set({ version }, 1));
    const requests = "Requests to /graphql that were answered, by the code of their first error.";
    this.#read("counter", "graphql_requests_total", requests, ["operation", "source", "code"], (set) => {
      for (const { labels, byCode } of this.#answers.values()) for (const [code, count] of byCode) set({ ...labels, code }, count);
    });
    const questions = "Questions, or parts of them, by where their answer came from.";
    this.#read("counter", "questions_total", questions, ["account", "api", "source"], (set) => {
      for (const { labels, count } of this.#questions.values()) set(labels, count);
    });
    const byClient = "by the name that the client gives itself";
    this.#readClients("client_requests_total", `Requests to /graphql that were answered, ${byClient}.`, this.#requestsByClient);
    this.#readClients("client_subscriptions_total", `Subscriptions that began over sockets, ${byClient}.`, this.#subscriptionsByClient);
    this.#readGateway();
    this.#readCaches();
    this.#readLive();
  }

  /** What is read at each scrape from now on. */
  watch(sources: Partial<Sources>): void {
    this.#sources = { ...this.#sources, ...sources };
  }

  /** Other documents are trusted from now on. */
  renew(documents: MetricsOptions["documents"]): void {
    this.#names.renew(documents);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  answered({ operation, source, errors, ms, ageMs, client }: AnsweredRequest): void {
    this.#requestsByClient.count(client);
    const answers = this.#answersOf(this.#names.labelOf(operation), source);
    answers.took(seconds(ms));
    const code = errors.length === 0 ? "OK" : codeOf(errors[0]);
    answers.byCode.set(code, (answers.byCode.get(code) ?? 0) + 1);
    if (ageMs !== null) this.#ageSeconds(seconds(ageMs));
  }

  #answersOf(operation: string, source: AnsweredRequest["source"]): AnswersOfOne {
    const key = `${source} ${operation}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const labels = { operation, source };
    const created = { labels, took: this.#requestSeconds.series(labels), byCode: new Map<string, number>() };
    this.#answers.set(key, created);
    return created;
  }

  subscribed(client: string | undefined): void {
    this.#subscriptionsByClient.count(client);
  }

  refused(code: string): void {
    this.#refusals.inc({ code });
  }

  questioned({ account, api, source }: Parameters<Observer["questioned"]>[0]): void {
    const key = `${source} ${api} ${account}`;
    const known = this.#questions.get(key);
    if (known) known.count++;
    else this.#questions.set(key, { labels: { account, api, source }, count: 1 });
  }

  exchanged({ account, api, outcome, ms }: Parameters<Observer["exchanged"]>[0]): void {
    this.#exchanges.inc({ account, api, outcome });
    this.#exchangeSeconds.observe({ account, api }, seconds(ms));
  }

  called({ account, api, outcome, pages, retries }: Parameters<Observer["called"]>[0]): void {
    this.#calls.inc({ account, api, outcome });
    this.#pages.inc({ account, api }, pages);
    this.#retries.inc({ account, api }, retries);
  }

  permitted({ account, service, ms }: Parameters<Observer["permitted"]>[0]): void {
    this.#waitSeconds.observe({ account, service }, seconds(ms));
  }

  redisAnswered(ms: number): void {
    this.#redisSeconds.observe(seconds(ms));
  }

  #readClients(name: string, help: string, counts: ClientCounts): void {
    this.#read("counter", name, help, ["client"], (set) => {
      for (const [client, count] of counts.entries()) set({ client }, count);
    });
  }

  #readGateway(): void {
    const ofServices = (name: string, help: string, value: (state: GatewayState["services"][number]) => number) =>
      this.#read("gauge", name, help, ["account", "service"], (set) => {
        for (const state of this.#sources.gateway?.().services ?? []) set({ account: state.account, service: state.service }, value(state));
      });
    ofServices("permits_in_use", "Exchanges that have a permit.", ({ permitsInUse }) => permitsInUse);
    ofServices(
      "permits_limit",
      "Permits that may be out at once now: LP_MAX_CONCURRENT, or less after a 429.",
      ({ permitsLimit }) => permitsLimit,
    );
    ofServices("permits_waiting", "Exchanges that wait for a permit.", ({ waiting }) => waiting);
    ofServices("budget_available_calls", "Calls that may begin now, of those in any 60 seconds.", ({ available }) => available);
    ofServices("budget_limit_calls", "Calls that may begin in any 60 seconds: LP_MAX_PER_MINUTE.", ({ maximum }) => maximum);
    ofServices("rate_limit_pause", "1 while a pause after a 429 lasts.", ({ paused }) => Number(paused));
    this.#read("gauge", "circuit_state", "1 for the state in which the circuit breaker is.", ["account", "service", "state"], (set) => {
      for (const { account, service, circuit } of this.#sources.gateway?.().services ?? [])
        for (const state of ["closed", "open", "probing"]) set({ account, service, state }, Number(state === circuit));
    });
    this.#read(
      "gauge",
      "ready",
      "1 while /readyz says 200.",
      [],
      (set) => this.#sources.gateway && set({}, Number(this.#sources.gateway().ready)),
    );
    this.#read("gauge", "redis_up", "1 while Redis is of use; absent without REDIS_URL.", [], (set) => {
      const up = this.#sources.gateway?.().redisUp ?? null;
      if (up !== null) set({}, Number(up));
    });
  }

  #readLive(): void {
    const ofLive = (kind: "gauge" | "counter", name: string, help: string, value: (state: LiveState) => number) =>
      this.#read(kind, name, help, [], (set) => {
        const state = this.#sources.live?.();
        if (state) set({}, value(state));
      });
    ofLive("gauge", "websockets", "WebSockets that are open.", ({ sockets }) => sockets);
    ofLive("gauge", "subscriptions", "Subscriptions that are open.", ({ subscriptions }) => subscriptions);
    ofLive("gauge", "subscription_executions", "Subscriptions that are executed, each for all who share it.", ({ boards }) => boards);
    ofLive("counter", "subscription_states_total", "States of subscriptions that were made.", ({ states }) => states);
    ofLive("counter", "subscription_pushes_total", "States that were sent, counted for each subscriber.", ({ pushes }) => pushes);
  }

  #readCaches(): void {
    const states = (): Record<string, CacheState | undefined> => ({
      answers: this.#sources.gateway?.().answers,
      responses: this.#sources.responses?.(),
    });
    const ofCaches = (kind: "gauge" | "counter", name: string, help: string, value: (state: CacheState) => number) =>
      this.#read(kind, name, help, ["cache"], (set) => {
        for (const [cache, state] of Object.entries(states())) if (state) set({ cache }, value(state));
      });
    ofCaches(
      "gauge",
      "cache_bytes",
      "Estimated size of what is cached: answers of the platform, and whole responses.",
      ({ bytes }) => bytes,
    );
    ofCaches("gauge", "cache_entries", "Entries of the cache.", ({ entries }) => entries);
    ofCaches("counter", "cache_evictions_total", "Entries that went because others needed their room.", ({ evictions }) => evictions);
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name: prefix + name, help, labelNames, registers: [this.#registry] });
  }

  #tally(name: string, help: string, bounds: readonly number[]): Tally {
    const tally = new Tally({ name: prefix + name, help, bounds });
    this.#registry.registerMetric(tally as unknown as Metric);
    return tally;
  }

  #histogram<L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[]): Histogram<L> {
    return new Histogram({ name: prefix + name, help, buckets, labelNames, registers: [this.#registry] });
  }

  /** A value that is read at each scrape. What is not set then is absent. */
  #read(
    kind: "gauge" | "counter",
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (set: (labels: Record<string, string>, value: number) => void) => void,
  ): void {
    const common = { name: prefix + name, help, labelNames, registers: [this.#registry] };
    if (kind === "counter") {
      new Counter({
        ...common,
        collect() {
          this.reset();
          read((labels, value) => this.inc(labels, value));
        },
      });
      return;
    }
    new Gauge({
      ...common,
      collect() {
        this.reset();
        // A gauge without labels is 0 after that.
        this.remove({});
        read((labels, value) => this.set(labels, value));
      },
    });
  }
}

/** Apollo Server has a few codes of its own; nothing else may name a series. */
const codeOf = (code: unknown): string =>
  typeof code === "string" && (Object.hasOwn(errorCodes, code) || /^(GRAPHQL_[A-Z_]{1,40}|BAD_REQUEST)$/.test(code)) ? code : other;
