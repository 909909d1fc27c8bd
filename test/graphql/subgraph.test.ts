import { composeServices } from "@theguild/federation-composition";
import { graphql, parse } from "graphql";
import { Query, Resolver } from "type-graphql";
import { describe, expect, test } from "vitest";
import { Interval } from "../../src/graphql/apis/interval-metrics.js";
import { type Behaviour, buildGatewaySchema } from "../../src/graphql/schema.js";
import { Agent, Skill } from "../../src/graphql/types/entities.js";

/** A root from which every entity can be reached. */
@Resolver()
class Roots {
  @Query(() => Interval, { nullable: true })
  interval() {
    return null;
  }
}

const byType: ReturnType<Behaviour["references"]> = {
  Agent: ({ accountId, id }) => {
    if (id === "bad") throw new Error("no such id");
    return new Agent(String(accountId), String(id));
  },
  Skill: ({ accountId, id }) => new Skill(String(accountId), String(id)),
};

const behaviour: Behaviour = { resolvers: [Roots], fields: {}, references: () => byType };

async function entities(representations: object[], selection: string) {
  const { schema } = await buildGatewaySchema(behaviour);
  const source = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${selection} } }`;
  return graphql({ schema, source, variableValues: { representations }, contextValue: {} });
}

describe("a router's references", () => {
  test("become entities of their account, in the order asked for", async () => {
    const { data, errors } = await entities(
      [
        { __typename: "Skill", accountId: "acme2", id: "7" },
        { __typename: "Agent", accountId: "acme1", id: "7" },
      ],
      "... on Skill { id accountId } ... on Agent { id accountId contactCenter { accountId } }",
    );
    expect(errors).toBeUndefined();
    expect(data?._entities).toEqual([
      { __typename: "Skill", id: "7", accountId: "acme2" },
      { __typename: "Agent", id: "7", accountId: "acme1", contactCenter: { accountId: "acme1" } },
    ]);
  });

  test("null their own entity only, when the function throws", async () => {
    const { data, errors } = await entities(
      [
        { __typename: "Agent", accountId: "acme1", id: "bad" },
        { __typename: "Agent", accountId: "acme1", id: "8" },
      ],
      "... on Agent { id }",
    );
    expect(data?._entities).toEqual([null, { __typename: "Agent", id: "8" }]);
    expect(errors?.map(({ message, path }) => ({ message, path }))).toEqual([{ message: "no such id", path: ["_entities", 0] }]);
  });
});

describe("the subgraph", () => {
  test("composes with a subgraph that extends an agent by its account and id", async () => {
    const { schema } = await buildGatewaySchema(behaviour);
    const { data } = await graphql({ schema, source: "{ _service { sdl } }" });
    const { sdl } = data!._service as { sdl: string };
    const roster = `
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      type Query { shift: Agent }
      type Agent @key(fields: "accountId id") { accountId: ID! id: ID! shiftEndsAt: String }
    `;
    const composed = composeServices([
      { name: "metrics", url: "http://127.0.0.1:4000/graphql", typeDefs: parse(sdl) },
      { name: "roster", url: "http://127.0.0.1:4001/graphql", typeDefs: parse(roster) },
    ]);
    expect(composed.errors ?? []).toEqual([]);
    expect(composed.supergraphSdl).toContain("shiftEndsAt: String @join__field(graph: ROSTER)");
  });

  test("has keys by id alone only when they are asked for, and then on every entity with an id", async () => {
    const byId = '@key(fields: "id")';
    expect((await buildGatewaySchema(behaviour)).sdl).not.toContain(byId);
    const { sdl } = await buildGatewaySchema(behaviour, { idKey: true });
    const keyed = [...sdl.matchAll(/^type (\w+)(?: implements \w+)? @key\(fields: "accountId id"\) @key\(fields: "id"\)/gm)].map(
      ([, type]) => type,
    );
    expect(keyed.sort()).toEqual(["Agent", "AgentGroup", "Conversation", "Skill"]);
    expect(sdl).toContain('type ContactCenter @key(fields: "accountId") {');
  });
});
