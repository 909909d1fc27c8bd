import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareIds,
  entityPage,
  type OrderedList,
  type Page,
  type PageRequest,
  pageOf,
  pageRequest,
} from "../../src/graphql/connection.js";
import { one } from "../../src/graphql/types/entities.js";

type Order = OrderedList<string>["order"];

const listOf = (nodes: readonly string[], order: Order = "keys", totalCount: number | null = nodes.length): OrderedList<string> => ({
  nodes,
  keyOf: (node) => [node],
  order,
  totalCount,
});

const pageIn = (wanted: PageRequest, list: OrderedList<string>): Page<string> => pageOf(wanted, list);

const request = (first: number | null, after: string | null = null, rest: object = {}) =>
  pageRequest("Query.list", one("a1"), { ...rest, first, after }, entityPage);

/** All pages, one after the other. */
function pages(list: OrderedList<string>, first: number): string[][] {
  const read: string[][] = [];
  for (let after: string | null = null; ; ) {
    const page: Page<string> = pageIn(request(first, after), list);
    read.push([...page.nodes]);
    if (!page.hasNextPage) return read;
    after = page.cursorAt(page.nodes.length - 1);
  }
}

const ids = fc.uniqueArray(fc.nat({ max: 999 }).map(String), { maxLength: 40 }).map((each) => each.sort(compareIds));
const orders = fc.constantFrom<Order>("keys", "given", "figures");

describe("pages", () => {
  test("put together are the list, whatever their length and the list's order", () => {
    fc.assert(
      fc.property(ids, orders, fc.integer({ min: 1, max: 45 }), (nodes, order, first) => {
        const read = pages(listOf(nodes, order), first);
        expect(read.flat()).toEqual(nodes);
        expect(read.slice(0, -1).every((page) => page.length === first)).toBe(true);
      }),
    );
  });

  test("after any cursor of any page begin right behind its node", () => {
    fc.assert(
      fc.property(ids, orders, fc.nat(), (nodes, order, pick) => {
        fc.pre(nodes.length > 0);
        const index = pick % nodes.length;
        const cursor = pageIn(request(500), listOf(nodes, order)).cursorAt(index);
        const page = pageIn(request(500, cursor), listOf(nodes, order));
        expect(page.nodes).toEqual(nodes.slice(index + 1));
        expect(page).toMatchObject({ hasNextPage: false, hasPreviousPage: index + 1 < nodes.length, totalCount: nodes.length });
      }),
    );
  });

  test("of a list by id go on though nodes came and went", () => {
    fc.assert(
      fc.property(ids, ids, fc.nat(), (then, now, pick) => {
        fc.pre(then.length > 0);
        const index = pick % then.length;
        const node = then[index]!;
        const cursor = pageIn(request(500), listOf(then)).cursorAt(index);
        const page = pageIn(request(500, cursor), listOf(now));
        expect(page.nodes).toEqual(now.filter((id) => compareIds(id, node) > 0));
      }),
    );
  });

  test("know of nodes that were not read", () => {
    expect(pageIn(request(2), listOf(["a", "b", "c"], "figures", 9))).toMatchObject({ hasNextPage: true, totalCount: 9 });
    expect(pageIn(request(3), listOf(["a", "b", "c"], "figures", 9))).toMatchObject({ hasNextPage: true, totalCount: 9 });
    expect(pageIn(request(3), listOf(["a", "b", "c"], "keys", null))).toMatchObject({ hasNextPage: false, totalCount: null });
  });
});

describe("a cursor", () => {
  const cursorOf = (list: OrderedList<string>, index: number) => pageIn(request(500), list).cursorAt(index);

  test("of a list by figures holds as long as the same nodes come before it", () => {
    const cursor = cursorOf(listOf(["c", "a", "b", "d"], "figures"), 1);
    expect(pageIn(request(5, cursor), listOf(["a", "c", "d", "b"], "figures")).nodes).toEqual(["d", "b"]);
  });

  test("of a list by figures is refused when the figures have moved a node across it", () => {
    const cursor = cursorOf(listOf(["c", "a", "b", "d"], "figures"), 1);
    expect(() => pageIn(request(5, cursor), listOf(["c", "b", "a", "d"], "figures"))).toThrow("the figures have changed");
    expect(() => pageIn(request(5, cursor), listOf(["c"], "figures"))).toThrow("after must be");
  });

  test("is refused by every other list: another field, account, parent or argument", () => {
    const cursor = cursorOf(listOf(["1", "2"]), 0);
    const foreign = [
      () => pageRequest("Query.other", one("a1"), { after: cursor }, entityPage),
      () => pageRequest("Query.list", one("a2"), { after: cursor }, entityPage),
      () => pageRequest("Query.list", one("a1", "7"), { after: cursor }, entityPage),
      () => request(5, cursor, { orderBy: { metric: "X" } }),
    ];
    for (const ask of foreign) expect(ask).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
    expect(request(5, cursor, { orderBy: null, ids: undefined }).after?.key).toEqual(["1"]);
  });

  test("is refused when the gateway never gave it out, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((text) => Buffer.from(text).toString("base64url")),
        ),
        (after) => {
          expect(() => request(5, after)).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
        },
      ),
    );
  });
});
