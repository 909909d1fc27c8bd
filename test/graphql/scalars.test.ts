import fc from "fast-check";
import { parseValue } from "graphql";
import { describe, expect, test } from "vitest";
import { DateTime, Milliseconds } from "../../src/graphql/scalars.js";

const literal = (scalar: typeof DateTime | typeof Milliseconds, text: string) => scalar.parseLiteral(parseValue(text), {});

describe("DateTime", () => {
  test("is written in UTC with milliseconds", () => {
    expect(DateTime.serialize(new Date(Date.UTC(2024, 4, 1, 12)))).toBe("2024-05-01T12:00:00.000Z");
  });

  test("is read back as the instant that was written", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date("1970-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }), (date) => {
        expect(DateTime.parseValue(DateTime.serialize(date))).toEqual(date);
      }),
    );
  });

  test.each([
    ["2024-05-01T12:00:00Z", "2024-05-01T12:00:00.000Z"],
    ["2024-05-01T14:00:00+02:00", "2024-05-01T12:00:00.000Z"],
    ["2024-05-01T06:30:00.250-05:30", "2024-05-01T12:00:00.250Z"],
    ["2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"],
  ])("%s is read as %s, from a variable and from the query text", (text, utc) => {
    expect((DateTime.parseValue(text) as Date).toISOString()).toBe(utc);
    expect((literal(DateTime, JSON.stringify(text)) as Date).toISOString()).toBe(utc);
  });

  test.each([
    "yesterday",
    "2024-05-01",
    "2024-05-01T12:00:00",
    "2024-05-01 12:00:00Z",
    "2023-02-29T12:00:00Z",
    "2024-13-01T12:00:00Z",
    "2024-05-01T25:00:00Z",
    "1714564800000",
    "",
  ])("%j is refused with the text in the message", (text) => {
    expect(() => DateTime.parseValue(text)).toThrow(`DateTime cannot represent an invalid date-time-string ${text}`);
    expect(() => literal(DateTime, JSON.stringify(text))).toThrow(`DateTime cannot represent an invalid date-time-string ${text}`);
  });

  test.each([1714564800000, true, null, {}])("%j is refused: only a string says its offset", (value) => {
    expect(() => DateTime.parseValue(value)).toThrow("DateTime cannot represent non string");
  });

  test("an invalid Date is a fault of ours, not an answer", () => {
    expect(() => DateTime.serialize(new Date(Number.NaN))).toThrow("invalid Date");
  });
});

describe("Milliseconds", () => {
  test.each([0, 1, 2 ** 31, 9_007_199_254_740_991, 228_876.654])("%d goes through unchanged", (value) => {
    expect(Milliseconds.serialize(value)).toBe(value);
    expect(Milliseconds.parseValue(value)).toBe(value);
    expect(literal(Milliseconds, String(value))).toBe(value);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, "60000", true, null, {}])("%j is refused", (value) => {
    expect(() => Milliseconds.serialize(value)).toThrow("Milliseconds must be a finite number");
    expect(() => Milliseconds.parseValue(value)).toThrow("Milliseconds must be a finite number");
  });

  test("a string in the query text is refused", () => {
    expect(() => literal(Milliseconds, '"60000"')).toThrow("Milliseconds must be a finite number");
  });
});
