import { describe, expect, it } from "vitest";
import { doubtsOf, type Environment } from "../../src/config.js";
import { configOf, problemsOf } from "./configured.js";

const account = { LP_ACCOUNT_ID: "le1", LP_BEARER_TOKEN: "tok3n" };
const meant = (name: string, setting: string) => `${name} is set, but is no setting: is ${setting} meant?`;
const stranger = (names: string, are = "is") =>
  `${names} ${are} set, but no setting of the gateway, although the name begins with LP_: nothing reads it.`;

describe("a name that looks like a setting and is none", () => {
  it.each([
    ["a letter left out", "LP_ACOUNT_ID", "LP_ACCOUNT_ID"],
    ["a letter too many", "LP_SOURCES", "LP_SOURCE"],
    ["neighbours swapped", "LP_CLEINT_SECRET", "LP_CLIENT_SECRET"],
    ["a wrong letter", "STALE_SECONDZ", "STALE_SECONDS"],
    ["no underscore", "LOGLEVEL", "LOG_LEVEL"],
    ["hyphens", "LP-CSDS-URL", "LP_CSDS_URL"],
    ["small letters", "lp_max_concurrent", "LP_MAX_CONCURRENT"],
    ["small letters, and short", "port", "PORT"],
    ["another unit", "TTL_SEGMENTS_MS", "TTL_SEGMENTS_SECONDS"],
    ["another unit, far from its own", "REQUEST_DEADLINE_SECONDS", "REQUEST_DEADLINE_MS"],
    ["no unit", "CACHE_MAX", "CACHE_MAX_BYTES"],
  ])("is told with the setting that is meant: %s", (_, name, setting) => {
    expect(doubtsOf({ [name]: "s3cret" })).toEqual([meant(name, setting)]);
  });

  it("is told without one when it only begins as settings do, all such names in one sentence", () => {
    expect(doubtsOf({ LP_TOKEN: "s3cret" })).toEqual([stranger("LP_TOKEN")]);
    expect(doubtsOf({ LP_TOKEN: "s3cret", LP_REGION: "z3", LP_ACOUNT_ID: "le1" })).toEqual([
      meant("LP_ACOUNT_ID", "LP_ACCOUNT_ID"),
      stranger("LP_TOKEN, LP_REGION", "are"),
    ]);
  });

  it("is not taken for a setting that is set itself", () => {
    expect(doubtsOf({ LOGLEVEL: "5", LOG_LEVEL: "info" })).toEqual([]);
    expect(doubtsOf({ ...account, LP_ACCOUNT_ID_: "le2" })).toEqual([stranger("LP_ACCOUNT_ID_")]);
  });

  it("is told as an OAuth 1.0a key when it is one, once", () => {
    expect(doubtsOf({ LP_CONSUMER_KEY: "k3y" })).toEqual([expect.stringMatching(/^LP_CONSUMER_KEY looks like an OAuth 1\.0a/)]);
  });

  it("refuses nothing, because another program may own it", () => {
    expect(problemsOf({ ...account, LP_TOKEN: "a", LP_ACCOUNT_IDS: "b" })).toEqual([]);
  });

  it("stands beside the problem that it may be the cause of, and a mere stranger does not", () => {
    const problems = problemsOf({ LP_ACOUNT_ID: "le1", LP_BEARER_TOKEN: "tok3n", LP_REGION: "z3" });
    expect(problems).toEqual([
      "LP_ACCOUNT_ID must be set when LP_BEARER_TOKEN is set, but is unset.",
      meant("LP_ACOUNT_ID", "LP_ACCOUNT_ID"),
    ]);
  });
});

describe("nothing is said of", () => {
  it.each<[string, Environment]>([
    ["settings", { ...account, TTL_SEGMENTS_SECONDS: "3", NODE_ENV: "production" }],
    ["variables that are empty", { LP_ACOUNT_ID: " ", LP_TOKEN: "" }],
    ["names that every shell has", { PATH: "/bin", HOME: "/", HOSTNAME: "a", PWD: "/", TERM: "xterm", USER: "a", LANG: "C", SHLVL: "1" }],
    ["short names near short settings", { HOSTS: "a", PORTS: "1", OAUTH: "a", POST: "a" }],
    ["single words that a setting begins with", { STALE: "1", TTL: "1", MAX: "1" }],
    [
      "what Kubernetes sets for a service of this name",
      {
        LP_METRICS_GATEWAY_SERVICE_HOST: "10.0.0.1",
        LP_METRICS_GATEWAY_SERVICE_PORT: "4000",
        LP_METRICS_GATEWAY_SERVICE_PORT_HTTP: "4000",
        LP_METRICS_GATEWAY_PORT: "tcp://10.0.0.1:4000",
        LP_METRICS_GATEWAY_PORT_4000_TCP: "tcp://10.0.0.1:4000",
        LP_METRICS_GATEWAY_PORT_4000_TCP_ADDR: "10.0.0.1",
      },
    ],
  ])("%s", (_, environment) => {
    expect(doubtsOf(environment)).toEqual([]);
  });

  it("secrets that ACCOUNTS_FILE speaks of, whatever else is wrong with it", () => {
    const environment = { ACCOUNTS_FILE: "accounts.yaml", LP_CLIENT_ID2: "app", LP_ACME_SECRET: "s3cret" };
    const right = "accounts: [{ id: a, credentials: { clientId: env:LP_CLIENT_ID2, clientSecret: env:LP_ACME_SECRET } }]";
    expect(configOf(environment, right).accounts).toHaveLength(1);
    expect(doubtsOf(environment, () => right)).toEqual([]);
    expect(doubtsOf(environment, () => "accounts: []")).toHaveLength(2);
    const wrong = right.replace("id: a,", "id: a b,");
    expect(problemsOf(environment, wrong)).toHaveLength(1);
  });
});
