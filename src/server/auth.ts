import { timingSafeEqual } from "node:crypto";
import type { Config } from "../config.js";
import { digest, holderOf } from "./api-key.js";
import { anybody, type Caller } from "./gateway-port.js";
import { bearerOf, type JwtOptions } from "./jwt.js";

/** Credentials by the names of their headers, in small letters; over a socket its first message says them under the same names. */
export type Presented = Readonly<Record<string, unknown>>;

export type AuthOptions = Pick<Config, "auth" | "routerSecret" | "accounts">;

/** Request headers that identify the caller and its rights. */
export const credentialHeaders = ["authorization", "x-api-key", "x-router-secret"] as const;

/**
 * Who asks, by what they present: decided here and nowhere else. Rejects with AuthRefusal, and with UPSTREAM_UNAVAILABLE when
 * the keys that tokens are checked with cannot be had.
 */
export function authentication(
  { auth, routerSecret, accounts }: AuthOptions,
  options: JwtOptions,
): (presented: Presented) => Promise<Caller> {
  const mayRoute = sameAs(routerSecret);
  const identified = identification(auth, accounts, options);
  return async (presented) => {
    const [authorization, key, secret] = credentialHeaders.map((name) => textOf(presented[name]));
    return { ...(await identified(bearerIn(authorization), key)), router: mayRoute(secret) };
  };
}

type Identified = (bearer: string | undefined, key: string | undefined) => Promise<Omit<Caller, "router">>;

/** A bearer is the platform's where it is not ours: it is handed on to the accounts that are read with it. */
function identification(auth: AuthOptions["auth"], accounts: AuthOptions["accounts"], options: JwtOptions): Identified {
  const withBearer = (caller: Omit<Caller, "router">, bearer: string | undefined) => ({
    ...caller,
    ...(bearer !== undefined && { bearer }),
  });
  switch (auth.kind) {
    case "none": {
      // Where every account is read with the asker's own token, the token tells askers apart; else they are all the same caller.
      const byBearer = accounts.length > 0 && accounts.every(({ credentials }) => credentials.kind === "caller");
      const nameOf = (bearer: string | undefined) => (byBearer && bearer ? digest(bearer).toString("base64url") : anybody.id);
      return async (bearer) => withBearer({ ...anybody, id: nameOf(bearer) }, bearer);
    }
    case "api-key": {
      const holder = holderOf(auth.keys);
      return async (bearer, key) => withBearer(holder(key), bearer);
    }
    case "jwt":
      return bearerOf(auth, options);
  }
}

/** Whether a text is the secret, in constant time; without a secret everything is. */
function sameAs(secret: string | undefined): (given: string | undefined) => boolean {
  if (secret === undefined) return () => true;
  const expected = digest(secret);
  return (given) => timingSafeEqual(expected, digest(given ?? "")) && given !== undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** RFC 6750, 2.1 */
const bearerIn = (authorization: string | undefined): string | undefined => /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? "")?.[1];
