import type { Caller } from "../server/gateway-port.js";
import { digestOf, type PlatformAccount } from "../upstream/platform-account.js";
import { own } from "../upstream/question.js";

type Account = Pick<PlatformAccount, "id" | "config">;

/** The accounts that the caller may read. */
export const readableBy = <A extends Account>({ accounts: named }: Caller, accounts: Iterable<A>): A[] =>
  [...accounts].filter(({ id }) => named === "*" || named.includes(id));

/** The caller's own where any account is read with it: what such an account told is remembered for that caller alone. */
export const credentialOf = ({ bearer }: Caller, readable: readonly Account[]): string =>
  bearer !== undefined && readable.some(({ config }) => config.credentials.kind === "caller") ? digestOf(bearer) : own;

/**
 * Everything about a caller that an answer depends on, in one line of text: the accounts it may read, its rights, and the credential under
 * which the platform is asked. Callers of one audience get the same answer to the same request. Holds no token.
 */
export function audienceOf(caller: Caller, accounts: Iterable<Account>): string {
  const readable = readableBy(caller, accounts);
  const { conversations, router = false } = caller;
  return JSON.stringify([readable.map(({ id }) => id), conversations, router, credentialOf(caller, readable)]);
}
