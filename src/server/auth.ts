import { timingSafeEqual } from "node:crypto";
import type { Config } from "../config.js";
import { digest, holderOf } from "./api-key.js";
import { anybody, type Caller } from "./gateway-port.js";
import { bearerOf, type JwtOptions } from "./jwt.js";
import { type Identity, type Proven, ProvenCallers, type ProvenIdentity } from "./proven-callers.js";

/** Credentials by the names of their headers, in small letters; over a socket its first message says them under the same names. */
export type Presented = Readonly<Record<string, unknown>>;

export type AuthOptions = Pick<Config, "auth" | "routerSecret" | "accounts">;

/** Request headers that identify the caller and its rights. */
export const credentialHeaders = ["authorization", "x-api-key", "x-router-secret"] as const;

/** Who asks, by what they present: decided here and nowhere else. */
export class Authentication {
  #prove: (presented: Presented) => Promise<Proven>;
  #known: ProvenCallers;

  constructor(
    private readonly options: AuthOptions,
    private readonly jwt: JwtOptions,
  ) {
    this.#prove = proof(options, jwt);
    this.#known = new ProvenCallers();
  }

  /**
   * The caller; what was examined before is remembered while it holds. Rejects with AuthRefusal, and with UPSTREAM_UNAVAILABLE when the keys
   * that tokens are checked with cannot be had.
   */
  readonly callerOf = async (presented: Presented): Promise<Caller> => {
    // Where nobody is asked who they are, there is nothing to examine.
    if (this.options.auth.kind === "none") return (await this.#prove(presented)).caller;
    const credentials = credentialHeaders.map((name) => textOf(presented[name]));
    const known = this.#known.get(credentials);
    if (known) return known;
    const provenBy = this.#known;
    const proven = await this.#prove(presented);
    provenBy.remember(credentials, proven);
    return proven.caller;
  };

  /** Other keys are known from now on. Everything that was proven by the ones before is forgotten. */
  renew(auth: AuthOptions["auth"]): void {
    this.#prove = proof({ ...this.options, auth }, this.jwt);
    this.#known = new ProvenCallers();
  }
}

function proof({ auth, routerSecret, accounts }: AuthOptions, options: JwtOptions): (presented: Presented) => Promise<Proven> {
  const mayRoute = sameAs(routerSecret);
  const identified = identification(auth, accounts, options);
  return async (presented) => {
    const [authorization, key, secret] = credentialHeaders.map((name) => textOf(presented[name]));
    const { caller, isGood } = await identified(bearerIn(authorization), key);
    return { caller: { ...caller, router: mayRoute(secret) }, isGood };
  };
}

type Identified = (bearer: string | undefined, key: string | undefined) => Promise<ProvenIdentity>;

/** A bearer is the platform's where it is not ours: it is handed on to the accounts that are read with it. */
function identification(auth: AuthOptions["auth"], accounts: AuthOptions["accounts"], options: JwtOptions): Identified {
  const always = (caller: Identity, bearer: string | undefined): ProvenIdentity => ({
    caller: { ...caller, ...(bearer !== undefined && { bearer }) },
    isGood: () => true,
  });
  switch (auth.kind) {
    case "none": {
      // Where every account is read with the asker's own token, the token tells askers apart; else they are all the same caller.
      const byBearer = accounts.length > 0 && accounts.every(({ credentials }) => credentials.kind === "caller");
      const nameOf = (bearer: string | undefined) => (byBearer && bearer ? digest(bearer).toString("base64url") : anybody.id);
      return async (bearer) => always({ ...anybody, id: nameOf(bearer) }, bearer);
    }
    case "api-key": {
      const holder = holderOf(auth.keys);
      return async (bearer, key) => always(holder(key), bearer);
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
