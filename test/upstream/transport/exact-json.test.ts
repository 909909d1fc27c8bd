import fc from "fast-check";
import { expect, test } from "vitest";
import { exactJson } from "../../../src/upstream/apis/platform-form.js";

test("an id with more digits than a number holds keeps every digit, as text", () => {
  expect(exactJson('{"skillId": 9223372036854775807, "agentId":-1234567890123456789}')).toEqual({
    skillId: "9223372036854775807",
    agentId: "-1234567890123456789",
  });
  expect(exactJson("[1234567890123456,12]")).toEqual(["1234567890123456", 12]);
});

test("long digits inside texts, keys and fractions stay as they are", () => {
  const body = { "1234567890123456789": 'a "quoted": 1234567890123456789, b\\', ratio: 0.1234567890123456, big: 1.2345678901234567e30 };
  expect(exactJson(JSON.stringify(body))).toEqual(body);
  expect(exactJson("12345678901234567890.5")).toBe(Number("12345678901234567890.5"));
  expect(exactJson("12345678901234567e3")).toBe(Number("12345678901234567e3"));
});

test("text that is not JSON is a SyntaxError, with long digits in it or without", () => {
  for (const text of ["", "OK", '{"a":1', '{"a":12345678901234567', '"1234567890123456789'])
    expect(() => exactJson(text), text).toThrow(SyntaxError);
});

test("reads what JSON.parse reads, whenever no number is long", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const text = JSON.stringify({ value, long: "12345678901234567" });
      const parsed = JSON.parse(text);
      fc.pre(!/\d{16}/.test(JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, "")));
      expect(exactJson(text)).toEqual(parsed);
    }),
  );
});
