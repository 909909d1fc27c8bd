import { expect, test } from "vitest";
import { retryAfterMs } from "../../../src/upstream/transport/failures.js";

const now = Date.parse("2026-01-01T00:00:00Z");

/** The vendor's pages ask for at least a second after a 429. */
test.each([
  ["7", { retryAfterMs: 7000 }],
  [" 0 ", { retryAfterMs: 1000 }],
  ["00", { retryAfterMs: 1000 }],
  ["Thu, 01 Jan 2026 00:01:30 GMT", { retryAfterMs: 90_000 }],
  ["Wed, 31 Dec 2025 23:00:00 GMT", { retryAfterMs: 1000 }],
  ["Thu, 01 Jan 2026 00:00:00 GMT", { retryAfterMs: 1000 }],
  [null, {}],
  ["", {}],
  ["soon 5", {}],
  ["-3", {}],
  ["0x10", {}],
  ["never GMT", {}],
])("Retry-After %j asks for %j", (header, expected) => {
  expect(retryAfterMs(header, now)).toEqual(expected);
});
