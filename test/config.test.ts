import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { settings } from "../src/config/settings.js";
import { type Config, ConfigError, configFrom, type Environment } from "../src/config.js";

const account = { LP_ACCOUNT_ID: "le1", LP_BEARER_TOKEN: "tok3n" };

function problemsOf(environment: Environment): readonly string[] {
  try {
    configFrom(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("configFrom", () => {
  it("needs nothing, and then serves a simulator on loopback", () => {
    const config = configFrom({});
    expect(config).toMatchObject({ host: "127.0.0.1", port: 4000, simulated: true, production: false, accounts: [] });
    const { accounts } = configFrom({ TTL_CURRENT_SECONDS: "3" }, { id: "demo", url: "http://127.0.0.1:5", bearer: "sim" });
    expect(accounts).toMatchObject([
      { id: "demo", services: { csds: "http://127.0.0.1:5" }, credentials: { kind: "bearer", token: "sim" }, ttlMs: { current: 3000 } },
    ]);
  });

  it("reads an account with every default of the contract", () => {
    const expected: Config = {
      host: "127.0.0.1",
      port: 4000,
      simulated: false,
      production: false,
      logLevel: "info",
      accounts: [
        {
          id: "le1",
          services: { csds: "https://api.liveperson.net" },
          credentials: { kind: "bearer", token: "tok3n" },
          source: "lpmetricsgateway",
          keyMetricsLookbackHours: 24,
          limits: { maxConcurrent: 4, maxPerMinute: 120 },
          retryPausesMs: [5000, 10_000, 15_000],
          ttlMs: { segments: 15_000, keyMetrics: 15_000, current: 10_000, intervals: 60_000, closedIntervals: 86_400_000 },
          staleMs: 300_000,
          mergesOff: [],
        },
      ],
      auth: { kind: "none" },
      callerCallsPerMinute: 0,
      drainMs: 0,
      requestDeadlineMs: 15_000,
      maxUpstreamCalls: 50,
      cacheMaxBytes: 67_108_864,
      maxConnections: 10_000,
      maxBodyBytes: 1_048_576,
      maxQueryTokens: 10_000,
      maxQueryDepth: 20,
      maxQueryFields: 10_000,
      maxListItems: 5000,
      maxAnswerValues: 300_000,
      introspection: true,
      graphiql: true,
      wallboard: true,
      trustedDocuments: { mode: "off", byHash: {} },
      corsOrigins: [],
      subscriptions: {
        maxSockets: 5000,
        maxSocketsPerCaller: 1000,
        maxSubscriptions: 10_000,
        maxSubscriptionsPerCaller: 2000,
        maxSubscriptionsPerSocket: 100,
        initMs: 5000,
        heartbeatMs: 20_000,
        idleMs: 300_000,
        lifetimeMs: 86_400_000,
        callbackUrls: [],
      },
      metrics: { operations: [] },
      federationIdKey: false,
    };
    expect(configFrom(account)).toEqual(expected);
  });

  it("reads services, client credentials and pauses", () => {
    const [read] = configFrom({
      LP_ACCOUNT_ID: "le1",
      LP_CLIENT_ID: "id",
      LP_CLIENT_SECRET: "secret",
      LP_OPERATIONS_URL: "http://localhost:81/",
      LP_SENTINEL_URL: "https://eu.sentinel.example/base/",
      LP_RETRY_PAUSES_SECONDS: "0, 1",
    }).accounts;
    expect(read).toMatchObject({
      services: { csds: "https://api.liveperson.net", operations: "http://localhost:81", sentinel: "https://eu.sentinel.example/base" },
      credentials: { kind: "client", clientId: "id", clientSecret: "secret" },
      retryPausesMs: [0, 1000],
    });
  });

  it("is frozen to its leaves", () => {
    const config = configFrom(account);
    expect(Object.isFrozen(config) && Object.isFrozen(config.accounts) && Object.isFrozen(config.accounts[0]?.ttlMs)).toBe(true);
  });

  it("takes an empty variable for one that is not set", () => {
    expect(configFrom({ LP_ACCOUNT_ID: "", PORT: " ", LP_BEARER_TOKEN: "" })).toEqual(configFrom({}));
  });
});

describe("a wrong setting refuses to start with one sentence", () => {
  it.each([
    [{ PORT: "65536" }, 'PORT must be a whole number from 0 to 65535, but is "65536".'],
    [{ PORT: "-1" }, 'PORT must be a whole number from 0 to 65535, but is "-1".'],
    [{ MAX_UPSTREAM_CALLS: "fifty" }, 'MAX_UPSTREAM_CALLS must be a whole number from 1 to 10000, but is "fifty".'],
    [{ LP_MAX_CONCURRENT: "1.5" }, 'LP_MAX_CONCURRENT must be a whole number from 1 to 100, but is "1.5".'],
    [
      { LP_RETRY_PAUSES_SECONDS: "5,,x,601" },
      'LP_RETRY_PAUSES_SECONDS must be one to ten whole numbers from 0 to 600, separated by commas, but is "5,,x,601".',
    ],
    [{ LP_SOURCE: "a-b" }, 'LP_SOURCE must be 1 to 20 letters, digits or _, but is "a-b".'],
    [{ LP_SOURCE: "a".repeat(21) }, `LP_SOURCE must be 1 to 20 letters, digits or _, but is "${"a".repeat(21)}".`],
    [{ LOG_LEVEL: "loud" }, 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, but is "loud".'],
    [
      { LP_CSDS_URL: "api.liveperson.net" },
      'LP_CSDS_URL must be a URL that starts with https:// or http://, without user, query and fragment, but is "api.liveperson.net".',
    ],
    [{ ...account, LP_ACCOUNT_ID: "le/1" }, 'LP_ACCOUNT_ID must be 1 to 64 letters, digits, _ or -, but is "le/1".'],
    [{ AUTH: "oauth" }, 'AUTH must be one of none, api-key, jwt, but is "oauth".'],
    [{ CALLER_CALLS_PER_MINUTE: "-1" }, 'CALLER_CALLS_PER_MINUTE must be a whole number from 0 to 1000000, but is "-1".'],
    [
      { LP_CSDS_URL: "https://user:s3cret@host/?key=s3cret" },
      'LP_CSDS_URL must be a URL that starts with https:// or http://, without user, query and fragment, but is "https://…@host/?…".',
    ],
    [
      { REDIS_URL: "http://:s3cret@x" },
      "REDIS_URL must be a URL that starts with redis:// or rediss://, with a host, and with nothing after it but a port and /0 to /999, but is something else (not shown: it may be a secret).",
    ],
    [{ REDIS_PREFIX: "a{b}" }, 'REDIS_PREFIX must be 1 to 64 letters, digits, _, ., : or -, but is "a{b}".'],
    [{ LP_BEARER_TOKEN: "s3cret" }, "LP_ACCOUNT_ID must be set when LP_BEARER_TOKEN is set, but is unset."],
    [
      { NODE_ENV: "production" },
      "LP_ACCOUNT_ID must be set when NODE_ENV is production, but is unset: simulated figures are never served in production.",
    ],
    [
      { LP_ACCOUNT_ID: "le1" },
      "LP_CLIENT_ID and LP_CLIENT_SECRET, or LP_BEARER_TOKEN, must be set when LP_ACCOUNT_ID is set, but are unset.",
    ],
    [{ LP_ACCOUNT_ID: "le1", LP_CLIENT_ID: "id" }, "LP_CLIENT_SECRET must be set when LP_CLIENT_ID is set, but is unset."],
    [{ LP_ACCOUNT_ID: "le1", LP_CLIENT_SECRET: "s3cret" }, "LP_CLIENT_ID must be set when LP_CLIENT_SECRET is set, but is unset."],
    [
      { ...account, LP_CLIENT_ID: "id", LP_CLIENT_SECRET: "s3cret" },
      "LP_BEARER_TOKEN must be unset when LP_CLIENT_ID or LP_CLIENT_SECRET is set, but is set: give one credential.",
    ],
  ])("%j", (environment: Environment, problem) => {
    expect(problemsOf(environment)).toEqual([problem]);
  });

  it("for each problem, all at once", () => {
    expect(problemsOf({ PORT: "x", STALE_SECONDS: "-5", REDIS_URL: "x" })).toHaveLength(3);
  });

  it("points away from OAuth 1.0a application keys", () => {
    expect(problemsOf({ LP_ACCOUNT_ID: "le1", LP_CONSUMER_KEY: "k3y", LP_ACCESS_TOKEN: "t0ken" })).toEqual([
      expect.stringMatching(/LP_CONSUMER_KEY, LP_ACCESS_TOKEN look like an OAuth 1\.0a application key.*2026-05-31.*LP_CLIENT_ID/),
    ]);
    expect(problemsOf({ LP_ACCOUNT_ID: "le1", LP_CONSUMER_KEY: "k3y" }).join()).not.toMatch("k3y");
  });

  it.each(["127.0.0.1", "127.1.2.3", "localhost", "::1"])("listens on the loopback address %s as it is", (HOST) => {
    expect(problemsOf({ HOST })).toEqual([]);
  });

  it.each(["0.0.0.0", "::", "10.0.0.1", "127.example.org"])("listens on %s only when AUTH says who may read", (HOST) => {
    expect(problemsOf({ HOST })).toEqual([expect.stringMatching(/^HOST must be a loopback address .* unless AUTH is set, but is "/)]);
    expect(problemsOf({ HOST, AUTH: "none" })).toEqual([]);
  });
});

describe(".env.example", () => {
  const lines = readFileSync(new URL("../.env.example", import.meta.url), "utf8").split("\n");
  const example: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) example[name] = value;
  }

  it("lists exactly the settings that the program reads", () => {
    expect(Object.keys(example).sort()).toEqual(Object.keys(settings.shape).sort());
  });

  it("shows the default of each, and nothing where there is none", () => {
    const defaults: Record<string, unknown> = settings.parse({});
    const shown: Record<string, unknown> = settings.parse(Object.fromEntries(Object.entries(example).filter(([, value]) => value)));
    for (const name of Object.keys(example)) expect([name, shown[name]]).toEqual([name, defaults[name]]);
    for (const [name, value] of Object.entries(example)) expect([name, value === ""]).toEqual([name, defaults[name] === undefined]);
  });

  it("states the bound of every number", () => {
    const text = lines.join("\n").replaceAll("\n# ", " ");
    for (const [name, { description = "" }] of Object.entries(settings.shape)) {
      if (description.includes("whole number")) expect(text, name).toContain(description);
    }
  });
});
