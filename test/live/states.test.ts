import { describe, expect, test } from "vitest";
import { keys } from "./keys.js";
import { liveLine, type Payload, until, type Watcher, watch } from "./live-line.js";

const second = 1_000;
const current = (fields = "unassignedConversations onlineAgents asOf") =>
  `subscription Board($every: Int! = 10) { contactCenter(everySeconds: $every) { current { ${fields} } } }`;
/** What the platform says of it never changes. */
const steady = "subscription Steady($every: Int! = 10) { contactCenter(everySeconds: $every) { accountId current { __typename } } }";
const segments = "skillSegments { totalSkillConversationSegments stale asOf }";

const ageOf = ({ extensions }: Payload, now: number) => now - Date.parse(extensions!.freshness!.oldestAsOf);

describe("a state is sent", () => {
  test("at once, then when something selected has changed, with the age of its figures", async () => {
    const line = await liveLine();
    const watcher = watch(line.client(), current());
    const first = await watcher.payload(1);
    expect(first.errors).toBeUndefined();
    expect(first.data).toMatchObject({ contactCenter: { current: { onlineAgents: expect.any(Number) } } });
    expect(first.extensions?.freshness).toEqual({ oldestAsOf: new Date(line.time.now()).toISOString(), stale: false });
    await line.pass(9_999);
    expect(line.states).toBe(1);
    await line.pass(1);
    const { data } = await watcher.payload(2);
    expect(data).not.toEqual(first.data);
    expect([line.states, line.calls()]).toEqual([2, 2]);
  });

  test("not when nothing selected has changed; asOf is a change only where it is selected", async () => {
    const line = await liveLine({ environment: { TTL_CURRENT_SECONDS: "10" } });
    const client = line.client();
    const still = watch(client, current("__typename"));
    const dated = watch(client, current("asOf"));
    await Promise.all([still.payload(1), dated.payload(1)]);
    for (let tick = 2; tick <= 4; tick++) {
      await line.pass(10 * second);
      await dated.payload(tick);
    }
    expect(still.payloads).toHaveLength(1);
    expect(dated.payloads.map(({ data }) => JSON.stringify(data))).toEqual([
      ...new Set(dated.payloads.map(({ data }) => JSON.stringify(data))),
    ]);
  });

  test.each([
    [10, 60],
    [600, 600],
  ])("again when nothing has changed, with everySeconds %i after %i seconds", async (every, seconds) => {
    const line = await liveLine();
    const watcher = watch(line.client(), steady, { every });
    const first = await watcher.payload(1);
    await line.pass(seconds * second - 1);
    await line.settled();
    expect(watcher.payloads).toHaveLength(1);
    await line.pass(1);
    expect((await watcher.payload(2)).data).toEqual(first.data);
  });

  test("no sooner than everySeconds, and no sooner than something selected has stopped being fresh", async () => {
    const line = await liveLine({ environment: { TTL_CURRENT_SECONDS: "4", TTL_SEGMENTS_SECONDS: "30" } });
    const client = line.client();
    const fast = watch(client, current("asOf"), { every: 2 });
    const slow = watch(client, current("asOf"), { every: 15 });
    const window = watch(client, `subscription { contactCenter(everySeconds: 2) { ${segments} } }`);
    await Promise.all([fast.payload(1), slow.payload(1), window.payload(1)]);
    for (let tick = 1; tick <= 15; tick++) {
      await line.pass(4 * second);
      await fast.payload(tick + 1);
      await line.settled();
    }
    expect(fast.payloads).toHaveLength(16);
    expect(slow.payloads).toHaveLength(5);
    expect(window.payloads).toHaveLength(3);
  });

  test("when a window moves on although its answer is still fresh", async () => {
    const line = await liveLine({ environment: { TTL_INTERVALS_SECONDS: "3600", TTL_CLOSED_INTERVALS_SECONDS: "3600" } });
    const query = "subscription { contactCenter(everySeconds: 2) { intervals(lastMinutes: 30) { window { from to } } } }";
    const watcher = watch(line.client(), query);
    const { data } = await watcher.payload(1);
    const { to } = (data as { contactCenter: { intervals: { window: { to: string } } } }).contactCenter.intervals.window;
    await line.pass(Date.parse(to) + 15 * 60 * second - line.time.now());
    await until(() => JSON.stringify(watcher.payloads.at(-1)?.data) !== JSON.stringify(data));
    const next = watcher.payloads.at(-1)!.data as { contactCenter: { intervals: { window: { to: string } } } };
    expect(Date.parse(next.contactCenter.intervals.window.to) - Date.parse(to)).toBe(15 * 60 * second);
  });
});

