import type { PublicKey } from "./jwt-settings.js";
import type { Settings } from "./settings.js";

/** How callers say who they are. */
export type AuthConfig = { kind: "none" } | { kind: "api-key"; keys: readonly ApiKey[] } | JwtConfig;

export interface ApiKey {
  name: string;
  /** Of the key, in hexadecimal digits; the key itself is known to its holder alone. */
  sha256: string;
  accounts: readonly string[] | "*";
  explain: boolean;
  conversations: boolean;
  /** Left out: no. */
  metrics?: boolean;
}

export interface JwtConfig {
  kind: "jwt";
  key: { kind: "jwks"; url: string } | ({ kind: "public" } & PublicKey) | { kind: "secret"; secret: string };
  /** Left out: not checked. */
  issuer?: string;
  /** Left out: not checked. */
  audience?: string;
  /** Names of the claims that hold the caller's rights. */
  claims: { accounts: string; explain: string; conversations: string; metrics: string };
  clockSkewSeconds: number;
}

/** `keys`: those of API_KEYS_FILE. `authProblems` has refused everything that is not one complete way. */
export function authOf(set: Settings, keys: readonly ApiKey[]): AuthConfig {
  if (set.AUTH === "api-key") return { kind: "api-key", keys };
  const key = keyOf(set);
  if (set.AUTH !== "jwt" || !key) return { kind: "none" };
  return {
    kind: "jwt",
    key,
    ...(set.JWT_ISSUER !== undefined && { issuer: set.JWT_ISSUER }),
    ...(set.JWT_AUDIENCE !== undefined && { audience: set.JWT_AUDIENCE }),
    claims: {
      accounts: set.JWT_ACCOUNTS_CLAIM,
      explain: set.JWT_EXPLAIN_CLAIM,
      conversations: set.JWT_CONVERSATIONS_CLAIM,
      metrics: set.JWT_METRICS_CLAIM,
    },
    clockSkewSeconds: set.JWT_CLOCK_SKEW_SECONDS,
  };
}

function keyOf({ JWT_JWKS_URL: url, JWT_PUBLIC_KEY: pem, JWT_SECRET: secret }: Settings): JwtConfig["key"] | null {
  if (url !== undefined) return { kind: "jwks", url };
  if (pem !== undefined) return { kind: "public", ...pem };
  return secret === undefined ? null : { kind: "secret", secret };
}

type Given = Readonly<Record<string, string | undefined>>;

const keySettings = ["JWT_JWKS_URL", "JWT_PUBLIC_KEY", "JWT_SECRET"] as const satisfies readonly (keyof Settings)[];
/** What looks like protection, by the way of AUTH that alone reads it. */
const readBy = {
  "api-key": ["API_KEYS_FILE"],
  jwt: [...keySettings, "JWT_ISSUER", "JWT_AUDIENCE"],
} as const satisfies Record<string, readonly (keyof Settings)[]>;

/** What is missing from the way that AUTH names, and what another way would need: one sentence each. */
export function authProblems(given: Given): string[] {
  const isSet = (name: string) => given[name] !== undefined;
  const idle = Object.entries(readBy).flatMap(([way, names]) =>
    way === given.AUTH ? [] : names.filter(isSet).map((name) => `${name} must be unset unless AUTH is ${way}, but is set.`),
  );
  if (given.AUTH === "api-key" && !isSet("API_KEYS_FILE")) idle.push("API_KEYS_FILE must be set when AUTH is api-key, but is unset.");
  const keys = keySettings.filter(isSet);
  if (given.AUTH === "jwt" && keys.length !== 1) {
    const are = keys.length === 0 ? "none is" : `${keys.join(" and ")} are`;
    idle.push(`Exactly one of ${keySettings.join(", ")} must be set when AUTH is jwt, but ${are}.`);
  }
  return idle;
}
