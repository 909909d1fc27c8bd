import { check } from "../../workload.js";
import type { Claim, Measured } from "./claim.js";
import type { Part, Subject } from "./parts.js";

/** One operation of a viewer's screen, and what its answer shows. */
export interface Panel {
  account: string;
  query: string;
  variables: Record<string, unknown>;
  claims(data: unknown): Pick<Claim, "api" | "what" | "ttlMs" | "shown" | "expected">[];
}

type Shown = Record<string, Measured | null>;
type Entity = Shown & { id: string };
type Kind = "agent" | "skill";

const subjectOf = (kind: Kind, id: string): Subject => (kind === "agent" ? { agent: id } : { skill: id });
const fieldsOf = (parts: readonly Part[]): string => parts.map(({ field }) => field).join(" ");
const claimsOf = (parts: readonly Part[], shown: Shown, subject: Subject) =>
  parts.map((part) => part.claim(shown[part.alias] ?? null, subject));

/** One agent or skill. */
export const one = (account: string, kind: Kind, id: string, ...parts: Part[]): Panel => ({
  account,
  query: `query ($account: ID!, $id: ID!) { contactCenter(accountId: $account) { ${kind}(id: $id) { ${fieldsOf(parts)} } } }`,
  variables: { account, id },
  claims: (data) => claimsOf(parts, (data as { contactCenter: Record<Kind, Shown> }).contactCenter[kind], subjectOf(kind, id)),
});

/** Several agents or skills, or the whole list, with the account's own figures beside them. */
export function list(
  account: string,
  kind: Kind,
  ids: readonly string[] | "all",
  parts: readonly Part[],
  whole: readonly Part[] = [],
): Panel {
  const named = ids === "all" ? "" : "ids: $ids, ";
  return {
    account,
    query: `query ($account: ID!${ids === "all" ? "" : ", $ids: [ID!]"}) { contactCenter(accountId: $account) { ${fieldsOf(whole)}
      list: ${kind}s(${named}first: 500) { nodes { id ${fieldsOf(parts)} } } } }`,
    variables: { account, ...(ids !== "all" && { ids }) },
    claims(data) {
      const { contactCenter } = data as { contactCenter: { list: { nodes: Entity[] } } };
      const { nodes } = contactCenter.list;
      const shown = nodes.map(({ id }) => id);
      check(ids === "all" ? shown.length > 0 : shown.join() === ids.join(), `the list of ${kind}s is ${shown}`);
      return [
        ...claimsOf(whole, contactCenter as unknown as Shown, "account"),
        ...nodes.flatMap((node) => claimsOf(parts, node, subjectOf(kind, node.id))),
      ];
    },
  };
}

/** Figures of the whole account. */
export const total = (account: string, ...parts: Part[]): Panel => ({
  account,
  query: `query ($account: ID!) { contactCenter(accountId: $account) { ${fieldsOf(parts)} } }`,
  variables: { account },
  claims: (data) => claimsOf(parts, (data as { contactCenter: Shown }).contactCenter, "account"),
});

/** A router's request for entities that another subgraph has named. */
export function referred(
  account: string,
  ids: Readonly<Record<Kind, readonly string[]>>,
  parts: Readonly<Record<Kind, readonly Part[]>>,
): Panel {
  const subjects = (["agent", "skill"] as const).flatMap((kind) => ids[kind].map((id) => ({ kind, id })));
  const representations = subjects.map(({ kind, id }) => ({ __typename: kind === "agent" ? "Agent" : "Skill", accountId: account, id }));
  return {
    account,
    query: `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Agent { id ${fieldsOf(parts.agent)} } ... on Skill { id ${fieldsOf(parts.skill)} } } }`,
    variables: { representations },
    claims(data) {
      const { _entities } = data as { _entities: Entity[] };
      check(_entities.map(({ id }) => id).join() === subjects.map(({ id }) => id).join(), "the order of the representations is kept");
      return subjects.flatMap(({ kind, id }, index) => claimsOf(parts[kind], _entities[index]!, subjectOf(kind, id)));
    },
  };
}