test.each([
  ["back", -1],
  ["ahead", 1],
])("a wall clock that is set %s an hour holds no board up", async (_, direction) => {
  const line = await liveLine({ environment: { TTL_SEGMENTS_SECONDS: "30" } });
  const client = line.client();
  const now = watch(client, current("asOf"));
  const window = watch(client, `subscription { contactCenter { ${segments} } }`);
  await Promise.all([now.payload(1), window.payload(1)]);
  await line.run(5);
  line.stepWall(direction * 3_600_000);
  await line.run(60);
  await until(() => now.payloads.length >= 6 && window.payloads.length >= 3);
  const dates = (watcher: Watcher) => watcher.payloads.map(({ extensions }) => Date.parse(extensions!.freshness!.oldestAsOf));
  for (const watcher of [now, window]) expect(line.time.now() - dates(watcher).at(-1)!).toBeLessThanOrEqual(30_000);
});

describe("the first state", () => {
  test("is what is stored, however old up to STALE_SECONDS, with its age and without waiting; the fresh one follows", async () => {
    const line = await liveLine();
    await line.ask(`{ contactCenter { ${segments} } }`);
    await line.pass(200 * second);
    line.simulator.fault({ api: "skill-segments", kind: "slow-headers", afterMs: 300 });
    const watcher = watch(line.client(), `subscription { contactCenter { ${segments} } }`);
    const first = await watcher.payload(1);
    expect(first.data).toMatchObject({ contactCenter: { skillSegments: { stale: true } } });
    expect(ageOf(first, line.time.now())).toBe(200 * second);
    const second_ = await watcher.payload(2);
    expect(second_.data).toMatchObject({ contactCenter: { skillSegments: { stale: false } } });
    expect(ageOf(second_, line.time.now())).toBe(0);
    expect(line.calls()).toBe(2);
  });

  test("of a later subscriber is the present one, without being made again", async () => {
    const line = await liveLine();
    const [early, late] = [line.client(), line.client()];
    const { data } = await watch(early, current()).payload(1);
    await line.pass(5 * second);
    const payload = await watch(late, current()).payload(1);
    expect(payload.data).toEqual(data);
    expect(ageOf(payload, line.time.now())).toBe(5 * second);
    expect([line.states, line.calls()]).toEqual([1, 1]);
  });
});

describe("what many watch", () => {
  test("is made once and asked once: 60 viewers of one board in three ways of writing it, on sockets of their own", async () => {
    const line = await liveLine();
    const queries = [current(), `# mine\n${current()}`, current().replaceAll(" ", "  ")];
    const watchers = Array.from({ length: 60 }, (_, number) => watch(line.client(), queries[number % 3]!, number % 2 ? {} : { every: 10 }));
    await Promise.all(watchers.map((watcher) => watcher.payload(1)));
    expect(line.app.live).toEqual({ sockets: 60, subscriptions: 60, boards: 2 });
    expect(line.calls()).toBe(1);
    for (let tick = 2; tick <= 4; tick++) {
      await line.pass(10 * second);
      await Promise.all(watchers.map((watcher) => watcher.payload(tick)));
      expect(new Set(watchers.map(({ payloads }) => JSON.stringify(payloads[tick - 1]))).size).toBe(1);
    }
    expect([line.states, line.calls()]).toEqual([8, 4]);
  });

  test("shares its calls with what overlaps, whoever began when", async () => {
    const line = await liveLine();
    const skills = (fields: string) => `subscription { contactCenter { skills(first: 100) { nodes { id ${fields} } } } }`;
    const queries = [
      skills("current { onlineAgents asOf }"),
      skills("current { unassignedConversations asOf }"),
      `subscription { contactCenter { skill(id: "${line.simulator.truth("demo").skills[0]!.id}") { current { asOf } } } }`,
      current(),
    ];
    const watchers: Watcher[] = [];
    for (const query of queries) {
      const watcher = watch(line.client(), query);
      await watcher.payload(1);
      watchers.push(watcher);
      await line.run(2);
    }
    await line.run(30);
    line.simulator.resetCounts();
    const before = watchers.map(({ payloads }) => payloads.length);
    await line.run(60);
    await until(() => watchers.every(({ payloads }, index) => payloads.length >= before[index]! + 6));
    expect(line.calls()).toBe(6);
    expect(new Set(watchers.map(({ payloads }) => payloads.at(-1)?.extensions?.freshness?.oldestAsOf)).size).toBe(1);
  });

  test("is never shared between those whose rights differ", async () => {
    const line = await liveLine({
      simulated: {
        accounts: [
          { id: "north", seed: 1 },
          { id: "south", seed: 2 },
        ],
      },
      environment: { AUTH: "api-key" },
      keys: keys({ north: "[north]", south: "[south]", both: '"*"' }),
    });
    const query = "subscription { contactCenter { accountId current { onlineAgents } } }";
    const of = (key: string) => watch(line.client({ connectionParams: { "x-api-key": key } }), query);
    const [north, south, both] = [of("north"), of("south"), of("both")];
    expect((await north.payload(1)).data).toMatchObject({ contactCenter: { accountId: "north" } });
    expect((await south.payload(1)).data).toMatchObject({ contactCenter: { accountId: "south" } });
    expect(await both.ended).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    expect(line.app.live.boards).toBe(2);
  });
});

