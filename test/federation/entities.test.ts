import { describe, expect, test, vi } from "vitest";
import type { Line } from "../support/line.js";
import { accounts, type TwoAccounts, twoAccounts } from "../support/two-accounts.js";
import { type Entity, entities, idsOf, interleaved, type Representation } from "./referring.js";

vi.setConfig({ testTimeout: 30_000 });

const kinds = [
  {
    type: "Agent",
    list: "agents",
    fields: "name segments(lastMinutes: 1440) { totalAgentConversationSegments avgAgentSegmentDuration }",
    figure: ({ segments }) => (segments as { totalAgentConversationSegments: number } | null)?.totalAgentConversationSegments,
  },
  {
    type: "Skill",
    list: "skills",
    fields:
      "name segments(lastMinutes: 1440) { totalSkillConversationSegments } keyMetrics(lastMinutes: 1440) { avgWaitTime } current { agentLoad }",
    figure: ({ keyMetrics }) => (keyMetrics as { avgWaitTime: number } | null)?.avgWaitTime,
  },
  {
    type: "AgentGroup",
    list: "agentGroups",
    fields: "name keyMetrics(lastMinutes: 1440) { avgTimeToResponse } current { humanAgentLoad }",
    figure: ({ keyMetrics }) => (keyMetrics as { avgTimeToResponse: number } | null)?.avgTimeToResponse,
  },
] as const satisfies readonly { type: string; list: string; fields: string; figure: (entity: NonNullable<Entity>) => unknown }[];

/** Of each kind a hundred, so that key metrics take more than one page. */
const hundred = { agents: 100, skills: 100, groups: 100, conversationsPerDay: 300 };

async function listed(line: Line, account: TwoAccounts, list: string, fields: string, ids: readonly string[]): Promise<Entity[]> {
  const { data, errors } = await line.ask<{ contactCenter: Record<string, { nodes: Entity[] }> }>(
    `query ($account: ID!, $ids: [ID!]!) { contactCenter(accountId: $account) { ${list}(ids: $ids) { nodes { ${fields} } } } }`,
    { variables: { account, ids } },
  );
  expect(errors).toEqual([]);
  return data.contactCenter[list]!.nodes;
}

describe.each(kinds)("a hundred references to each account's $type", ({ type, list, fields, figure }) => {
  test("cost what one list of each account costs, and are answered alike, in their order", async () => {
    const line = await twoAccounts(hundred);
    const ids = idsOf(line, type).slice(0, 99).concat("987654321");
    const wanted = `accountId id ${fields}`;
    const lists = [];
    for (const account of accounts) lists.push(await listed(line, account, list, wanted, ids));
    const ofLists = line.calls();

    const fresh = await twoAccounts(hundred);
    const references = interleaved(...accounts.map((accountId) => ids.map((id) => ({ __typename: type, accountId, id }))));
    const { data, errors } = await entities(fresh, type, wanted, references);
    expect(errors).toEqual([]);
    expect(data._entities).toEqual(interleaved(...lists));
    expect(fresh.calls()).toBe(ofLists);
    expect(ofLists).toBeGreaterThan(0);
    expect(ofLists).toBeLessThan(ids.length / 4);

    const figures = lists.map((entities) => entities.map((entity) => figure(entity!)));
    expect(figures[0]).not.toEqual(figures[1]);
    expect(new Set(figures.flat()).size).toBeGreaterThan(10);
  });
});

test("a hundred references to each account's conversations cost one list of each account", async () => {
  const fields = "accountId id handling(lastMinutes: 1440) { handleTime workTime }";
  const line = await twoAccounts();
  const lists: Entity[][] = [];
  for (const account of accounts) {
    const { data, errors } = await line.ask<{ contactCenter: { conversations: { nodes: Entity[] } } }>(
      `{ contactCenter(accountId: "${account}") { conversations(lastMinutes: 1440, first: 100) { nodes { ${fields} } } } }`,
    );
    expect(errors).toEqual([]);
    lists.push(data.contactCenter.conversations.nodes);
  }
  const ofLists = line.calls();
  expect(lists.map(({ length }) => length)).toEqual([100, 100]);

  const fresh = await twoAccounts();
  const references = interleaved(...lists).map((entity) => ({ __typename: "Conversation", accountId: entity!.accountId, id: entity!.id }));
  const { data, errors } = await entities(fresh, "Conversation", fields, references);
  expect(errors).toEqual([]);
  expect(data._entities).toEqual(interleaved(...lists));
  expect(fresh.calls()).toBe(ofLists);
});

