import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareIds, compareKeys, orderedByFigure } from "../../src/graphql/connection.js";

const id = fc.oneof(
  fc.integer({ min: -50, max: 50 }).map(String),
  fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }).map(String),
  fc.stringMatching(/^[a-z0-9-]{1,4}$/),
);

describe("the order of ids", () => {
  test("is by number, beyond what a double can hold, and text comes after numbers", () => {
    expect(["null", "10", "9007199254740993", "2", "-1", "9007199254740992", "a"].sort(compareIds)).toEqual([
      "-1",
      "2",
      "10",
      "9007199254740992",
      "9007199254740993",
      "a",
      "null",
    ]);
  });

  test("is total: any two orders of the same ids sort to the same list", () => {
    fc.assert(
      fc.property(fc.uniqueArray(id), fc.func(fc.nat()), (ids, shuffle) => {
        const other = [...ids].sort((a, b) => shuffle(a) - shuffle(b));
        expect(other.sort(compareIds)).toEqual([...ids].sort(compareIds));
      }),
    );
  });

  test("is transitive and antisymmetric, for keys of several parts too", () => {
    expect([compareKeys(["7", "0"], ["7"]), compareKeys(["7"], ["7", "0"])].map(Math.sign)).toEqual([1, -1]);
    const key = fc.array(id, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(key, key, key, (a, b, c) => {
        expect(Math.sign(compareKeys(a, b))).toBe(-Math.sign(compareKeys(b, a)) + 0);
        if (compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0) expect(compareKeys(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe("an order by a figure", () => {
  const figures = new Map<string, number | null>([
    ["1", 5],
    ["2", null],
    ["3", 9],
    ["10", 5],
    ["4", null],
  ]);
  const ordered = (direction: "ASC" | "DESC") => orderedByFigure(figures.keys(), (each) => figures.get(each), direction);

  test("puts nulls last both ways and ties by id", () => {
    expect(ordered("DESC")).toEqual(["3", "1", "10", "2", "4"]);
    expect(ordered("ASC")).toEqual(["1", "10", "3", "2", "4"]);
  });

  test("keeps every id once and depends on the figures alone", () => {
    const table = fc.dictionary(id, fc.option(fc.integer({ min: 0, max: 3 })));
    fc.assert(
      fc.property(table, fc.constantFrom("ASC" as const, "DESC" as const), (figure, direction) => {
        const ids = Object.keys(figure);
        const result = orderedByFigure(ids, (each) => figure[each], direction);
        expect([...result].sort()).toEqual([...ids].sort());
        expect(orderedByFigure([...ids].reverse(), (each) => figure[each], direction)).toEqual(result);
        const values = result.map((each) => figure[each] ?? null);
        const present = values.filter((value) => value !== null);
        expect(values.slice(0, present.length)).toEqual(present);
        expect(present).toEqual([...present].sort((a, b) => (direction === "ASC" ? a - b : b - a)));
      }),
    );
  });
});