describe("a platform that fails", () => {
  const query = `subscription { contactCenter { current { onlineAgents asOf stale } ${segments} } }`;

  test("is an error at its path, ends nothing, and heals; the rest goes on", async () => {
    const line = await liveLine({ environment: { STALE_SECONDS: "0" } });
    const watcher = watch(line.client(), query);
    await watcher.payload(1);
    line.simulator.fault({ api: "skill-segments", status: 403 });
    await line.run(20);
    await until(() => watcher.payloads.some(({ errors }) => errors !== undefined));
    const broken = watcher.payloads.at(-1)!;
    expect(broken.errors?.map(({ path, extensions }) => [path, extensions.code, extensions.api])).toEqual([
      [["contactCenter", "skillSegments"], "UPSTREAM_UNAUTHORIZED", "SKILL_SEGMENTS"],
    ]);
    expect(broken.data).toMatchObject({ contactCenter: { current: { stale: false }, skillSegments: null } });
    line.simulator.clearFaults();
    await line.run(10);
    await until(() => watcher.payloads.at(-1)?.errors === undefined);
    expect(watcher.payloads.at(-1)?.data).toMatchObject({ contactCenter: { skillSegments: { stale: false } } });
  });

  test("is stood in for by what is stored, marked, and asked no sooner than after ten seconds", async () => {
    const line = await liveLine({ environment: { TTL_CURRENT_SECONDS: "2" } });
    const watcher = watch(line.client(), "subscription { contactCenter(everySeconds: 2) { current { onlineAgents stale } } }");
    await watcher.payload(1);
    line.simulator.fault({ api: "key-metrics", status: 500 });
    await line.pass(2 * second);
    const marked = await watcher.payload(2);
    expect(marked.errors).toBeUndefined();
    expect(marked.data).toMatchObject({ contactCenter: { current: { stale: true } } });
    expect(marked.extensions?.freshness?.failures).toEqual([{ api: "KEY_METRICS", account: "demo", code: "UPSTREAM_UNAVAILABLE" }]);
    await line.pass(9_999);
    expect(line.states).toBe(2);
    line.simulator.clearFaults();
    await line.pass(30 * second);
    await until(() => watcher.payloads.at(-1)?.extensions?.freshness?.stale === false);
  });

  test("that answers late keeps nobody else waiting: a board of another API goes on", async () => {
    const line = await liveLine();
    const other = watch(line.client(), current());
    const stuck = watch(line.client(), `subscription { contactCenter { ${segments} } }`);
    await Promise.all([other.payload(1), stuck.payload(1)]);
    line.simulator.fault({ api: "skill-segments", kind: "hang" });
    for (let tick = 2; tick <= 4; tick++) {
      await line.pass(10 * second);
      await other.payload(tick);
    }
    expect(stuck.payloads).toHaveLength(1);
    line.simulator.clearFaults();
  });
});

test("a state for which nobody waits any more makes no further call", async () => {
  const line = await liveLine({ environment: { LP_MAX_CONCURRENT: "1" } });
  line.simulator.fault({ kind: "slow-headers", afterMs: 200 });
  const watcher = watch(line.client(), `subscription { contactCenter { agentSegments { totalAgentConversationSegments } ${segments} } }`);
  await until(() => line.calls() === 1);
  watcher.leave();
  await watcher.ended;
  await line.settled();
  expect(line.calls()).toBe(1);
  expect(line.app.live.boards).toBe(0);
});
