import { second } from "../model/duration.js";

/** Bearer tokens: fixed ones and issued ones, each good for one account. */
export class Tokens {
  readonly #fixed = new Map<string, Set<string>>();
  readonly #issued = new Map<string, { accountId: string; expiresAt: number }>();
  #serial = 0;

  allow(accountId: string, bearers: readonly string[]): void {
    this.#fixed.set(accountId, new Set(bearers));
  }

  /** A token in the shape of a JWT; nobody signs it. */
  issue(accountId: string, now: number, lifeSeconds: number): string {
    const expiresAt = now + lifeSeconds * second;
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { sub: accountId, exp: Math.floor(expiresAt / second), jti: this.#serial++ };
    const token = `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.simulated`;
    this.#issued.set(token, { accountId, expiresAt });
    return token;
  }

  /** Makes every issued token worthless at once. */
  revoke(): void {
    this.#issued.clear();
  }

  /** 200 when the header opens the account; 403 when its token is another account's; else 401. */
  check(accountId: string, authorization: string | undefined, now: number): 200 | 401 | 403 {
    const token = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return 401;
    if (this.#fixed.get(accountId)?.has(token)) return 200;
    const issued = this.#issued.get(token);
    if (issued !== undefined && issued.expiresAt > now) return issued.accountId === accountId ? 200 : 403;
    return [...this.#fixed.values()].some((bearers) => bearers.has(token)) ? 403 : 401;
  }
}