test("references to both contact centres are answered with the figures of each", async () => {
  const line = await twoAccounts();
  const references = accounts.toReversed().map((accountId) => ({ __typename: "ContactCenter", accountId }));
  const fields = "accountId keyMetrics(lastMinutes: 1440) { closedConversations window { from to } }";
  const { data, errors } = await entities(line, "ContactCenter", fields, references);
  expect(errors).toEqual([]);
  const [first] = data._entities as { keyMetrics: { window: { from: string; to: string } } }[];
  const { window } = first!.keyMetrics;
  const closed = (account: TwoAccounts) =>
    line.simulator.truth(account).keyMetrics({ from: Date.parse(window.from), to: Date.parse(window.to) }).all.closedConversations;
  expect(data._entities).toEqual([
    { accountId: "south", keyMetrics: { closedConversations: closed("south"), window } },
    { accountId: "north", keyMetrics: { closedConversations: closed("north"), window } },
  ]);
  expect(closed("north")).toBeGreaterThan(0);
  expect(closed("north")).not.toBe(closed("south"));
  expect(line.calls()).toBe(2);
});

describe("an id that was never seen", () => {
  test.each([
    ["Agent", "987654321", "segments { totalAgentConversationSegments }", { segments: null }],
    ["Agent", "-1", "segments { totalAgentConversationSegments } name group { id }", { segments: null, name: null, group: null }],
    ["Skill", "987654321", "segments { totalSkillConversationSegments } current { agentLoad }", { segments: null, current: null }],
    ["AgentGroup", "987654321", "keyMetrics { avgWaitTime } name", { keyMetrics: null, name: null }],
    ["Conversation", "no-such-conversation", "handling { handleTime }", { handling: null }],
  ])("of type %s, %s, is an entity whose metrics are null, in both accounts", async (type, id, fields, nothing) => {
    const line = await twoAccounts();
    const references = accounts.map((accountId) => ({ __typename: type, accountId, id }));
    const { data, errors } = await entities(line, type, `accountId id ${fields}`, references);
    expect(errors).toEqual([]);
    expect(data._entities).toEqual(accounts.map((accountId) => ({ accountId, id, ...nothing })));
  });
});

describe("a bad reference", () => {
  const good = (accountId: TwoAccounts): Representation => ({ __typename: "Skill", accountId, id: "-1" });
  test.each<[string, unknown, string]>([
    ["to an account that may not be read", { __typename: "Skill", accountId: "west", id: "-1" }, "FORBIDDEN"],
    ["without an account", { __typename: "Skill", id: "-1" }, "BAD_USER_INPUT"],
    ["whose account is null", { __typename: "Skill", accountId: null, id: "-1" }, "BAD_USER_INPUT"],
    ["without an id", { __typename: "Skill", accountId: "north" }, "BAD_USER_INPUT"],
    ["with an id that would mean all", { __typename: "Skill", accountId: "north", id: "all" }, "BAD_USER_INPUT"],
    ["with an id that would mean two", { __typename: "Skill", accountId: "north", id: "100,101" }, "BAD_USER_INPUT"],
    ["of an unknown type", { __typename: "Shop", accountId: "north", id: "1" }, "BAD_USER_INPUT"],
    ["of a type that is no entity", { __typename: "PageInfo", accountId: "north", id: "1" }, "BAD_USER_INPUT"],
    ["of a type that is a name of JavaScript's own", { __typename: "constructor", accountId: "north", id: "1" }, "BAD_USER_INPUT"],
    ["without a type", { accountId: "north", id: "1" }, "BAD_USER_INPUT"],
    ["that is no object", "Skill", "BAD_USER_INPUT"],
  ])("%s nulls its own entity and no other", async (_, bad, code) => {
    const line = await twoAccounts();
    const { data, errors } = await entities(line, "Skill", "accountId id current { openConversations }", [
      good("north"),
      bad,
      good("south"),
    ]);
    expect(errors.map(({ path, extensions }) => ({ path, code: extensions.code }))).toEqual([{ path: ["_entities", 1], code }]);
    expect(data._entities).toEqual([
      { accountId: "north", id: "-1", current: { openConversations: expect.any(Number) } },
      null,
      { accountId: "south", id: "-1", current: { openConversations: expect.any(Number) } },
    ]);
    expect(line.calls()).toBe(2);
  });
});

test("a failure of one account nulls the metrics of its own entities, not the entities, and nothing of the other account", async () => {
  const line = await twoAccounts();
  line.simulator.fault({ api: "key-metrics", account: "south", status: 400 });
  const references = accounts.map((accountId) => ({ __typename: "Skill", accountId, id: "-1" }));
  const { data, errors } = await entities(line, "Skill", "accountId current { openConversations }", references);
  expect(data._entities).toEqual([
    { accountId: "north", current: { openConversations: expect.any(Number) } },
    { accountId: "south", current: null },
  ]);
  expect(errors.map(({ path, extensions }) => ({ path, code: extensions.code, account: extensions.account }))).toEqual([
    { path: ["_entities", 1, "current"], code: "UPSTREAM_REJECTED", account: "south" },
  ]);
});
