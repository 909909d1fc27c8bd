import { expect, test } from "vitest";
import { Allowance } from "../../src/request/request.js";
import { agentRows, keyTotal } from "../upstream/questions-by-hand.js";

test("stages begin while all of them together stay within the limit", () => {
  const five = new Allowance(5);
  expect(five.begin(3, [keyTotal()])).toBeNull();
  expect(five.left).toBe(2);
  expect(five.begin(2, [keyTotal()])).toBeNull();
});

test("a later stage that would exceed the limit is refused, with what was spent and what it needs, and costs nothing", () => {
  const five = new Allowance(5);
  five.begin(3, [keyTotal()]);
  const error = five.begin(3, [keyTotal(), agentRows(), agentRows()]);
  expect(error?.code).toBe("PLAN_TOO_LARGE");
  expect(error?.message).toMatch(
    /^After 3 calls, the next stage of this operation needs 3 calls to the platform \(KEY_METRICS, AGENT_SEGMENTS\); .* at most 5\. Ask for fewer ids/,
  );
  expect(five.begin(2, [keyTotal()])).toBeNull();
});

test("the first stage is refused as this operation", () => {
  expect(new Allowance(5).begin(6, [keyTotal()])?.message).toMatch(/^This operation needs 6 calls/);
});

test("pages that were not known count too, and are refused beyond the limit", () => {
  const five = new Allowance(5);
  five.begin(1, [keyTotal()]);
  expect(five.more(3)).toBeNull();
  expect(five.more(2)?.message).toMatch(/^This operation needs 2 more calls to the platform after 4, .* at most 5\./);
  expect(five.left).toBe(1);
});
