import { expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform, one } from "../held-platform.js";
import { skillRows } from "../questions-by-hand.js";

standAtNoon();

test("a tick of a subscription waits for the fresh answer, at the lowest priority, where a request would take the stale one", async () => {
  const platform = new HeldPlatform();
  await asked(platform, skillRows());
  await pass(20_000);
  const tick = one(platform.ask([skillRows()], { priority: "tick" }));
  await settle();
  expect(platform.sent).toHaveLength(2);
  expect(platform.callOf(skillRows()).priority).toBe("tick");
  platform.sent[1]!.answer();
  const { answered, seen } = await tick;
  expect(answered?.stale).toBe(false);
  expect(seen.map(({ outcome }) => outcome)).toEqual(["SENT"]);
});

test("a tick takes a stale answer, with the reason, when the platform fails", async () => {
  const platform = new HeldPlatform();
  await asked(platform, skillRows());
  await pass(20_000);
  const tick = one(platform.ask([skillRows()], { priority: "tick" }));
  await settle();
  platform.sent[1]!.fail(new GatewayError("UPSTREAM_UNAUTHORIZED", "It was refused.", { status: 403 }));
  const { answered, seen } = await tick;
  expect(answered?.stale).toBe(true);
  expect(seen.find(({ outcome }) => outcome === "STALE")?.failure).toBe("UPSTREAM_UNAUTHORIZED");
});

test("a tick joins the call of a request, and its call becomes a request's when one joins", async () => {
  const platform = new HeldPlatform();
  const tick = one(platform.ask([skillRows()], { priority: "tick" }));
  await settle();
  const request = one(platform.ask([skillRows()]));
  await settle();
  expect(platform.sent).toHaveLength(1);
  expect(platform.callOf(skillRows()).priority).toBe("interactive");
  platform.sent[0]!.answer();
  expect((await tick).answered).toBeDefined();
  expect((await request).answered).toBeDefined();
});

test("the first state of a subscription takes what is stored at once, up to the limit of stale-if-error, with one refresh behind it", async () => {
  const platform = new HeldPlatform();
  await asked(platform, skillRows());
  await pass(200_000);
  const first = await one(platform.ask([skillRows()], { takesStored: true }));
  expect(first.answered?.stale).toBe(true);
  expect(first.seen.map(({ outcome, failure }) => [outcome, failure])).toEqual([["STALE", null]]);
  await settle();
  expect(platform.sent).toHaveLength(2);
  expect(platform.callOf(skillRows()).priority).toBe("refresh");
  platform.sent[1]!.answer();
  await settle();
  await pass(400_000);
  const late = one(platform.ask([skillRows()], { takesStored: true }));
  await settle();
  expect(platform.sent).toHaveLength(3);
  platform.sent[2]!.answer();
  expect((await late).answered?.stale).toBe(false);
});
