import { expect, it } from "vitest";
import { twoAccounts } from "../support/two-accounts.js";

const lists = (selection: string) => /* GraphQL */ `{
  contactCenter(accountId: "north") {
    agents(first: 2) { nodes { ${selection} } }
    skills(first: 2) { nodes { ${selection} } }
    agentGroups(first: 2) { nodes { ${selection} } }
  }
}`;

it("one fragment on NamedEntity serves agents, skills and groups, and costs the calls that their own fields cost", async () => {
  const own = "accountId id name contactCenter { accountId }";
  const plain = await twoAccounts();
  const expected = await plain.ask(lists(own));
  const line = await twoAccounts();
  const answered = await line.ask(`${lists("...Named")} fragment Named on NamedEntity { ${own} }`);
  expect(answered.errors ?? []).toEqual([]);
  expect(answered.data).toEqual(expected.data);
  expect(line.calls()).toBe(plain.calls());
  expect(plain.calls()).toBeGreaterThan(0);
});

it("introspection tells what the schema means, and by what a DateTime is specified", async () => {
  const line = await twoAccounts();
  const { data } = await line.ask<{ __schema: { description: string }; __type: { specifiedByURL: string } }>(
    `{ __schema { description } __type(name: "DateTime") { specifiedByURL } }`,
  );
  for (const word of ["milliseconds", "Null", "asOf", "window", "UTC"]) expect(data.__schema.description).toContain(word);
  expect(data.__type.specifiedByURL).toMatch(/rfc3339$/);
});
