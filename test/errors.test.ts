import { expect, test } from "vitest";
import { GatewayError } from "../src/errors.js";

test("an error of the gateway has no stack, and leaves those of others as they are", () => {
  const before = Error.stackTraceLimit;
  const error = new GatewayError("BAD_USER_INPUT", "first must be at most 500, but is 501.");
  expect(error.stack).toBe("GatewayError: first must be at most 500, but is 501.");
  expect(Error.stackTraceLimit).toBe(before);
  expect(new Error("bug").stack).toContain("errors.test.ts");
});
