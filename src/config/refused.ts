/** Settings that are planned and have no behaviour yet: refused, because ignoring one would look like protection or sharing that is not there. */
export const refusedSettings: Readonly<Record<string, string>> = {
  ACCOUNTS_FILE: "several accounts",
  API_KEYS_FILE: "API keys",
  JWT_JWKS_URL: "JSON Web Tokens",
  JWT_PUBLIC_KEY: "JSON Web Tokens",
  JWT_SECRET: "JSON Web Tokens",
  JWT_ISSUER: "JSON Web Tokens",
  JWT_AUDIENCE: "JSON Web Tokens",
  JWT_ACCOUNTS_CLAIM: "JSON Web Tokens",
  ROUTER_SECRET: "a router's secret",
  CALLER_CALLS_PER_MINUTE: "budgets of callers",
  REDIS_URL: "a cache shared between replicas",
};
