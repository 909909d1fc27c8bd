import { badInput, GatewayError } from "../errors.js";
import type { GatewayContext } from "./context.js";

/** What the caller may, besides reading accounts. */
export interface Rights {
  /** Single conversations: who handled which, and when. */
  readonly conversations: boolean;
  /** Entities by reference, and the subgraph's own text: a router's own questions. */
  readonly router: boolean;
}

/** Throws FORBIDDEN unless the caller may read single conversations. */
export function demandConversations({ rights }: Pick<GatewayContext, "rights">): void {
  if (!rights.conversations) throw new GatewayError("FORBIDDEN", "You may not read single conversations.");
}

/** Throws FORBIDDEN unless the caller showed the router's secret. */
export function demandRouter({ rights }: Pick<GatewayContext, "rights">): void {
  if (!rights.router)
    throw new GatewayError("FORBIDDEN", "Only the router may ask for this: the header x-router-secret is missing or wrong.");
}

type Caller = Pick<GatewayContext, "accounts">;

/** The account that is meant: the one named, or the only one there is. Throws FORBIDDEN, and BAD_USER_INPUT when several could be meant. */
export function accountMeant({ accounts }: Caller, accountId: string | null | undefined): string {
  if (typeof accountId === "string") return readableAccount({ accounts }, accountId);
  if (accounts.length > 1) throw badInput("accountId", `one of ${accounts.map(({ id }) => id).join(", ")}`, null);
  return readableAccount({ accounts }, accounts[0]?.id ?? "");
}

/** The id itself. Throws FORBIDDEN for an account that may not be read or does not exist: the two look the same. */
export function readableAccount({ accounts }: Caller, accountId: string): string {
  if (accounts.some(({ id }) => id === accountId)) return accountId;
  throw new GatewayError("FORBIDDEN", "This account does not exist, or you may not read it.");
}
