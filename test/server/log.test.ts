import { expect, test } from "vitest";
import { GatewayError } from "../../src/errors.js";
import { createLog, warnOf } from "../../src/server/log.js";

/** What a log wrote of this failure. */
function written(error: unknown): Record<string, unknown> {
  const lines: string[] = [];
  warnOf(createLog("info", { write: (line: string) => void lines.push(line) }), "A refresh failed", error);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

test("a failure with a code is one line with its facts and no stack; a bug comes with all there is", () => {
  const failure = new GatewayError("UPSTREAM_UNAVAILABLE", "The platform answered 503.", { api: "KEY_METRICS", account: "a", status: 503 });
  expect(written(failure)).toMatchObject({
    level: 40,
    msg: "A refresh failed: The platform answered 503.",
    error: { code: "UPSTREAM_UNAVAILABLE", retryable: true, api: "KEY_METRICS", account: "a", status: 503 },
  });
  expect(JSON.stringify(written(failure))).not.toMatch("stack");
  expect(written(new TypeError("It is undefined."))).toMatchObject({
    msg: "A refresh failed",
    err: { type: "TypeError", message: "It is undefined.", stack: expect.stringContaining("log.test") },
  });
});
