import { badInput } from "../errors.js";
import { accountMeant, readableAccount } from "./contact-centers.js";
import type { GatewayContext } from "./context.js";
import { checkedId } from "./questions/bounds.js";
import { conversationMeant } from "./questions/entities.js";

/** The key fields of an entity as a router sends them. */
export type Reference = Readonly<Record<string, unknown>>;

type Caller = Pick<GatewayContext, "accounts" | "rights">;

/**
 * The account of a reference; left out, as in the key by id alone, the only one that the caller may read. Throws FORBIDDEN, and
 * BAD_USER_INPUT when it is no text or left out of several.
 */
export const referredAccount = ({ accountId }: Reference, caller: Caller): string =>
  accountId === undefined ? accountMeant(caller, undefined) : readableAccount(caller, textOf("accountId", accountId));

/** Account and id of a reference. Throws FORBIDDEN for either and BAD_USER_INPUT for an id that cannot be one. */
export function referredEntity(reference: Reference, caller: Caller): { account: string; id: string } {
  const account = referredAccount(reference, caller);
  const id = textOf("id", reference.id);
  return { account, id: reference.__typename === "Conversation" ? conversationMeant({ id }, caller) : checkedId("id", id) };
}

function textOf(field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw badInput(field, "a text", value);
}
