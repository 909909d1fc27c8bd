import { expect, test } from "vitest";
import { joinedConnection } from "../../src/client/joined.js";

const nodes = [{ __ref: "Agent:1" }, { __ref: "Agent:2" }];

test("one page of a list that two queries select differently holds what both selected, where they list the same", () => {
  const [first, second] = [
    { nodes, totalCount: 2 },
    { nodes, asOf: "12:00", stale: false },
  ];
  expect(joinedConnection(first, second)).toEqual({ nodes, totalCount: 2, asOf: "12:00", stale: false });
  expect(joinedConnection(undefined, first)).toEqual(first);
});

test.each([
  ["another page", { nodes: nodes.slice(1) }],
  ["the same page of another moment, which says not whether it is stale", { nodes, asOf: "12:10" }],
])("%s takes the place of the one before, so that none has two ages", (_, incoming) => {
  expect(joinedConnection({ nodes, asOf: "12:00", stale: true }, incoming)).toEqual(incoming);
});
