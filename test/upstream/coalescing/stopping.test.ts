import { describe, expect, test } from "vitest";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { broken, endOf, limitedFor, rejected } from "../outcomes-by-hand.js";
import { agentRows, keyRows, skillRows } from "../questions-by-hand.js";

standAtNoon();

type Settings = ConstructorParameters<typeof HeldPlatform>[0];

const alone = { limits: { maxConcurrent: 1, maxPerMinute: 120 } };
const slow = { deadlineMs: 60_000 };

/** How a question waits when the gateway stops, and what it takes to get there. */
const waits: readonly [string, Settings, (platform: HeldPlatform) => Promise<unknown>][] = [
  ["its call hangs", {}, async () => undefined],
  ["its call is overdue, and another is beside it", {}, () => pass(40_000)],
  ["its call waits for its next try", { retryPausesMs: [30_000] }, async (platform) => platform.sent.at(-1)!.fail(broken)],
  ["its call waits for the end of a 429", {}, async (platform) => platform.sent.at(-1)!.fail(limitedFor(30_000))],
  [
    "its call waits for the permit of its second page",
    { pages: () => 2, limits: { maxConcurrent: 4, maxPerMinute: 1 } },
    async (platform) => platform.sent.at(-1)!.answer(),
  ],
  [
    "its call waits to be sent again with other credentials",
    { limits: { maxConcurrent: 4, maxPerMinute: 1 } },
    async (platform) => platform.sent.at(-1)!.renew(),
  ],
  ["its ids are searched for the one that was refused", {}, async (platform) => platform.sent.at(-1)!.fail(rejected)],
];

describe("when the gateway stops, a question is answered at once", () => {
  test.each(waits)("while %s", async (_, settings, getsThere) => {
    const platform = new HeldPlatform(settings);
    const end = endOf(platform, skillRows({ skills: ["1", "2"] }), { deadlineMs: 120_000 });
    await settle();
    await getsThere(platform);
    await settle();
    const sent = platform.sent.length;
    const at = performance.now();
    platform.coalescer.stop();
    await end;
    expect(performance.now()).toBe(at);
    expect((await end).code).toBe("UPSTREAM_UNAVAILABLE");
    expect(platform.callsOf(skillRows())).toEqual([]);
    await pass(120_000);
    expect(platform.sent, "nothing is sent any more").toHaveLength(sent);
    expect(platform.limiter("a").budget()).toMatchObject({ waiting: 0 });
  });

  test("while its call is queued, or gathers", async () => {
    const platform = new HeldPlatform(alone);
    const ends = [endOf(platform, agentRows(), slow), endOf(platform, skillRows(), slow), endOf(platform, keyRows(), slow)];
    await settle();
    ends.push(endOf(platform, keyRows({ keys: ["2"] }), slow));
    await settle();
    platform.coalescer.stop();
    expect(await Promise.all(ends)).toMatchObject(Array(4).fill({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 }));
    await pass(1_000);
    expect(platform.sent).toHaveLength(2);
  });

  test("with a stale answer where there is one", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows({ skills: ["1"] }));
    await pass(60_000);
    const known = endOf(platform, skillRows({ skills: ["1"] }), slow);
    const unknown = endOf(platform, skillRows({ skills: ["2"] }), slow);
    await settle();
    platform.coalescer.stop();
    expect(await known).toMatchObject({
      answered: { stale: true },
      afterMs: 0,
      seen: [{ outcome: "STALE", failure: "UPSTREAM_UNAVAILABLE" }, {}],
    });
    expect(await unknown).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 });
  });

  test("and the exchange under way is closed, its permit returned", async () => {
    const platform = new HeldPlatform(alone);
    platform.ask([skillRows()], slow);
    await settle();
    platform.coalescer.stop();
    await settle();
    expect(platform.sent[0]).toMatchObject({ closed: true });
    let isGranted = false;
    const grant = () => {
      isGranted = true;
    };
    platform.limiter("a").request({ deadline: performance.now() + 1, priority: "interactive" }, { grant, refuse: () => undefined });
    expect(isGranted).toBe(true);
  });
});

describe("after the gateway has stopped", () => {
  test("a question is answered by what is stored, fresh or stale, and by no call", async () => {
    const platform = new HeldPlatform();
    await asked(platform, skillRows());
    platform.coalescer.stop();
    expect(await endOf(platform, skillRows())).toMatchObject({ answered: { stale: false }, afterMs: 0 });
    await pass(20_000);
    expect(await endOf(platform, skillRows())).toMatchObject({ answered: { stale: true }, afterMs: 0 });
    await pass(40_000);
    expect(await endOf(platform, skillRows())).toMatchObject({ answered: { stale: true }, afterMs: 0 });
    expect(await endOf(platform, agentRows())).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 });
    expect(platform.sent).toHaveLength(1);
  });

  test("a question that looked up what is stored just before is answered too", async () => {
    const platform = new HeldPlatform();
    const goOn = platform.holdLookUps();
    const end = endOf(platform, skillRows(), slow);
    await settle();
    platform.coalescer.stop();
    goOn();
    expect(await end).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", afterMs: 0 });
    expect(platform.sent).toHaveLength(0);
  });

  test("an answer that came just before serves those who waited for it", async () => {
    const platform = new HeldPlatform();
    const end = endOf(platform, skillRows(), slow);
    await settle();
    platform.sent[0]!.answer();
    await settle();
    platform.coalescer.stop();
    expect(await end).toMatchObject({ answered: { stale: false } });
  });
});
