import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Config, ConfigError, configFrom, type Environment } from "../src/config.js";

type Outcome = { config: Config } | { problems: readonly string[] };

/** As if every file named held `text`. */
function configured(environment: Environment, text?: string): Outcome {
  const read = () => {
    if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return text;
  };
  try {
    return { config: configFrom(environment, undefined, read) };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

const problemsOf = (environment: Environment, text?: string): readonly string[] => {
  const outcome = configured(environment, text);
  return "problems" in outcome ? outcome.problems : [];
};
const configOf = (environment: Environment, text?: string): Config => {
  const outcome = configured(environment, text);
  if ("problems" in outcome) throw new Error(outcome.problems.join("\n"));
  return outcome.config;
};

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
  const secretBound = "must be env:NAME, where NAME is the environment variable that holds it, but is what was given.";
  const wayBound =
    "accounts[0].credentials must be a map of either clientId and clientSecret, or bearer, or mode: caller, but is what was given.";

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
      `${at}: accounts[0].credentials must be a map of clientId, clientSecret, bearer, mode, but is what was given.`,
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

describe("API_KEYS_FILE", () => {
  const environment = { AUTH: "api-key", API_KEYS_FILE: "keys.yaml" };
  const at = 'API_KEYS_FILE "keys.yaml"';
  const digits = "12".repeat(32);

  it("gives keys with their rights, where a right left out is not given and a digest of digits is no number", () => {
    const text = `keys: [{ name: w, sha256: ${digits}, accounts: [007] }, { name: a, sha256: ${"AB".repeat(32)}, accounts: "*", explain: true, conversations: true }]`;
    expect(configOf(environment, text).auth).toEqual({
      kind: "api-key",
      keys: [
        { name: "w", sha256: digits, accounts: ["007"], explain: false, conversations: false },
        { name: "a", sha256: "ab".repeat(32), accounts: "*", explain: true, conversations: true },
      ],
    });
  });

  it.each([
    ["no key", "keys: []", "keys must be a list of at least one key, but is an empty list."],
    [
      "a key in place of its digest",
      "keys: [{ name: w, sha256: s3cret, accounts: [a] }]",
      "keys[0].sha256 must be the SHA-256 of the key in 64 hexadecimal digits, but is what was given.",
    ],
    ["a bare text", "keys: [s3cret]", "keys[0] must be a map of name, sha256, accounts, explain, conversations, but is a text."],
    ["no accounts", `keys: [{ name: w, sha256: ${digits} }]`, 'keys[0].accounts must be a list of account ids, or "*", but is missing.'],
    [
      "a right that is neither given nor not",
      `keys: [{ name: w, sha256: ${digits}, accounts: [a], explain: yes }]`,
      'keys[0].explain must be one of true, false, but is "yes".',
    ],
    [
      "a digest twice",
      `keys: [{ name: w, sha256: ${digits}, accounts: [a] }, { name: x, sha256: ${digits}, accounts: [b] }]`,
      "keys must be a list of different keys, but is a list.",
    ],
    [
      "a name twice",
      `keys: [{ name: w, sha256: ${digits}, accounts: [a] }, { name: w, sha256: ${"ab".repeat(32)}, accounts: [b] }]`,
      "keys must be a list of keys with different names, but is a list.",
    ],
  ])("with %s refuses the start and says where", (_, text, problem) => {
    expect(problemsOf(environment, text)).toEqual([`${at}: ${problem}`]);
  });

  it("is in the examples, and can be read", () => {
    const { auth } = configFrom({ AUTH: "api-key", API_KEYS_FILE: "examples/api-keys.yaml" });
    expect(auth).toMatchObject({
      keys: [
        { name: "wallboard", conversations: false },
        { name: "analyst", conversations: true },
      ],
    });
  });
});

describe("settings of AUTH", () => {
  const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength });
  const pem = (key: ReturnType<typeof rsa>["publicKey"]) => key.export({ type: "spki", format: "pem" }).toString();
  const secret = "k".repeat(32);
  const keyBound =
    "JWT_PUBLIC_KEY must be the PEM of a public key: RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519, but is what was given.";

  it.each([
    [{ AUTH: "jwt" }, "Exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET must be set when AUTH is jwt, but none is."],
    [
      { AUTH: "jwt", JWT_SECRET: secret, JWT_JWKS_URL: "https://issuer.example/keys" },
      "Exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET must be set when AUTH is jwt, but JWT_JWKS_URL and JWT_SECRET are.",
    ],
    [{ AUTH: "jwt", JWT_SECRET: "s3cret" }, "JWT_SECRET must be a secret of at least 32 bytes, but is what was given."],
    [{ AUTH: "jwt", JWT_PUBLIC_KEY: "s3cret" }, keyBound],
    [{ AUTH: "jwt", JWT_PUBLIC_KEY: pem(rsa(1024).publicKey) }, keyBound],
    [{ AUTH: "jwt", JWT_PUBLIC_KEY: rsa(2048).privateKey.export({ type: "pkcs8", format: "pem" }).toString() }, keyBound],
    [
      { AUTH: "jwt", JWT_JWKS_URL: "ftp://issuer.example" },
      'JWT_JWKS_URL must be a URL that starts with https:// or http://, without user and fragment, but is "ftp://issuer.example".',
    ],
    [{ AUTH: "api-key" }, "API_KEYS_FILE must be set when AUTH is api-key, but is unset."],
    [{ API_KEYS_FILE: "keys.yaml" }, "API_KEYS_FILE must be unset unless AUTH is api-key, but is set."],
    [{ AUTH: "none", JWT_SECRET: secret }, "JWT_SECRET must be unset unless AUTH is jwt, but is set."],
    [
      { AUTH: "jwt", JWT_SECRET: secret, JWT_CLOCK_SKEW_SECONDS: "601" },
      'JWT_CLOCK_SKEW_SECONDS must be a whole number from 0 to 600, but is "601".',
    ],
  ])("refuse the start, case %#", (environment: Environment, problem) => {
    expect(problemsOf(environment)).toEqual([problem]);
  });

  it("reads a public key whose lines were folded into one, and knows the signatures that it can check", () => {
    const key = pem(rsa(2048).publicKey);
    const { auth } = configOf({ AUTH: "jwt", JWT_PUBLIC_KEY: key.replaceAll("\n", "\\n"), JWT_ISSUER: "i", JWT_AUDIENCE: "a" });
    expect(auth).toEqual({
      kind: "jwt",
      key: { kind: "public", pem: key, algorithms: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] },
      issuer: "i",
      audience: "a",
      claims: { accounts: "accounts", explain: "explain", conversations: "conversations" },
      clockSkewSeconds: 30,
    });
  });

  it.each([
    ["P-256", "ES256"],
    ["P-384", "ES384"],
    ["P-521", "ES512"],
  ])("lets a key on %s check %s alone", (namedCurve, algorithm) => {
    const { auth } = configOf({ AUTH: "jwt", JWT_PUBLIC_KEY: pem(generateKeyPairSync("ec", { namedCurve }).publicKey) });
    expect(auth).toMatchObject({ key: { algorithms: [algorithm] } });
  });
});
