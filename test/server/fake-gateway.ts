import { buildSchema, GraphQLError, type GraphQLSchema } from "graphql";
import { pino } from "pino";
import { afterEach } from "vitest";
import { type Clock, systemClock } from "../../src/clock.js";
import { configFrom } from "../../src/config.js";
import { GatewayError } from "../../src/errors.js";
import { type AbandonedSignal, PlannedQuestions } from "../../src/graphql/context.js";
import { executorOf } from "../../src/graphql/executor.js";
import { type App, type AppOptions, startApp } from "../../src/server/app.js";
import type { Explain, Gateway, PreparedOperation, Report, StoredRecord } from "../../src/server/gateway-port.js";

const sdl = /* GraphQL */ `
  type Query {
    hello: String
    self: Query
    number(of: Int! = 1): Int
    budget: Int
    bug: Int
    foreign: Int
    slow: String
    large: String
  }
`;

/** A schema with one field for each way in which a field can end. */
export function fakeSchema(slow: () => Promise<string> = async () => "done"): GraphQLSchema {
  const schema = buildSchema(sdl);
  const resolvers: Record<string, (source: unknown, args: Record<string, unknown>) => unknown> = {
    hello: () => "world",
    self: () => ({}),
    number: (_, { of }) => of,
    budget: () => {
      throw new GatewayError("BUDGET_EXHAUSTED", "No turn before the deadline.", {
        api: "KEY_METRICS",
        account: "demo",
        retryAfterMs: 900,
      });
    },
    bug: () => {
      throw new Error("secret internals at /home/someone");
    },
    foreign: () => {
      throw new GraphQLError("not ours", { extensions: { code: "BAD_REQUEST", secret: "s3cret" } });
    },
    slow,
    large: () => "metric ".repeat(10_000),
  };
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const [name, resolve] of Object.entries(resolvers)) Object.assign(fields[name] ?? {}, { resolve });
  return schema;
}

export interface Fake {
  gateway: Gateway;
  prepared: PreparedOperation[];
  explained: (Explain | null)[];
  /** One for each request, which says that its client has gone. */
  signals: AbandonedSignal[];
  /** Says that a record of the platform's answers was stored. */
  stored: (record: StoredRecord) => void;
  closed: () => boolean;
}

const nothing: Report = {
  freshness: null,
  maxAgeMs: null,
  upstream: null,
  sent: 0,
  timing: { planMs: 0, platformMs: 0 },
  holdsUntil: Number.POSITIVE_INFINITY,
  dependencies: [],
  repeatableUntil: Number.POSITIVE_INFINITY,
};

export function fakeGateway(
  options: {
    /** By the number of the request, counted from 1. */
    report?: Partial<Report> | ((request: number) => Partial<Report>);
    prepare?: () => void;
    schema?: GraphQLSchema;
    ready?: boolean;
    clock?: Clock;
  } = {},
): Fake {
  const prepared: PreparedOperation[] = [];
  const explained: (Explain | null)[] = [];
  const signals: AbandonedSignal[] = [];
  const listeners: ((record: StoredRecord) => void)[] = [];
  let closed = false;
  const schema = options.schema ?? fakeSchema();
  const gateway: Gateway = {
    schema,
    execute: executorOf(schema),
    clock: options.clock ?? systemClock,
    audience: ({ id: _, ...sees }) => JSON.stringify(sees),
    refusal: () => null,
    onStored: (listener) => void listeners.push(listener),
    request: ({ explain, signal }) => {
      explained.push(explain);
      if (signal) signals.push(signal);
      const number = explained.length;
      return {
        context: {
          ask: () => Promise.reject(new Error("no question here")),
          accounts: [],
          credential: "own",
          now: () => 0,
          planned: new PlannedQuestions(),
        } as never,
        async prepare(operation) {
          prepared.push(operation);
          options.prepare?.();
        },
        report: () => ({ ...nothing, ...(typeof options.report === "function" ? options.report(number) : options.report) }),
      };
    },
    lookedUp: Promise.resolve(),
    readiness: () => ({ ready: options.ready ?? true, accounts: [{ id: "demo", services: { operations: "ok" } }] }),
    state: () => ({ ready: true, services: [], answers: { bytes: 0, entries: 0, evictions: 0 }, redisUp: null }),
    renew: () => undefined,
    stop: () => undefined,
    close: async () => {
      closed = true;
    },
  };
  const stored = (record: StoredRecord) => {
    for (const listener of listeners) listener(record);
  };
  return { gateway, prepared, explained, signals, stored, closed: () => closed };
}

const running: App[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.stop()));
});

/** Every line of the log, parsed. */
export function logOf() {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) }) };
}

type Overrides = Partial<Omit<AppOptions, "config">> & { config?: Partial<AppOptions["config"]> };

/** An app on a free port, stopped when the test ends. */
export async function start({ config, ...options }: Overrides = {}): Promise<App> {
  const app = await startApp({
    gateway: fakeGateway().gateway,
    log: logOf().log,
    graphiqlRoot: "/nonexistent",
    ...options,
    config: {
      host: "127.0.0.1",
      port: 0,
      drainMs: 0,
      simulated: false,
      auth: { kind: "none" },
      accounts: [],
      cacheMaxBytes: 1_048_576,
      maxConnections: 1_000,
      requestDeadlineMs: 15_000,
      maxBodyBytes: 4096,
      maxQueryDepth: 5,
      maxQueryFields: 20,
      maxQueryTokens: 100,
      maxListItems: 100,
      maxAnswerValues: 10_000,
      introspection: true,
      graphiql: true,
      wallboard: false,
      trustedDocuments: { mode: "off", byHash: {} },
      corsOrigins: [],
      subscriptions: configFrom({}).subscriptions,
      ...config,
    },
  });
  running.push(app);
  return app;
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
}

export async function post(app: App, query: string, headers: Record<string, string> = {}, more: object = {}) {
  const response = await fetch(`${app.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, ...more }),
  });
  return { response, status: response.status, body: (await response.json()) as Answer };
}
