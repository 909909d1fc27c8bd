import { expect, test } from "vitest";
import { executed } from "../executed.js";
import { byHand } from "../platform-by-hand.js";

const source = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename
  ... on Agent { id accountId } ... on Skill { id } ... on AgentGroup { id } ... on Conversation { id } ... on ContactCenter { accountId }
} }`;

const entities = async (r: object[], accounts = ["a1", "a2"]) => {
  const context = byHand({ accounts });
  const { data, errors = [] } = await executed(context, source, { r });
  expect(context.asked).toEqual([]);
  return { entities: data?._entities, errors: errors.map(({ path, extensions }) => [path?.join("."), extensions.code]) };
};

test("every entity is made from its key without asking the platform, also one never seen", async () => {
  const r = [
    { __typename: "Agent", accountId: "a2", id: "12" },
    { __typename: "Skill", accountId: "a1", id: "-1" },
    { __typename: "AgentGroup", accountId: "a1", id: "5" },
    { __typename: "Conversation", accountId: "a1", id: "c-1_x" },
    { __typename: "ContactCenter", accountId: "a1" },
  ];
  expect(await entities(r)).toEqual({
    entities: [{ ...r[0] }, ...r.slice(1, 4).map(({ accountId: _, ...rest }) => rest), r[4]],
    errors: [],
  });
});

test("a bad reference nulls its own entity and no other", async () => {
  const r = [
    { __typename: "Agent", accountId: "a3", id: "12" },
    { __typename: "Skill", accountId: "a1", id: "all" },
    { __typename: "AgentGroup", accountId: "a1" },
    { __typename: "Conversation", accountId: "a1", id: "a,b" },
    { __typename: "ContactCenter" },
    { __typename: "Agent", accountId: "a1", id: 12 },
  ];
  expect(await entities(r)).toEqual({
    entities: [null, null, null, null, null, { __typename: "Agent", accountId: "a1", id: "12" }],
    errors: [
      ["_entities.0", "FORBIDDEN"],
      ["_entities.1", "BAD_USER_INPUT"],
      ["_entities.2", "BAD_USER_INPUT"],
      ["_entities.3", "BAD_USER_INPUT"],
      ["_entities.4", "BAD_USER_INPUT"],
    ],
  });
});
