import { describe, expect, test } from "vitest";
import { minuteMs } from "../../src/time.js";
import { atWork, type StillLine, stillLine } from "../support/still-line.js";
import { knownOf } from "./known.js";

interface Intervals {
  asOf: string;
  stale: boolean;
  totalCount: number | null;
  nodes: { from: string; handleTime: number | null }[];
  pending: { from: string; to: string }[];
  window: { from: string; to: string };
}

const text = (ms: number) => new Date(ms).toISOString();
const quarter = 15 * minuteMs;
/** The window of the last hour: four quarters up to 15:15. */
const end = Math.floor(atWork / quarter) * quarter;
const window = { from: text(end - 4 * quarter), to: text(end) };
const selection = "{ asOf stale totalCount window { from to } nodes { from handleTime } pending { from to } }";

async function lastHour(line: StillLine): Promise<Intervals> {
  const { data, errors } = await line.ask<{ contactCenter: { intervals: Intervals } }>(
    `{ contactCenter { intervals(groupBy: [AGENT]) ${selection} } }`,
  );
  expect(errors).toEqual([]);
  return data.contactCenter.intervals;
}
const statuses = (line: StillLine) => line.simulator.requests().flatMap(({ api, status }) => (api === "interval-metrics" ? [status] : []));

describe("while the platform is still computing the newest intervals", () => {
  const lag = { intervalLagSeconds: 20 * 60 };

  test("the rows of those that are done are there, and the others are pending", async () => {
    const line = await stillLine(lag);
    const all = await lastHour(await stillLine());
    const some = await lastHour(line);
    // 15:22 less 20 minutes: what ended by 15:02 is done, so the last quarter is not.
    const doneBefore = end - quarter;
    expect(some.pending).toEqual([{ from: text(doneBefore), to: text(end) }]);
    expect(some.window).toEqual(window);
    expect(some.nodes).toEqual(all.nodes.filter(({ from }) => Date.parse(from) < doneBefore));
    expect(some.nodes.length).toBeGreaterThan(3);
    expect(all.nodes.length).toBeGreaterThan(some.nodes.length);
    expect(all.pending).toEqual([]);
    // The whole window (202), then what is done of it.
    expect(statuses(line)).toEqual([202, 200]);
  });

  test("they are asked for again when the answer is old, and then are there", async () => {
    const line = await stillLine(lag);
    const early = await lastHour(line);
    expect(await lastHour(line)).toEqual(early);
    expect(statuses(line)).toHaveLength(2);
    line.clock.now += 14 * minuteMs + 50_000;
    // A quarter of an hour later the window has moved on; between names the one from before.
    const { data } = await line.ask<{ contactCenter: { intervals: Intervals } }>(
      `{ contactCenter { intervals(groupBy: [AGENT], between: { from: "${window.from}", to: "${window.to}" }) ${selection} } }`,
    );
    const late = data.contactCenter.intervals;
    expect(late.pending).toEqual([]);
    expect(late.nodes.length).toBeGreaterThan(early.nodes.length);
    expect(late.asOf).toBe(text(line.clock.now));
  });

  test("a total is of the rows that are there, and the newest ones are no zeros", async () => {
    const some = await lastHour(await stillLine(lag));
    expect(some.totalCount).toBe(some.nodes.length);
    expect(some.nodes.filter(({ from }) => from >= some.pending[0]!.from)).toEqual([]);
  });
});

describe("while nothing is done", () => {
  test("there are no rows, the whole window is pending, and that is not remembered as an answer without rows", async () => {
    const line = await stillLine();
    line.simulator.fault({ api: "interval-metrics", kind: "in-progress" });
    const none = await lastHour(line);
    expect(none).toMatchObject({ nodes: [], pending: [window], window });
    line.simulator.clearFaults();
    line.clock.now += 121_000;
    const some = await lastHour(line);
    expect(some.pending).toEqual([]);
    expect(some.nodes.length).toBeGreaterThan(3);
  });

  test("a conversation's sums are null and pending, not zero, and one without rows in a whole window is null", async () => {
    const line = await stillLine();
    const query = '{ contactCenter { conversation(id: "nobody-knows-it") { handling { handleTime workTime pending { from to } } } } }';
    expect((await line.ask(query)).data).toEqual({ contactCenter: { conversation: { handling: null } } });
    line.simulator.fault({ api: "interval-metrics", kind: "in-progress" });
    line.clock.now += 60 * minuteMs;
    const later = { from: text(end), to: text(end + 4 * quarter) };
    expect((await line.ask(query)).data).toEqual({
      contactCenter: { conversation: { handling: { handleTime: null, workTime: null, pending: [later] } } },
    });
  });
});

describe("where the account has no interval metrics", () => {
  const query = `query ($agent: ID!, $group: ID!) { contactCenter {
    agent(id: $agent) { name login group { id } segments(lastMinutes: 1440) { asOf } intervals { totalCount } }
    agentGroup(id: $group) { name agents { nodes { id } } }
    intervals { totalCount }
    conversations { totalCount }
    current { onlineAgents }
  } }`;

  test.each([401, 403] as const)(
    "(%d) names, logins and groups of agents are null without error, figures are null with one",
    async (intervalFeature) => {
      const line = await stillLine();
      line.simulator.variants({ intervalFeature });
      const { data, errors } = await line.ask(query, { variables: { ...knownOf(line) } });
      expect(data).toEqual({
        contactCenter: {
          agent: { name: null, login: null, group: null, segments: { asOf: text(atWork) }, intervals: null },
          agentGroup: { name: expect.any(String), agents: null },
          intervals: null,
          conversations: null,
          current: { onlineAgents: expect.any(Number) },
        },
      });
      const unauthorized = {
        code: "UPSTREAM_UNAUTHORIZED",
        retryable: false,
        api: "INTERVAL_METRICS",
        account: "demo",
        status: intervalFeature,
      };
      expect(
        errors.map(({ path, extensions }) => ({ path: path?.join("."), extensions })).sort((a, b) => (a.path! < b.path! ? -1 : 1)),
      ).toEqual([
        { path: "contactCenter.agent.intervals", extensions: unauthorized },
        { path: "contactCenter.conversations", extensions: unauthorized },
        { path: "contactCenter.intervals", extensions: unauthorized },
      ]);
    },
  );

  test("that is remembered for ten minutes: names cost no call, and come when the feature is on", async () => {
    const line = await stillLine();
    const names = '{ contactCenter { agent(id: "1000") { name } } }';
    line.simulator.variants({ intervalFeature: 403 });
    await line.ask(names);
    line.simulator.resetCounts();
    line.simulator.variants({ intervalFeature: "on" });
    line.clock.now += 9 * minuteMs;
    expect((await line.ask(names)).data).toEqual({ contactCenter: { agent: { name: null } } });
    expect(line.calls()).toBe(0);
    line.clock.now += 2 * minuteMs;
    expect((await line.ask(names)).data).toEqual({ contactCenter: { agent: { name: expect.any(String) } } });
  });
});
