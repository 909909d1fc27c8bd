import type { KeyKind } from "../../upstream/question.js";
import type { Asker } from "../context.js";
import { demandConversations } from "../rights.js";
import type { Selection } from "../selection.js";
import { checkedConversationId, checkedId } from "./bounds.js";
import { type ConversationsArguments, conversationRows } from "./handling.js";
import { type AgentsArguments, entitiesOf, type KeysArguments, keyList, keyPage, listPage } from "./lists.js";
import { entityPage, type PagingArguments, pageRequest } from "./paging.js";
import { one, type Parent } from "./parent.js";

/** The entities to which a field leads, as far as its arguments tell them. Throws BAD_USER_INPUT. */
export interface LeadingField {
  to: EntityType;
  leads: (parent: Parent, args: never, selection: Selection, asker: Asker) => Parent;
}

export type EntityType = "ContactCenter" | "Agent" | "Skill" | "AgentGroup" | "Conversation";
export const entityTypes: ReadonlySet<string> = new Set<EntityType>(["ContactCenter", "Agent", "Skill", "AgentGroup", "Conversation"]);

const byId = (to: EntityType): LeadingField => ({
  to,
  leads: ({ account }, { id }: { id: string }) => one(account, checkedId("id", id)),
});

/** ContactCenter.conversation. Throws BAD_USER_INPUT, and FORBIDDEN without the right to conversations. */
export function conversationMeant({ id }: { id: string }, asker: Pick<Asker, "rights">): string {
  demandConversations(asker);
  return checkedConversationId("id", id);
}

const byKeys = (to: EntityType, of: KeyKind): LeadingField => ({
  to,
  leads: (parent, args: KeysArguments, selection, asker) =>
    entitiesOf(parent, keyPage(of, parent, args), args, keyList(of)(parent, args, selection, asker)?.[0]),
});

const ofEach = (to: EntityType, field: string): LeadingField => ({
  to,
  leads: (parent, args: PagingArguments) => {
    const { first } = pageRequest(field, parent, args, entityPage);
    return { account: parent.account, ids: null, atMost: parent.atMost === null ? null : parent.atMost * first };
  },
});

/** Fields whose arguments say something about the entities they lead to; every other leads to entities that an answer names. */
export const leadingFields: Readonly<Record<string, LeadingField>> = {
  "ContactCenter.agent": byId("Agent"),
  "ContactCenter.skill": byId("Skill"),
  "ContactCenter.agentGroup": byId("AgentGroup"),
  "ContactCenter.conversation": {
    to: "Conversation",
    leads: ({ account }, args: { id: string }, _, asker) => one(account, conversationMeant(args, asker)),
  },
  "ContactCenter.agents": {
    to: "Agent",
    leads: (parent, args: AgentsArguments) => entitiesOf(parent, listPage("ContactCenter.agents", parent, args), args),
  },
  "ContactCenter.skills": byKeys("Skill", "skillId"),
  "ContactCenter.agentGroups": byKeys("AgentGroup", "agentGroupId"),
  "ContactCenter.conversations": {
    to: "Conversation",
    leads: (parent, args: ConversationsArguments & PagingArguments, selection, asker) => {
      const [listed] = conversationRows(parent, args, selection, asker) ?? [];
      const { first } = pageRequest("ContactCenter.conversations", parent, args, entityPage);
      return { account: parent.account, ids: null, atMost: first, ...(listed ? { listed } : {}) };
    },
  },
  "Skill.agents": ofEach("Agent", "Skill.agents"),
  "AgentGroup.agents": ofEach("Agent", "AgentGroup.agents"),
};

/**
 * The entities behind a field without arguments. Inside the figures of an entity its own type is itself; every other is named
 * by an answer.
 */
export function referenced(type: EntityType, inside: { type: string; owner: EntityType; parent: Parent }): Parent {
  const { account, atMost } = inside.parent;
  if (type === "ContactCenter") return one(account);
  const isLastGroup = inside.type === "Agent" && type === "AgentGroup";
  const named = rowsWithNames.has(inside.type) || isLastGroup ? ({ named: true } as const) : {};
  if (type === inside.owner && !entityTypes.has(inside.type)) return named.named ? { ...unlisted(inside.parent), ...named } : inside.parent;
  return { account, ids: null, atMost: isLastGroup ? atMost : null, ...named };
}

/** Objects made of interval rows, which carry the names of what they are grouped by, as the rows of an agent's last group do. */
const rowsWithNames: ReadonlySet<string> = new Set(["Interval", "ConversationHandling"]);

/** Rows name their conversation, but it did not come in a list. */
function unlisted({ listed, ...parent }: Parent): Parent {
  return listed?.api === "key-metrics" ? { ...parent, listed } : parent;
}
