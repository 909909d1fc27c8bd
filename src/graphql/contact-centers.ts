import { badInput, GatewayError } from "../errors.js";
import type { GatewayContext } from "./context.js";

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
