import { expect, test } from "vitest";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { HeldPlatform, one } from "../held-platform.js";
import { skillRows } from "../questions-by-hand.js";

standAtNoon();

/** Two askers of one call that hangs, so far apart; the call is overdue when the first gives up. */
async function askedTwice(apartMs: number) {
  const platform = new HeldPlatform();
  const first = one(platform.ask([skillRows()]));
  await pass(apartMs);
  const second = one(platform.ask([skillRows()]));
  await pass(15_000 - apartMs);
  await settle();
  return { platform, first, second };
}

test("an overdue call gets another beside it for who can still wait, and that answers", async () => {
  const { platform, first, second } = await askedTwice(1_000);
  expect((await first).error?.code).toBe("UPSTREAM_TIMEOUT");
  expect(platform.sent).toHaveLength(2);
  platform.sent[1]!.answer();
  expect((await second).answered?.stale).toBe(false);
});

test("an overdue call gets no other beside it for who gives up at once, and who waited is told of the platform and not of our budget", async () => {
  const { platform, first, second } = await askedTwice(50);
  await pass(50);
  expect([(await first).error?.code, (await second).error?.code]).toEqual(["UPSTREAM_TIMEOUT", "UPSTREAM_TIMEOUT"]);
  expect(platform.sent).toHaveLength(1);
});
