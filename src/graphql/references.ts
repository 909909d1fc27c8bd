import { badInput } from "../errors.js";
import { conversationMeant } from "./apis/conversations.js";
import { checkedId, unlessRefused } from "./bounds.js";
import { accountMeant, type GatewayContext, readableAccount } from "./context.js";
import { ContactCenter, type EntityType, entities, isEntityType, type Parent, Siblings } from "./types/entities.js";

/** The key fields of an entity as a router sends them. */
export type Reference = Readonly<Record<string, unknown>>;

type Caller = Pick<GatewayContext, "accounts" | "rights">;

/**
 * By entity type: makes the entity of one of these references, which a request asks for together. Those of one type and account are siblings.
 * Throws FORBIDDEN and BAD_USER_INPUT; never asks the platform.
 */
export function references(all: readonly Reference[], caller: Caller): Readonly<Record<string, (reference: Reference) => object>> {
  // Of this request alone: the list itself may be a part of the document, and siblings hold what one caller was answered.
  const siblingsOf = new Map(
    referredEntities(all, caller).map(([type, { account, ids }]) => [nameOf(type, account), new Siblings(account, ids ?? [])] as const),
  );
  return Object.fromEntries(
    Object.values(entities).map((Entity) => [
      Entity.name,
      (reference) => {
        if (Entity === ContactCenter) return new Entity(accountOf(reference, caller));
        const { account, id } = keyOf(reference, caller);
        const siblings = siblingsOf.get(nameOf(Entity.name, account));
        return new Entity(account, id, siblings && { siblings });
      },
    ]),
  );
}

const nameOf = (type: string, account: string): string => JSON.stringify([type, account]);

/** The entities of a router's references: those of one type and account together; none that will be refused. */
export function referredEntities(all: readonly Reference[], caller: Caller): [EntityType, Parent][] {
  const groups = new Map<string, { type: EntityType; account: string; ids: Set<string> }>();
  for (const reference of all) {
    const type = String(reference.__typename);
    if (!isEntityType(type)) continue;
    const key = unlessRefused(() => keyOf(reference, caller));
    if (!key) continue;
    const name = nameOf(type, key.account);
    const group = groups.get(name) ?? { type, account: key.account, ids: new Set<string>() };
    groups.set(name, group);
    group.ids.add(key.id);
  }
  return [...groups.values()].map(({ type, account, ids }) => [type, { account, ids: [...ids], atMost: ids.size }]);
}

/** Account and id of a reference; the account's own of a contact centre. */
function keyOf(reference: Reference, caller: Caller): { account: string; id: string } {
  const account = accountOf(reference, caller);
  if (reference.__typename === "ContactCenter") return { account, id: account };
  const id = textOf("id", reference.id);
  return { account, id: reference.__typename === "Conversation" ? conversationMeant({ id }, caller) : checkedId("id", id) };
}

/** The account of a reference; left out, as in the key by id alone, the only one that the caller may read. */
const accountOf = ({ accountId }: Reference, caller: Caller): string =>
  accountId === undefined ? accountMeant(caller, undefined) : readableAccount(caller, textOf("accountId", accountId));

function textOf(field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw badInput(field, "a text", value);
}
