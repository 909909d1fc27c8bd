import { describe, expect, it } from "vitest";
import { candidates, redisPath } from "./redis-server.js";

/** Tests with a real Redis, which they start themselves: skipped where none is installed, unless GATEWAY_REQUIRE_REDIS is 1. */
export function withRedis(title: string, tests: () => void): void {
  it.runIf(process.env.GATEWAY_REQUIRE_REDIS === "1")("there is a Redis where one is demanded", () => {
    expect(redisPath, `There is none of ${candidates.join(", ")}.`).toBeDefined();
  });
  const reason = redisPath ? "" : ` (skipped: there is none of ${candidates.join(", ")}; REDIS_SERVER_PATH names another)`;
  describe.skipIf(!redisPath)(`${title}${reason}`, { timeout: 120_000 }, tests);
}
