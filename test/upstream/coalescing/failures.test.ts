import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform, one } from "../held-platform.js";
import { skillRows } from "../questions-by-hand.js";

standAtNoon();

const rejected = new GatewayError("UPSTREAM_REJECTED", "No such id.", { status: 400 });
const broken = new GatewayError("UPSTREAM_UNAVAILABLE", "It failed.", { status: 500 });

describe("failures", () => {
  test("a failed call fails each who joined it with its own error, and is forgotten", async () => {
    const platform = new HeldPlatform();
    const told = ["1", "2"].map((id) => one(platform.ask([skillRows({ skills: [id] })])));
    await settle();
    platform.sent[0]!.fail(broken);
    const errors = (await Promise.all(told)).map(({ error }) => error);
    expect(errors.map((error) => error?.extensions)).toMatchObject([
      { code: "UPSTREAM_UNAVAILABLE", api: "SKILL_SEGMENTS", account: "a", status: 500 },
      { code: "UPSTREAM_UNAVAILABLE", api: "SKILL_SEGMENTS", account: "a", status: 500 },
    ]);
    expect(errors[0]).not.toBe(errors[1]);
    const again = await asked(platform, skillRows({ skills: ["1"] }));
    expect(again[0]!.answered?.stale).toBe(false);
  });

  test("within one request a failed call is not made again", async () => {
    const platform = new HeldPlatform();
    const terms = platform.terms();
    const first = platform.askOn(terms, [skillRows({ skills: ["1", "2"] })]);
    await settle();
    platform.sent[0]!.fail(broken);
    await one(first);
    expect((await one(platform.askOn(terms, [skillRows({ skills: ["2"] })]))).error?.extensions).toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
      api: "SKILL_SEGMENTS",
      account: "a",
    });
    expect(platform.sent).toHaveLength(1);
  });

  test("within one request a stale answer stands in for what a call that failed before would have answered", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["2"] }));
    await pass(60_000);
    const terms = platform.terms();
    const first = platform.askOn(terms, [skillRows({ skills: ["1", "2"] })]);
    await settle();
    platform.sent[1]!.fail(broken);
    expect((await one(first)).error?.code).toBe("UPSTREAM_UNAVAILABLE");
    expect(await one(platform.askOn(terms, [skillRows({ skills: ["2"] })]))).toMatchObject({ answered: { stale: true } });
    expect(platform.sent).toHaveLength(2);
  });

  test("who got a stale answer at the first failed try gets it for further questions at once, and asks only for what is not known", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["1", "2"] }));
    await pass(60_000);
    const terms = platform.terms();
    const first = platform.askOn(terms, [skillRows({ skills: ["1", "2"] })]);
    await settle();
    await platform.sent[1]!.failing(broken);
    platform.sent[1]!.fail(broken);
    expect((await one(first)).answered?.stale).toBe(true);
    expect((await one(platform.askOn(terms, [skillRows({ skills: ["2"] })]))).answered?.stale).toBe(true);
    expect(platform.sent).toHaveLength(2);
    const unknown = platform.askOn(terms, [skillRows({ skills: ["3"] })]);
    await settle();
    platform.sent[2]!.answer();
    expect((await one(unknown)).answered?.stale).toBe(false);
  });

  test("who would join a call whose last try failed gets a stale answer instead, and once it is tried again waits for it", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["1"] }));
    await pass(60_000);
    const others = platform.ask([skillRows({ skills: ["1", "2"] })]);
    await settle();
    await platform.sent[1]!.failing(broken);
    expect((await one(platform.ask([skillRows({ skills: ["1"] })]))).answered?.stale).toBe(true);
    const unknown = platform.ask([skillRows({ skills: ["2"] })]);
    platform.sent[1]!.again();
    const later = platform.ask([skillRows({ skills: ["1"] })]);
    await settle();
    platform.sent[1]!.answer();
    const told = (await Promise.all([others, unknown, later].map(one))).map(({ answered }) => answered?.stale);
    expect(told).toEqual([false, false, false]);
    expect(platform.sent).toHaveLength(2);
  });

  test("of a rejected call that several shared each asks again alone, equal questions together, and only the culprit fails", async () => {
    const platform = new HeldPlatform();
    const told = ["1", "2", "2", "3"].map((id) => one(platform.ask([skillRows({ skills: [id] })])));
    await settle();
    platform.sent[0]!.fail(rejected);
    await settle();
    expect(platform.sent.slice(1).map(({ call }) => "skills" in call && call.skills)).toEqual([["1"], ["2"], ["3"]]);
    platform.sent[1]!.answer();
    platform.sent[2]!.fail(rejected);
    platform.sent[3]!.answer();
    expect((await Promise.all(told)).map(({ error }) => error?.code)).toEqual([
      undefined,
      "UPSTREAM_REJECTED",
      "UPSTREAM_REJECTED",
      undefined,
    ]);
    expect(platform.sent).toHaveLength(4);
  });

  test("a call that was widened for free and rejected is made again without the widening", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: "all" }));
    await pass(40_000);
    const told = one(platform.ask([skillRows({ skills: ["1"] })]));
    await settle();
    expect(platform.sent[1]!.call).toMatchObject({ skills: "all" });
    platform.sent[1]!.fail(rejected);
    await settle();
    expect(platform.sent[2]!.call).toMatchObject({ skills: ["1"] });
    platform.sent[2]!.answer();
    expect((await told).answered?.stale).toBe(false);
  });

  test("while a failed call is tried again, who has a stale answer gets it, and the call goes on for the others", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["1"] }));
    await pass(60_000);
    const told = one(platform.ask([skillRows({ skills: ["1"] })], { deadlineMs: 30_000 }));
    const others = platform.ask([skillRows({ skills: ["2"] })], { deadlineMs: 20_000 });
    await settle();
    const [, call] = platform.sent;
    expect(call!.deadline()).toBe(Date.now() + 30_000);
    await call!.failing(broken);
    expect(await told).toMatchObject({
      answered: { stale: true, reply: { asOf: platform.sent[0]!.asOf } },
      seen: [
        { outcome: "FAILED", own: true, asOf: null },
        { outcome: "STALE", own: false, call: null },
      ],
    });
    expect(call!.deadline()).toBe(Date.now() + 20_000);
    call!.answer();
    expect((await one(others)).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(2);
  });

  test("a failed call for which only stale answers are wanted is not tried again; one behind a stale answer is", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    await pass(60_000);
    const told = one(platform.ask([skillRows()]));
    await settle();
    await platform.sent[1]!.failing(broken);
    expect((await told).answered?.stale).toBe(true);
    expect(platform.sent[1]!.deadline()).toBe(0);
    platform.sent[1]!.fail(broken);
    await asked(platform, skillRows());
    await pass(20_000);
    expect((await one(platform.ask([skillRows()]))).answered?.stale).toBe(true);
    await settle();
    await platform.sent[3]!.failing(broken);
    expect(platform.sent[3]!.deadline()).toBeGreaterThan(Date.now());
  });

  test("who has no time until the next try is told the failure at once, and the call goes on for the others", async () => {
    const platform = new HeldPlatform();
    const hasty = one(platform.ask([skillRows()], { deadlineMs: 5_000 }));
    const patient = one(platform.ask([skillRows()], { deadlineMs: 5_001 }));
    await settle();
    await platform.sent[0]!.failing(broken, Date.now() + 5_000);
    expect((await hasty).error?.extensions).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", status: 500 });
    platform.sent[0]!.answer();
    expect((await patient).answered?.stale).toBe(false);
  });

  test("who gives up while a call waits for its next try is told why the last failed", async () => {
    const platform = new HeldPlatform();
    const told = one(platform.ask([skillRows()], { deadlineMs: 6_000 }));
    await settle();
    await platform.sent[0]!.failing(broken, Date.now() + 5_000);
    await pass(6_000);
    expect((await told).error?.extensions).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", status: 500, api: "SKILL_SEGMENTS" });
  });

  test.each([
    [9_999, false],
    [10_000, true],
  ])("%d ms after a call was sent that somebody waited for in vain, who has a stale answer is given it at once: %s", async (ms, stale) => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["1"] }));
    await pass(60_000);
    const vain = one(platform.ask([skillRows({ skills: ["1", "2"] })], { deadlineMs: ms }));
    await pass(ms);
    expect((await vain).error?.code).toBe("UPSTREAM_TIMEOUT");
    const known = one(platform.ask([skillRows({ skills: ["1"] })]));
    const unknown = one(platform.ask([skillRows({ skills: ["2"] })]));
    await settle();
    platform.sent[1]!.answer();
    expect((await known).answered?.stale).toBe(stale);
    expect((await unknown).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(2);
  });

  test("who asks again alone after a rejection is joined by who asks the same, and at the deadline it is a timeout", async () => {
    const platform = new HeldPlatform();
    const both = one(platform.ask([skillRows({ skills: ["1", "2"] })]));
    await settle();
    const first = one(platform.ask([skillRows({ skills: ["1"] })], { deadlineMs: 2_000 }));
    await settle();
    platform.sent[0]!.fail(rejected);
    expect((await both).error?.code).toBe("UPSTREAM_REJECTED");
    await settle();
    const second = one(platform.ask([skillRows({ skills: ["1"] })]));
    await pass(2_000);
    expect((await first).error?.code).toBe("UPSTREAM_TIMEOUT");
    platform.sent[1]!.answer();
    expect((await second).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(2);
  });

  test("while a 429 makes the service pause, who has a stale answer gets it, and the others wait", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["1"] }));
    await pass(60_000);
    platform.lane("a").rateLimited(6_000);
    expect((await one(platform.ask([skillRows({ skills: ["1"] })]))).answered?.stale).toBe(true);
    const unknown = one(platform.ask([skillRows({ skills: ["2"] })]));
    const late = one(platform.ask([skillRows({ skills: ["3"] })], { deadlineMs: 5_000 }));
    expect((await late).error?.extensions).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", retryAfterMs: 6_000 });
    await pass(6_000);
    platform.sent[1]!.answer();
    expect((await unknown).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(2);
  });

  test("what fails within the gateway is masked, told to the log, and not kept", async () => {
    const platform = new HeldPlatform();
    const told = one(platform.ask([skillRows()]));
    await settle();
    platform.sent[0]!.fail(new TypeError("undefined is not a function") as unknown as GatewayError);
    expect((await told).error?.extensions).toEqual({ code: "INTERNAL_SERVER_ERROR", retryable: false });
    expect(platform.warnings).toEqual(["A call failed within the gateway"]);
    expect((await asked(platform, skillRows()))[0]!.answered?.stale).toBe(false);
  });
});
