import { createPublicKey } from "node:crypto";
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { AuthConfig } from "../config.js";
import { GatewayError } from "../errors.js";
import { digest } from "./api-key.js";
import { AuthRefusal } from "./auth-refusal.js";
import type { Caller } from "./gateway-port.js";

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
export function bearerOf(config: JwtConfig, { now, warn }: JwtOptions): (token: string | undefined) => Promise<Omit<Caller, "router">> {
  const { keyFor, algorithms } = keyOf(config.key);
  return async (token) => {
    if (token === undefined) throw refusal("missing");
    try {
      const { payload } = await jwtVerify(token, keyFor, {
        algorithms,
        clockTolerance: config.clockSkewSeconds,
        currentDate: new Date(now()),
        ...(config.issuer !== undefined && { issuer: config.issuer }),
        ...(config.audience !== undefined && { audience: config.audience }),
      });
      return callerOf(payload, token, config.claims);
    } catch (error) {
      const fault = faultsOfTokens.some((kind) => error instanceof kind) && (error as errors.JOSEError);
      if (fault) throw refusal(fault.code);
      warn("Tokens cannot be checked", error);
      throw new GatewayError("UPSTREAM_UNAVAILABLE", "The keys that tokens are checked with cannot be had now.");
    }
  };
}

function keyOf(key: JwtConfig["key"]): { keyFor: JWTVerifyGetKey; algorithms: string[] } {
  switch (key.kind) {
    case "jwks":
      return { keyFor: createRemoteJWKSet(new URL(key.url)), algorithms: published };
    case "public": {
      const given = createPublicKey(key.pem);
      return { keyFor: async () => given, algorithms: [...key.algorithms] };
    }
    case "secret": {
      const given = new TextEncoder().encode(key.secret);
      return { keyFor: async () => given, algorithms: ["HS256"] };
    }
  }
}

/** A claim of any other form gives no right. A token without `sub` stands for itself. */
const callerOf = (payload: JWTPayload, token: string, claims: JwtConfig["claims"]): Omit<Caller, "router"> => ({
  id: typeof payload.sub === "string" ? payload.sub : digest(token).toString("base64url"),
  accounts: accountsIn(payload[claims.accounts]),
  explain: payload[claims.explain] === true,
  conversations: payload[claims.conversations] === true,
});

function accountsIn(claim: unknown): Caller["accounts"] {
  if (claim === "*") return claim;
  return Array.isArray(claim) ? claim.filter((id) => typeof id === "string") : [];
}

/** RFC 6750, 3: why a token is not taken is said only where one was given, and no more than that it is not. */
function refusal(reason: string): AuthRefusal {
  const challenge = `Bearer realm="lp-metrics-gateway"${reason === "missing" ? "" : ', error="invalid_token"'}`;
  return new AuthRefusal("The header Authorization must hold a bearer token that is valid.", challenge, reason);
}
