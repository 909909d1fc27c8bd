import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform, one } from "../held-platform.js";
import { skillRows } from "../questions-by-hand.js";

standAtNoon();

const broken = new GatewayError("UPSTREAM_UNAVAILABLE", "It failed.", { status: 500 });

describe("failures", () => {
  test("a failed call fails each who joined it with its own error, and is forgotten", async () => {
    const platform = new HeldPlatform();
    const ended = ["1", "2"].map((id) => one(platform.ask([skillRows({ skills: [id] })])));
    await settle();
    platform.sent[0]!.fail(broken);
    const errors = (await Promise.all(ended)).map(({ error }) => error);
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

  test("a request that got a stale answer at the first failed try gets it for further questions at once, and asks only for what is not known", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["1", "2"] }));
    await pass(60_000);
    const terms = platform.terms();
    const first = platform.askOn(terms, [skillRows({ skills: ["1", "2"] })]);
    await settle();
    platform.sent[1]!.fail(broken);
    expect((await one(first)).answered?.stale).toBe(true);
    expect((await one(platform.askOn(terms, [skillRows({ skills: ["2"] })]))).answered?.stale).toBe(true);
    expect(platform.sent).toHaveLength(2);
    const unknown = platform.askOn(terms, [skillRows({ skills: ["3"] })]);
    await settle();
    platform.sent[2]!.answer();
    expect((await one(unknown)).answered?.stale).toBe(false);
  });

  test("while a call waits for its next try, a stale answer is given at once; once it is sent again, it is waited for", async () => {
    const platform = new HeldPlatform({ retryPausesMs: [5_000] });
    await asked(platform, skillRows({ skills: ["1"] }));
    await pass(60_000);
    const others = platform.ask([skillRows({ skills: ["1", "2"] })]);
    await settle();
    platform.sent[1]!.fail(broken);
    await settle();
    expect((await one(platform.ask([skillRows({ skills: ["1"] })]))).answered?.stale).toBe(true);
    const unknown = platform.ask([skillRows({ skills: ["2"] })]);
    await pass(5_000);
    const later = platform.ask([skillRows({ skills: ["1"] })]);
    await settle();
    platform.sent[2]!.answer();
    const ended = (await Promise.all([unknown, later].map(one))).map(({ answered }) => answered?.stale);
    expect(ended).toEqual([false, false]);
    expect((await one(others)).outcome.answered.map(({ question, stale }) => ["skills" in question && question.skills, stale])).toEqual([
      [["1", "2"], false],
    ]);
    expect(platform.sent).toHaveLength(3);
  });

  test("while a failed call is tried again, waiters that have a stale answer get it, and the call goes on for the others", async () => {
    const platform = new HeldPlatform({ retryPausesMs: [5_000] });
    await asked(platform, skillRows({ skills: ["1"] }));
    await pass(60_000);
    const ended = one(platform.ask([skillRows({ skills: ["1"] })], { deadlineMs: 30_000 }));
    const others = platform.ask([skillRows({ skills: ["2"] })], { deadlineMs: 20_000 });
    await settle();
    const call = platform.callOf(skillRows());
    expect(call.deadline).toBe(performance.now() + 30_000);
    platform.sent[1]!.fail(broken);
    expect(await ended).toMatchObject({
      answered: { stale: true, reply: { asOf: platform.sent[0]!.asOf } },
      seen: [
        { outcome: "STALE", own: false, call: null },
        { outcome: "FAILED", own: true, asOf: null },
      ],
    });
    expect(call.deadline).toBe(performance.now() + 20_000);
    await pass(5_000);
    platform.sent[2]!.answer();
    expect((await one(others)).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(3);
  });

  test("a failed call for which only stale answers are wanted is not tried again; one behind a stale answer is", async () => {
    const platform = new HeldPlatform({ retryPausesMs: [5_000] });
    await asked(platform, skillRows());
    await pass(60_000);
    const ended = one(platform.ask([skillRows()]));
    await settle();
    platform.sent[1]!.fail(broken);
    expect((await ended).answered?.stale).toBe(true);
    await pass(5_000);
    expect(platform.sent).toHaveLength(2);
    await asked(platform, skillRows());
    await pass(20_000);
    expect((await one(platform.ask([skillRows()]))).answered?.stale).toBe(true);
    await settle();
    platform.sent[3]!.fail(broken);
    await pass(5_000);
    expect(platform.sent).toHaveLength(5);
  });

  test("a waiter that has no time until the next try gets the failure at once, and the call goes on for the others", async () => {
    const platform = new HeldPlatform({ retryPausesMs: [5_000] });
    const hasty = one(platform.ask([skillRows()], { deadlineMs: 5_000 }));
    const patient = one(platform.ask([skillRows()], { deadlineMs: 6_000 }));
    await settle();
    platform.sent[0]!.fail(broken);
    expect((await hasty).error?.extensions).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", status: 500 });
    await pass(5_000);
    platform.sent[1]!.answer();
    expect((await patient).answered?.stale).toBe(false);
  });

  test("a waiter that gives up while a call waits for its next try is told why the last failed", async () => {
    const platform = new HeldPlatform({ retryPausesMs: [5_000, 10_000] });
    const ended = one(platform.ask([skillRows()], { deadlineMs: 6_000 }));
    one(platform.ask([skillRows()], { deadlineMs: 60_000 }));
    await settle();
    platform.sent[0]!.fail(broken);
    await pass(5_000);
    platform.sent[1]!.fail(broken);
    await pass(1_000);
    expect((await ended).error?.extensions).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", status: 500, api: "SKILL_SEGMENTS" });
  });

  test("while a 429 makes the service pause, who has a stale answer gets it, and the others wait", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["1"] }));
    await pass(60_000);
    platform.limiter("a").rateLimited(6_000);
    expect((await one(platform.ask([skillRows({ skills: ["1"] })]))).answered?.stale).toBe(true);
    const unknown = one(platform.ask([skillRows({ skills: ["2"] })]));
    const late = one(platform.ask([skillRows({ skills: ["3"] })], { deadlineMs: 5_000 }));
    expect((await late).error?.extensions).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", retryAfterMs: 6_000 });
    await pass(6_000);
    platform.sent[1]!.answer();
    expect((await unknown).answered?.stale).toBe(false);
    expect(platform.sent).toHaveLength(2);
  });

  test("what fails within the gateway is masked, ended to the log, and not kept", async () => {
    const platform = new HeldPlatform();
    const ended = one(platform.ask([skillRows()]));
    await settle();
    platform.sent[0]!.fail(new TypeError("undefined is not a function"));
    expect((await ended).error?.extensions).toEqual({ code: "INTERNAL_SERVER_ERROR", retryable: false });
    expect(platform.warnings).toEqual(["A call failed within the gateway"]);
    expect((await asked(platform, skillRows()))[0]!.answered?.stale).toBe(false);
  });
});
