import { createPublicKey } from "node:crypto";
import { createRemoteJWKSet, type ExportedJWKSCache, errors, type JWTPayload, type JWTVerifyGetKey, jwksCache, jwtVerify } from "jose";
import type { AuthConfig } from "../config.js";
import { GatewayError } from "../errors.js";
import { digest } from "./api-key.js";
import { AuthRefusal } from "./auth-refusal.js";
import type { ProvenIdentity } from "./proven-callers.js";

type JwtConfig = Extract<AuthConfig, { kind: "jwt" }>;

/** Signatures that a published key may make: none that a secret makes, so that no public key can serve as a secret. */
const published = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];

/** What is wrong with the token itself; every other failure to check one is ours or the issuer's. */
const faultsOfTokens = [
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

export interface JwtOptions {
  /** Epoch ms. */
  now: () => number;
  /** Told why tokens cannot be checked at all. */
  warn: (message: string, error: unknown) => void;
}

/** Who a JSON Web Token says that its bearer is, once it is proven. Rejects with AuthRefusal, or UPSTREAM_UNAVAILABLE without keys. */
export function bearerOf(config: JwtConfig, { now, warn }: JwtOptions): (token: string | undefined) => Promise<ProvenIdentity> {
  const { keyFor, algorithms, edition } = keyOf(config.key);
  return async (token) => {
    if (token === undefined) throw refusal("missing");
    // Before the keys are used: they may be read again meanwhile.
    const provenBy = edition();
    try {
      const { payload } = await jwtVerify(token, keyFor, {
        algorithms,
        clockTolerance: config.clockSkewSeconds,
        currentDate: new Date(now()),
        ...(config.issuer !== undefined && { issuer: config.issuer }),
        ...(config.audience !== undefined && { audience: config.audience }),
      });
      const provenAt = now();
      const endsAt = payload.exp === undefined ? Number.POSITIVE_INFINITY : (payload.exp + config.clockSkewSeconds) * 1000;
      return {
        caller: callerOf(payload, token, config.claims),
        // A clock that was set back may make a token one that is not valid yet.
        isGood: () => now() >= provenAt && now() < endsAt && edition() === provenBy,
      };
    } catch (error) {
      const fault = faultsOfTokens.some((kind) => error instanceof kind) && (error as errors.JOSEError);
      if (fault) throw refusal(fault.code);
      warn("Tokens cannot be checked", error);
      throw new GatewayError("UPSTREAM_UNAVAILABLE", "The keys that tokens are checked with cannot be had now.");
    }
  };
}

interface Keys {
  keyFor: JWTVerifyGetKey;
  algorithms: string[];
  /** Another value for each set of keys; NaN, which equals nothing, while the keys are due to be read again. */
  edition: () => number;
}

function keyOf(key: JwtConfig["key"]): Keys {
  const only = () => 0;
  switch (key.kind) {
    case "jwks": {
      const read: ExportedJWKSCache | Record<string, never> = {};
      const keys = createRemoteJWKSet(new URL(key.url), { [jwksCache]: read });
      return { keyFor: keys, algorithms: published, edition: () => (keys.fresh ? (read.uat ?? Number.NaN) : Number.NaN) };
    }
    case "public": {
      const given = createPublicKey(key.pem);
      return { keyFor: async () => given, algorithms: [...key.algorithms], edition: only };
    }
    case "secret": {
      const given = new TextEncoder().encode(key.secret);
      return { keyFor: async () => given, algorithms: ["HS256"], edition: only };
    }
  }
}

/** A claim of any other form gives no right. A token without `sub` stands for itself. */
const callerOf = (payload: JWTPayload, token: string, claims: JwtConfig["claims"]): ProvenIdentity["caller"] => ({
  id: typeof payload.sub === "string" ? payload.sub : digest(token).toString("base64url"),
  accounts: accountsIn(payload[claims.accounts]),
  explain: payload[claims.explain] === true,
  conversations: payload[claims.conversations] === true,
  metrics: payload[claims.metrics] === true,
});

function accountsIn(claim: unknown): ProvenIdentity["caller"]["accounts"] {
  if (claim === "*") return claim;
  return Array.isArray(claim) ? claim.filter((id) => typeof id === "string") : [];
}

/** RFC 6750, 3: why a token is not taken is said only where one was given, and no more than that it is not. */
function refusal(reason: string): AuthRefusal {
  const challenge = `Bearer realm="lp-metrics-gateway"${reason === "missing" ? "" : ', error="invalid_token"'}`;
  return new AuthRefusal("The header Authorization must hold a bearer token that is valid.", challenge, reason);
}
