import { describe, expect, it } from "vitest";
import { configFrom } from "../../src/config.js";
import { configOf, problemsOf } from "./configured.js";

describe("ACCOUNTS_FILE", () => {
  const environment = { ACCOUNTS_FILE: "accounts.yaml", ACME_ID: "app", ACME_SECRET: "s3cret", ACME2_TOKEN: "t0ken" };

  it("gives accounts with credentials from the environment, and what they leave out as the environment has it", () => {
    const text = `
accounts:
  - id: 0071
    services: { csds: "http://127.0.0.1:5/", sentinel: https://sentinel.example }
    credentials: { clientId: env:ACME_ID, clientSecret: env:ACME_SECRET }
    limits: { maxConcurrent: 2, maxPerSecond: 5 }
    ttlSeconds: { segments: 0 }
    source: acme
    keyMetricsLookbackHours: 336
  - id: acme2
    credentials: { bearer: env:ACME2_TOKEN }
  - id: acme3
    credentials: { mode: caller }`;
    const config = configOf({ ...environment, LP_MAX_PER_MINUTE: "77", TTL_CURRENT_SECONDS: "3", NODE_ENV: "production" }, text);
    expect(config).toMatchObject({ simulated: false, production: true });
    const shared = { maxPerMinute: 77 };
    expect(config.accounts).toMatchObject([
      {
        id: "0071",
        services: { csds: "http://127.0.0.1:5", sentinel: "https://sentinel.example" },
        credentials: { kind: "client", clientId: "app", clientSecret: "s3cret" },
        limits: { maxConcurrent: 2, maxPerSecond: 5, ...shared },
        ttlMs: { segments: 0, current: 3000, keyMetrics: 15_000 },
        source: "acme",
        keyMetricsLookbackHours: 336,
      },
      {
        id: "acme2",
        services: { csds: "https://api.liveperson.net" },
        credentials: { kind: "bearer", token: "t0ken" },
        limits: { maxConcurrent: 4, ...shared },
        ttlMs: { segments: 15_000, current: 3000 },
        source: "lpmetricsgateway",
        keyMetricsLookbackHours: 24,
      },
      { id: "acme3", credentials: { kind: "caller" } },
    ]);
  });

  const at = 'ACCOUNTS_FILE "accounts.yaml"';
  const first = (entry: string) => `accounts:\n  - ${entry}`;
  const bearer = "credentials: { bearer: env:ACME2_TOKEN }";
  const secretBound =
    "must be env:NAME, where NAME is the environment variable that holds it, or file:PATH, where PATH is a file that holds nothing else, but is something else (not shown: it may be a secret).";
  const wayBound =
    "accounts[0].credentials must be a map of either clientId and clientSecret, or bearer, or mode: caller, but is something else (not shown: it may be a secret).";

  it.each([
    ["is not there", undefined, `${at} must be a file that can be read, but it cannot: ENOENT.`],
    ["is not YAML", "accounts: [s3cret", `${at} must be YAML, but is not at line 1, column 18: BAD_INDENT.`],
    ["says a thing twice", "accounts: s3cret\naccounts: s3cret", `${at} must be YAML, but is not at line 2, column 1: DUPLICATE_KEY.`],
    ["means what it does not say", "accounts: *s3cret", `${at} must be YAML whose aliases are known and few, but has others.`],
    ["is of another form", "- s3cret", `${at}: the file must be a map of accounts, but is a list.`],
    ["is empty", "", `${at}: the file must be a map of accounts, but is missing.`],
    ["has no account", "accounts: []", `${at}: accounts must be a list of at least one account, but is an empty list.`],
    [
      "has an account without an id",
      first(`{ ${bearer} }`),
      `${at}: accounts[0].id must be 1 to 64 letters, digits, _ or -, but is missing.`,
    ],
    [
      "has an id that cannot be one",
      first(`{ id: "a b", ${bearer} }`),
      `${at}: accounts[0].id must be 1 to 64 letters, digits, _ or -, but is "a b".`,
    ],
    [
      "has an id twice",
      `accounts: [{ id: a, ${bearer} }, { id: a, ${bearer} }]`,
      `${at}: accounts must be a list of accounts with different ids, but is a list.`,
    ],
    [
      "has a limit out of bounds",
      first(`{ id: a, ${bearer}, limits: { maxConcurrent: 101 } }`),
      `${at}: accounts[0].limits.maxConcurrent must be a whole number from 1 to 100, but is "101".`,
    ],
    [
      "has a name that nobody reads",
      first(`{ id: a, ${bearer}, limits: { perMinute: 3 } }`),
      `${at}: accounts[0].limits must be a map of maxConcurrent, maxPerMinute, maxPerSecond, but has perMinute.`,
    ],
    [
      "has a URL that is none",
      first(`{ id: a, ${bearer}, services: { csds: "https://u:s3cret@host" } }`),
      `${at}: accounts[0].services.csds must be a URL that starts with https:// or http://, without user, query and fragment, but is "https://…@host".`,
    ],
    ["holds a bearer", first("{ id: a, credentials: { bearer: s3cret } }"), `${at}: accounts[0].credentials.bearer ${secretBound}`],
    [
      "holds a client secret",
      first("{ id: a, credentials: { clientId: env:ACME_ID, clientSecret: s3cret } }"),
      `${at}: accounts[0].credentials.clientSecret ${secretBound}`,
    ],
    ["has two credentials", first("{ id: a, credentials: { bearer: env:ACME2_TOKEN, mode: caller } }"), `${at}: ${wayBound}`],
    ["has half a credential", first("{ id: a, credentials: { clientId: env:ACME_ID } }"), `${at}: ${wayBound}`],
    [
      "has a text for credentials",
      first("{ id: a, credentials: s3cret }"),
      `${at}: accounts[0].credentials must be a map of clientId, clientSecret, bearer, mode, but is something else (not shown: it may be a secret).`,
    ],
    [
      "names a variable that is not set",
      first("{ id: a, credentials: { bearer: env:NOBODY } }"),
      `${at}: accounts[0].credentials.bearer must name an environment variable that is set, but NOBODY is unset.`,
    ],
  ])("that %s refuses the start and says where", (_, text, problem) => {
    expect(problemsOf(environment, text)).toEqual([problem]);
    expect(problem).not.toMatch("s3cret");
  });

  it("tells every problem of a file at once", () => {
    expect(
      problemsOf(environment, "accounts: [{ id: a b }, { id: c, credentials: { bearer: x }, ttlSeconds: { current: -1 } }]"),
    ).toHaveLength(4);
  });

  it.each(["LP_ACCOUNT_ID", "LP_BEARER_TOKEN", "LP_OPERATIONS_URL"])("does not go with %s", (name) => {
    const problems = problemsOf({ ...environment, [name]: "https://one" }, first(`{ id: a, ${bearer} }`));
    expect(problems).toContain(`${name} must be unset when ACCOUNTS_FILE is set, but is set: the file says it for each account.`);
  });

  it("with callers' own tokens does not go with AUTH=jwt, whose tokens come in the same header", () => {
    const text = first("{ id: a, credentials: { mode: caller } }");
    const jwt = { AUTH: "jwt", JWT_SECRET: "k".repeat(32) };
    expect(problemsOf({ ...environment, ...jwt }, text)).toEqual([
      'AUTH must be none or api-key when the credentials of account a are mode: caller, but is "jwt".',
    ]);
    expect(problemsOf(environment, text)).toEqual([]);
  });

  it("gives secrets from files of their own", () => {
    const files: Record<string, string> = {
      "accounts.yaml": `
accounts:
  - { id: a, credentials: { clientId: "file:/run/secrets/id", clientSecret: env:ACME_SECRET } }
  - { id: b, credentials: { bearer: "file:/run/secrets/token" } }`,
      "/run/secrets/id": "app",
      "/run/secrets/token": "t0ken\n",
    };
    const { accounts } = configFrom(environment, undefined, (path) => files[path]!);
    expect(accounts.map(({ credentials }) => credentials)).toEqual([
      { kind: "client", clientId: "app", clientSecret: "s3cret" },
      { kind: "bearer", token: "t0ken" },
    ]);
  });

  it.each([
    ["is not there", undefined, '"/token" cannot be read: ENOENT'],
    ["is empty", " \n", '"/token" is empty'],
    ["holds more than a secret", "s3cret s3cret\n", '"/token" is more than one word'],
  ])("refuses a file of a secret that %s, and shows nothing of it", (_, content, problem) => {
    const read = (path: string) => {
      const text = path === "/token" ? content : first("{ id: a, credentials: { bearer: file:/token } }");
      if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return text;
    };
    const place = `${at}: accounts[0].credentials.bearer`;
    expect(() => configFrom(environment, undefined, read)).toThrow(`${place} must name a file that holds a secret, but ${problem}.`);
  });

  it("is in the examples, and can be read", () => {
    const variables = { ACME1_CLIENT_ID: "a", ACME1_CLIENT_SECRET: "b", ACME2_BEARER: "c" };
    const { accounts } = configFrom({ ACCOUNTS_FILE: "examples/accounts.yaml", ...variables });
    expect(accounts.map(({ id, credentials }) => [id, credentials.kind])).toEqual([
      ["acme1", "client"],
      ["acme2", "bearer"],
      ["acme3", "caller"],
    ]);
  });
});
